"""Requests of the recordings page about exports: a range of time as one MP4, created while it is sent."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from ipcamd.cgi.answer import JSON, NOT_FOUND, TEXT, Answer
from ipcamd.cgi.arguments import NO_ARGUMENTS, Argument, Arguments
from ipcamd.cgi.download import attachment
from ipcamd.cgi.endpoint import Call, Endpoint, EventStream, Reply
from ipcamd.errors import CardBusy, CardError, HttpError
from ipcamd.params.group import Rank
from ipcamd.params.kinds.text import Matching
from ipcamd.storage.card import READ_S
from ipcamd.storage.export.exports import Export
from ipcamd.storage.export.plan import ExportPlan
from ipcamd.web.page_request import change_endpoint, json_reply, read_endpoint
from ipcamd.web.recordings.time_range import RANGE_ARGUMENTS, read_time_range

_ID = Argument(
    "id", "Name of the export, chosen by the caller.", Matching("[0-9a-f]{1,32}", "1 to 32 hexadecimal digits")
)
RANGE = Arguments(*RANGE_ARGUMENTS)
NAMED_RANGE = Arguments(*RANGE_ARGUMENTS, _ID)
NAME = Arguments(_ID)


async def export_plan(call: Call) -> Reply:
    """Answer with the contents of an export: its actual start and end, its length, the skipped times, its size, and why
    it is encoded, if it is; or with the `problem` why it is impossible."""
    try:
        plan = await _plan(call)
    except HttpError as error:
        return json_reply({"problem": error.message})
    fields = {
        "start": plan.start_ns // 1_000_000,
        "end": plan.end_ns // 1_000_000,
        "seconds": round(plan.length_s, 3),
        "parts": len(plan.parts),
        "gaps": [(start // 1_000_000, end // 1_000_000) for start, end in plan.gaps],
        "size": plan.size_bytes,
        "encoded": plan.encoded_because,
    }
    return json_reply(fields)


async def export(call: Call) -> EventStream:
    """Answer with a range of time as one MP4, created while it is sent."""
    name, plan = _name(call), await _plan(call)
    if call.camera.exports.is_busy:
        raise HttpError(503, "two exports are already running; try again later", (("Retry-After", "10"),))
    headers = (attachment(_file_name(call, plan)),)
    return EventStream(_pieces(call, name, plan), "video/mp4", headers)


def exports(call: Call) -> Reply:
    """Answer with the running and the last exports: state, finished seconds, sent bytes."""
    return json_reply([_fields_of(export) for export in call.camera.exports])


def cancel_export(call: Call) -> Reply:
    """End a running export."""
    if not call.camera.exports.cancel(_name(call)):
        raise HttpError(404, "there is no such export, or it has ended")
    return json_reply(True)


async def _plan(call: Call) -> ExportPlan:
    wanted = read_time_range(call.query, RANGE)
    try:
        await call.camera.card.wait_until_read(READ_S)
        return await call.camera.exports.plan(*wanted)
    except CardBusy as error:
        raise HttpError(503, str(error), (("Retry-After", "5"),)) from error
    except CardError as error:
        raise HttpError(409, str(error)) from error


async def _pieces(call: Call, name: str, plan: ExportPlan) -> AsyncGenerator[bytes, None]:
    try:
        async with aclosing(call.camera.exports.write(name, plan)) as pieces:
            async for data in pieces:
                yield data
    except CardError as error:  # the connection is reset, so that the browser notices
        raise HttpError(503, str(error)) from error


def _name(call: Call) -> str:
    return NAME.word(call.query, "id")


def _file_name(call: Call, plan: ExportPlan) -> str:
    start, end = (call.camera.clock.local(moment) for moment in (plan.start_ns, plan.end_ns))
    return f"{call.camera.identity.model_name}-{start:%Y%m%d-%H%M%S}-{end:%Y%m%d-%H%M%S}.mp4"


def _fields_of(export: Export) -> dict[str, object]:
    return {
        "id": export.name,
        "state": export.state,
        "done": round(export.done_s, 3),
        "seconds": round(export.plan.length_s, 3),
        "bytes": export.sent_bytes,
        "problem": export.problem,
    }


_NOTHING = Answer(help="There is nothing to export.", status=409)

ENDPOINTS: tuple[Endpoint, ...] = (
    read_endpoint("/web/export_plan", Rank.ADMIN, export_plan, RANGE, JSON, TEXT),
    read_endpoint("/web/export", Rank.ADMIN, export, NAMED_RANGE, Answer("video/mp4", "The video."), TEXT, _NOTHING),
    read_endpoint("/web/exports", Rank.ADMIN, exports, NO_ARGUMENTS, JSON),
    change_endpoint("/web/cancel_export", Rank.ADMIN, cancel_export, NAME, JSON, TEXT, NOT_FOUND),
)
"""Requests about exports."""
