"""``/cgi/admin/support.cgi``: archive for support, without secrets (not in the SDK)."""

from collections.abc import Iterator

from ipcamd.cgi.answer import Answer
from ipcamd.cgi.arguments import NO_ARGUMENTS
from ipcamd.cgi.download import attachment
from ipcamd.cgi.endpoint import Call, Endpoint, FileReply, Reply, never
from ipcamd.maintenance.support_archive import ENTRIES, list_secrets, list_settings, list_versions
from ipcamd.params.group import Rank
from ipcamd.store.audit_table import AuditFilter


async def support(call: Call) -> FileReply:
    """Return a ZIP file with versions, settings, counters, event log, audit log and the newest lines of the process
    log; secrets are masked."""
    camera = call.camera
    events = await camera.event_log.newest(ENTRIES)
    audit = await camera.audit_log.newest(ENTRIES, AuditFilter())
    log = camera.log_buffer.lines()
    content, size_bytes = await camera.support_archive.pack(
        {
            "versions.txt": list_versions(),
            "settings.txt": list(list_settings(camera.settings)),
            "counters.txt": list(_counters(call)),
            "events.txt": (f"{each.moment}|{each.what}|{each.schedule}|{each.done}|{each.failed}" for each in events),
            "audit.txt": (f"{r.time_ns}|{r.kind}|{r.account}|{r.address}|{r.what}|{r.failure}" for r in audit),
            "log.txt": (f"{line.time_s:.3f}|{line.level}|{line.part}|{line.message}" for line in log),
        },
        list_secrets(camera.settings, camera.accounts),
    )
    headers = (attachment(f"ipcamd-{camera.identity.serial}-support.zip"),)
    return FileReply(Reply(content_type="application/zip", headers=headers), content, 0, size_bytes)


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
