"""``/sdcard.cgi``: the SD card's state and recordings (SDK 14)."""

import re
from collections.abc import Awaitable, Callable
from datetime import datetime, tzinfo

from ipcamd.cgi.answer import CONFLICT, NOT_FOUND, TEXT, download_answers
from ipcamd.cgi.arguments import ONE_OR_MORE, Argument, Arguments
from ipcamd.cgi.download import attachment, reply_with_file
from ipcamd.cgi.endpoint import Call, Endpoint, FileReply, Reply, text, unless_action
from ipcamd.errors import CardBusy, CardError, RequestFailed, shown
from ipcamd.params.group import Rank
from ipcamd.params.kinds.choice import OneOf
from ipcamd.storage.card import READ_S
from ipcamd.storage.recording import FOLDERS, Recording, nanoseconds
from ipcamd.storage.recording_name import NAME
from ipcamd.wire.http.query import Query

_ONE = ("download", "delete")
_TIME = "yyyy-mm-dd-hh-mm-ss, local time"
ARGUMENTS = Arguments(
    Argument(
        "action",
        "Tell the card's state or space, format it, list, download or delete recordings.",
        OneOf(("status", "space", "format", "list", *_ONE)),
    ),
    Argument("dir", "Continuous recordings or those of events.", OneOf(FOLDERS), ("list", *_ONE), FOLDERS[0]),
    Argument("fname", "File name, `<ModelName>-MMDDYYYY-HHMMSS.avi`.", None, _ONE),
    Argument("key", "Order of the list.", OneOf(("name", "time")), ("list",), "name"),
    Argument("order", "Direction of the order.", OneOf(("ascend", "descend")), ("list",), "ascend"),
    Argument("ch", "Channel.", OneOf(("1",)), ("list",), "1"),
    Argument("page", "Page of the list, 20 recordings each.", ONE_OR_MORE, ("list",), "1"),
    Argument("sTime", f"Recordings that start at this time or later: {_TIME}.", None, ("list",)),
    Argument("eTime", f"Recordings that start at this time or earlier: {_TIME}.", None, ("list",)),
)
PAGE = 20
"""Recordings per page of the list."""


async def sdcard(call: Call) -> Reply | FileReply:
    """Return the SD card's state and space, list and download recordings, delete one or all of them."""
    try:
        return await _ACTIONS[ARGUMENTS.word(call.query, "action")](call)
    except CardBusy as error:
        return Reply(f"Request failed: {error}\r\n".encode(), 503)


async def _status(call: Call) -> Reply:
    card = call.camera.card
    return _said(await card.look() or (card.slot and not card.is_read))


async def _space(call: Call) -> Reply:
    await call.camera.card.look()
    space = call.camera.card.space()
    total, free = space.total_bytes // 1024, space.free_bytes // 1024
    return text(f"{total}|{total - free}|{free}")


async def _format(call: Call) -> Reply:
    try:
        with call.camera.audit_log.refusals_noted(call.requester(), "SD card formatted"):
            await call.camera.card.format()
    except CardError:
        return _said(False)
    call.camera.audit_log.note_change(call.requester(), "SD card formatted")
    return _said(True)


async def _list(call: Call) -> Reply:
    query, card, zone = call.query, call.camera.card, call.camera.clock.zone()
    folder, number = ARGUMENTS.word(query, "dir"), ARGUMENTS.number(query, "page") or 1
    await card.wait_until_read(READ_S)
    page = card.index.sorted_page(
        folder,
        _moment(query, "sTime", zone, 0),
        _moment(query, "eTime", zone, 1),
        by_time=ARGUMENTS.word(query, "key") == "time",
        descending=ARGUMENTS.word(query, "order") == "descend",
        start=(number - 1) * PAGE,
        count=PAGE,
    )
    head = f"/sdcard/{folder}/", str(page.total), str(-(-page.total // PAGE)), str(number)
    return text(",".join((*head, *(_line(call, recording) for recording in page.recordings))))


def _line(call: Call, recording: Recording) -> str:
    started = call.camera.clock.local(recording.started_ns)
    return f"{recording.name}|{started.ctime()}|{-(-recording.size_bytes // 1024)}"


async def _download(call: Call) -> Reply | FileReply:
    recording = await _recording(call)
    if not isinstance(recording, Recording):
        return recording
    try:
        content = await call.camera.card.open(recording)
    except OSError:
        return _said(False, 404)
    headers = (attachment(recording.name),)
    return reply_with_file(call, content, recording.size_bytes, recording.tag, recording.content_type, headers)


async def _delete(call: Call) -> Reply:
    recording = await _recording(call)
    if not isinstance(recording, Recording):
        return recording
    try:
        await call.camera.card.delete(recording)
    except OSError:
        return _said(False)
    call.camera.audit_log.note_change(call.requester(), f"recording {recording.name} deleted")
    return _said(True)


async def _recording(call: Call) -> Recording | Reply:
    """Return the requested file, or the answer without one. Raises `CardBusy`."""
    folder, name = ARGUMENTS.word(call.query, "dir"), call.query.get("fname") or ""
    if not NAME.fullmatch(name):
        raise RequestFailed(f"fname={shown(name)}: allowed: <ModelName>-MMDDYYYY-HHMMSS.avi")
    await call.camera.card.wait_until_read(READ_S)
    recording = call.camera.card.index.get(folder, name)
    if recording is None:
        return _said(False, 404)
    return _said(False, 409) if recording.writing else recording


def _said(yes: bool, status: int = 200) -> Reply:
    return Reply(b"1\r\n" if yes else b"0\r\n", status)


def _moment(query: Query, name: str, zone: tzinfo, fold: int) -> int | None:
    """Return a local time as nanoseconds since the epoch; `fold` selects one of two equal local times. The end of a
    list includes the whole second."""
    value = query.get(name)
    if value is None:
        return None
    try:
        if not re.fullmatch("[0-9]{4}(-[0-9]{1,2}){5}", value):
            raise ValueError
        year, month, day, hour, minute, second = map(int, value.split("-"))
        moment = nanoseconds(datetime(year, month, day, hour, minute, second, tzinfo=zone, fold=fold))
    except (ValueError, OverflowError):
        raise RequestFailed(f"{name}={shown(value)}: allowed: {_TIME}") from None
    return moment + fold * 999_999_999


_ACTIONS: dict[str, Callable[[Call], Awaitable[Reply | FileReply]]] = {
    "status": _status,
    "space": _space,
    "format": _format,
    "list": _list,
    "download": _download,
    "delete": _delete,
}

ENDPOINT = Endpoint(
    "/sdcard.cgi",
    Rank.ADMIN,
    sdcard,
    changes=unless_action("status", "space", "list", "download"),
    arguments=ARGUMENTS,
    answers=(
        TEXT,
        *download_answers("video/x-msvideo", "The file."),
        *download_answers("image/jpeg"),
        NOT_FOUND,
        CONFLICT,
    ),
)
