"""``/cgi/admin/auditlog.cgi``: the log of logins and changes (not in the SDK)."""

import asyncio
import json
from dataclasses import asdict

from ipcamd.cgi.answer import TEXT, Answer
from ipcamd.cgi.arguments import Argument, Arguments
from ipcamd.cgi.endpoint import Call, Endpoint, Reply, never, text
from ipcamd.params.group import Rank
from ipcamd.params.kinds.choice import OneOf
from ipcamd.params.kinds.number import Integer
from ipcamd.store.audit_table import KEPT_PER_KIND, AuditFilter, AuditKind, AuditRecord
from ipcamd.time_units import SECOND_NS
from ipcamd.wire.http.query import Query

_SECONDS = Integer(0, 4_294_967_295)
ARGUMENTS = Arguments(
    Argument("count", "Number of records.", Integer(1, KEPT_PER_KIND * len(AuditKind)), default="100"),
    Argument("account", "Only records of this account."),
    Argument("kind", "Only records of this kind.", OneOf((*AuditKind, ""))),
    Argument("since", "Only records from this time on, in seconds since the epoch.", _SECONDS),
    Argument("until", "Only records until this time, in seconds since the epoch.", _SECONDS),
    Argument("before", "Only records with a smaller number.", Integer(1, 2_147_483_647)),
    Argument("format", "Lines of text, or JSON lines.", OneOf(("text", "json")), default="text"),
)


async def auditlog(call: Call) -> Reply:
    """List the newest records first: at most ``count``, filtered by ``account``, ``kind``, ``since`` and ``until``
    (seconds since the epoch), with numbers below ``before``; as ``format`` text or JSON lines."""
    query = call.query
    form, count = ARGUMENTS.word(query, "format"), ARGUMENTS.number(query, "count") or 0
    records = await call.camera.audit_log.newest(count, _chosen(query))
    return await asyncio.to_thread(_reply, call, form, records)


def _chosen(query: Query) -> AuditFilter:
    since_s, until_s = ARGUMENTS.number(query, "since"), ARGUMENTS.number(query, "until")
    everything = AuditFilter()
    return AuditFilter(
        account=query.get("account") or "",
        kind=ARGUMENTS.word(query, "kind"),
        since_ns=(since_s or 0) * SECOND_NS,
        until_ns=everything.until_ns if until_s is None else (until_s + 1) * SECOND_NS - 1,
        before=ARGUMENTS.number(query, "before") or everything.before,
    )


def _reply(call: Call, form: str, records: list[AuditRecord]) -> Reply:
    if form == "json":
        lines = (json.dumps({"time": _time(call, record), **asdict(record)}, ensure_ascii=False) for record in records)
        return Reply("".join(f"{line}\n" for line in lines).encode(), content_type="application/x-ndjson")
    return text(*(_line(call, record) for record in records))


def _line(call: Call, record: AuditRecord) -> str:
    """Return a record as one line of six fields, separated by ``|``; a ``|`` in a field becomes ``/``."""
    fields = _time(call, record), record.kind, record.account, record.address, record.what, record.failure
    return "|".join(field.replace("|", "/") for field in fields)


def _time(call: Call, record: AuditRecord) -> str:
    """Return the camera's local time of a record with its offset from UTC."""
    return call.camera.clock.local(record.time_ns).isoformat(timespec="seconds")


ENDPOINT = Endpoint(
    "/cgi/admin/auditlog.cgi",
    Rank.ADMIN,
    auditlog,
    changes=never,
    arguments=ARGUMENTS,
    answers=(TEXT, Answer("application/x-ndjson", "With `format=json`.")),
)
