"""``/sdcard.cgi``: the SD card's state, and what is recorded on it (SDK 14)."""

import re
from collections.abc import Awaitable, Callable
from datetime import datetime, tzinfo

from ipcamd.cgi.arguments import number_of, refuse_unknown, word_of
from ipcamd.cgi.download import attachment, download
from ipcamd.cgi.endpoint import Call, Endpoint, FileReply, Reply, text
from ipcamd.errors import CardBusy, CardError, RequestFailed, shown
from ipcamd.params.group import Rank
from ipcamd.params.kinds.number import Integer
from ipcamd.storage.card import READ_S
from ipcamd.storage.recording import FOLDERS, NAME, Recording, nanoseconds
from ipcamd.wire.http.query import Query

FIELDS = {
    "status": (),
    "space": (),
    "format": (),
    "list": ("key", "order", "dir", "ch", "page", "sTime", "eTime"),
    "download": ("dir", "fname"),
    "delete": ("dir", "fname"),
}
"""Action to the parameters that it takes."""
READS = ("status", "space", "list", "download")
PAGE = 20
"""Recordings on a page of the list."""


async def sdcard(call: Call) -> Reply | FileReply:
    """Tell the SD card's state and space, list and download recordings, delete one or all of them."""
    action = word_of(call.query, "action", FIELDS)
    refuse_unknown(call.query, "action", *FIELDS[action])
    try:
        return await ACTIONS[action](call)
    except CardBusy as error:
        return Reply(f"Request failed: {error}\r\n".encode(), 503)


async def _status(call: Call) -> Reply:
    card = call.camera.card
    return _said(await card.look() or (card.slot and not card.is_read))


async def _space(call: Call) -> Reply:
    await call.camera.card.look()
    space = call.camera.card.space()
    free = space.free_bytes // 1024
    total = space.total_bytes // 1024
    return text(f"{total}|{total - free}|{free}")


async def _format(call: Call) -> Reply:
    try:
        await call.camera.card.format()
    except CardError as error:
        call.camera.audit_log.note_refusal(call.requester(), "SD card formatted", str(error))
        return _said(False)
    call.camera.audit_log.note_change(call.requester(), "SD card formatted")
    return _said(True)


async def _list(call: Call) -> Reply:
    query, card, zone = call.query, call.camera.card, call.camera.clock.zone()
    folder, number = _folder(query), _number(query, "page")
    if _number(query, "ch") != 1:
        raise RequestFailed(f"ch={query.get('ch')}: allowed: 1")
    await card.wait_until_read(READ_S)
    page = card.index.page(
        folder,
        _moment(query, "sTime", zone, 0),
        _moment(query, "eTime", zone, 1),
        by_time=_choice(query, "key", ("name", "time")) == "time",
        descending=_choice(query, "order", ("ascend", "descend")) == "descend",
        start=(number - 1) * PAGE,
        count=PAGE,
    )
    head = f"/sdcard/{folder}/", str(page.total), str(-(-page.total // PAGE)), str(number)
    return text(",".join((*head, *(_line(call, recording) for recording in page.recordings))))


def _line(call: Call, recording: Recording) -> str:
    return (
        f"{recording.name}|{call.camera.clock.local(recording.started_ns).ctime()}|{-(-recording.size_bytes // 1024)}"
    )


async def _download(call: Call) -> Reply | FileReply:
    recording = await _recording(call)
    if not isinstance(recording, Recording):
        return recording
    try:
        content = await call.camera.card.open(recording)
    except OSError:
        return _said(False, 404)
    tag = f'"{recording.size_bytes:x}-{recording.modified_ns:x}"'
    return download(call, content, recording.size_bytes, tag, recording.content_type, (attachment(recording.name),))


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
    """Return the file that is meant, or what to answer instead. Raises `CardBusy`."""
    folder, name = _folder(call.query), call.query.get("fname") or ""
    if not NAME.fullmatch(name):
        raise RequestFailed(f"fname={shown(name)}: allowed: <ModelName>-MMDDYYYY-HHMMSS.avi")
    await call.camera.card.wait_until_read(READ_S)
    recording = call.camera.card.index.get(folder, name)
    if recording is None:
        return _said(False, 404)
    return _said(False, 409) if recording.writing else recording


def _said(yes: bool, status: int = 200) -> Reply:
    return Reply(b"1\r\n" if yes else b"0\r\n", status)


def _action(query: Query) -> str:
    return (query.get("action") or "").lower()


def _folder(query: Query) -> str:
    return _choice(query, "dir", FOLDERS)


def _choice(query: Query, name: str, allowed: tuple[str, ...]) -> str:
    """Return one of the words; the first one if none was sent."""
    value = query.get(name)
    word = allowed[0] if value is None else value.lower()
    if word not in allowed:
        raise RequestFailed(f"{name}={shown(word)}: allowed: {', '.join(allowed)}")
    return word


def _number(query: Query, name: str) -> int:
    number = number_of(query, name, Integer(1, 999_999))
    return 1 if number is None else number


def _moment(query: Query, name: str, zone: tzinfo, fold: int) -> int | None:
    """Return a local time as nanoseconds since the epoch; of a time that the clock shows twice the one that `fold`
    says. The end of a list takes the whole second."""
    value = query.get(name)
    if value is None:
        return None
    try:
        if not re.fullmatch("[0-9]{4}(-[0-9]{1,2}){5}", value):
            raise ValueError
        year, month, day, hour, minute, second = map(int, value.split("-"))
        moment = nanoseconds(datetime(year, month, day, hour, minute, second, tzinfo=zone, fold=fold))
    except (ValueError, OverflowError):
        raise RequestFailed(f"{name}={shown(value)}: allowed: yyyy-mm-dd-hh-mm-ss, local time") from None
    return moment + fold * 999_999_999


ACTIONS: dict[str, Callable[[Call], Awaitable[Reply | FileReply]]] = {
    "status": _status,
    "space": _space,
    "format": _format,
    "list": _list,
    "download": _download,
    "delete": _delete,
}

ENDPOINT = Endpoint("/sdcard.cgi", Rank.ADMIN, sdcard, changes=lambda query: _action(query) not in READS)
