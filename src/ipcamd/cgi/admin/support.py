"""``/cgi/admin/support.cgi``: archive for support, without secrets (not in the SDK)."""

import asyncio
from collections.abc import Iterator

from ipcamd.cgi.answer import Answer
from ipcamd.cgi.arguments import NO_ARGUMENTS
from ipcamd.cgi.endpoint import Call, Endpoint, Reply, never
from ipcamd.maintenance.support_archive import ENTRIES, list_settings, list_versions, pack_archive
from ipcamd.params.group import Rank
from ipcamd.store.audit_table import AuditFilter


async def support(call: Call) -> Reply:
    """Return a ZIP file with versions, settings, counters, event log and audit log; secrets are masked."""
    camera = call.camera
    events = await camera.event_log.newest(ENTRIES)
    audit = await camera.audit_log.newest(ENTRIES, AuditFilter())
    files = {
        "settings.txt": list(list_settings(camera.settings)),
        "counters.txt": list(_counters(call)),
        "events.txt": [f"{each.moment}|{each.what}|{each.schedule}|{each.done}|{each.failed}" for each in events],
        "audit.txt": [f"{r.time_ns}|{r.kind}|{r.account}|{r.address}|{r.what}|{r.failure}" for r in audit],
    }
    packed = await asyncio.to_thread(lambda: pack_archive({"versions.txt": list(list_versions()), **files}))
    name = f'attachment; filename="ipcamd-{camera.identity.serial}-support.zip"'
    return Reply(packed, content_type="application/zip", headers=(("Content-Disposition", name),))


def _counters(call: Call) -> Iterator[str]:
    camera = call.camera
    yield f"viewers={camera.viewers()}"
    for title, words in (*camera.delivery.report(), *camera.pipeline.traffic.report()):
        yield f"{title}={words}"


ENDPOINT = Endpoint(
    "/cgi/admin/support.cgi",
    Rank.ADMIN,
    support,
    changes=never,
    arguments=NO_ARGUMENTS,
    answers=(Answer("application/zip"),),
)
