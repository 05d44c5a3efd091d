"""Requests of the recordings page: the list, a thumbnail of each recording, and each as a video for browsers,
whole or in segments."""

import json
import re
from bisect import bisect_left
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, time, timedelta, tzinfo

from ipcamd.cgi.answer import CONFLICT, JPEG, JSON, NOT_FOUND, NOT_MODIFIED, TEXT, Answer, download_answers
from ipcamd.cgi.arguments import Argument, Arguments, Undeclared
from ipcamd.cgi.download import download
from ipcamd.cgi.endpoint import Call, Endpoint, FileReply, Reply, never
from ipcamd.errors import CardBusy, CardError, HttpError, RequestFailed
from ipcamd.params.group import Rank
from ipcamd.storage.card import READ_S, Card
from ipcamd.storage.recording import EVENT, FOLDERS, NAME, Recording, Segments, nanoseconds

_DAY = timedelta(days=1)
_FRESH = (("Cache-Control", "no-store"),)
_KEPT = (("Cache-Control", "private, max-age=86400"),)
"""A recording never changes; its thumbnail need not be asked for twice."""


async def recordings(call: Call) -> Reply:
    """Answer with the recordings of one local day (``day=YYYY-MM-DD``; the newest if none is given), all days, and the
    card's state."""
    card, zone = call.camera.card, call.camera.clock.zone()
    await _wait_until_read(card)
    known = sorted(card.index, key=lambda r: r.started_ns)
    days = _days(known, zone)
    day = _asked_day(call) or (days[-1][0] if days else call.camera.clock.local().date())
    space = card.space()
    answer = {
        "card": {
            "slot": card.slot,
            "mounted": card.mounted,
            "total": space.total_bytes,
            "free": space.free_bytes,
            "full": card.full,
        },
        "today": str(call.camera.clock.local().date()),
        "days": [(str(name), records, events) for name, records, events in days],
        "day": str(day),
        "recordings": [_told(call, recording) for recording in _of(known, day, zone)],
    }
    return Reply(json.dumps(answer).encode(), content_type="application/json", headers=_FRESH)


async def segments(call: Call) -> Reply:
    """Answer with how a recording is played: `null` if `/web/video` gives it whole, else its length and that of a
    segment in seconds, and the media type of the segments."""
    recording = await _recording(call)
    try:
        found = None if recording.name.endswith(".jpg") else await call.camera.playback.segments_of(recording)
    except CardError as error:
        raise HttpError(503, str(error)) from error
    told = found and {"length": found.length_s, "segment": found.segment_s, "type": _type(found)}
    return Reply(json.dumps(told).encode(), content_type="application/json", headers=_FRESH)


async def segment(call: Call) -> Reply:
    """Answer with one segment (`number=0` and so on) of a recording in MPEG-4 or JPEG, as fragmented MP4 in H.264."""
    recording, number = await _recording(call), call.query.get("number") or ""
    if not re.fullmatch("[0-9]{1,6}", number):
        raise RequestFailed(f"number={number[:32]}: allowed: 0 to 999999")
    try:
        made = await call.camera.playback.segment(recording, int(number))
    except CardError as error:
        raise HttpError(503, str(error)) from error
    return Reply(made, content_type="video/mp4", headers=_KEPT)


async def video(call: Call) -> Reply | FileReply:
    """Answer with a recording in H.264 as MP4; a byte range gives a part of it, for seeking."""
    recording = await _recording(call)
    still = recording.name.endswith(".jpg")
    try:
        if still:
            content, size = await call.camera.card.open(recording), recording.size_bytes
        else:
            content, size = await call.camera.playback.video(recording)
    except (CardError, OSError) as error:
        raise HttpError(503, str(error)) from error
    return download(call, content, size, _tag(recording), "image/jpeg" if still else "video/mp4", _KEPT)


async def thumbnail(call: Call) -> Reply:
    """Answer with a thumbnail of a recording, as JPEG."""
    recording = await _recording(call)
    headers = (*_KEPT, ("ETag", _tag(recording)))
    if _tag(recording) in call.head.fields.get("if-none-match", ""):
        return Reply(status=304, headers=headers)
    try:
        picture = await call.camera.playback.thumbnail(recording)
    except CardError as error:
        raise HttpError(404, str(error)) from error
    return Reply(picture, content_type="image/jpeg", headers=headers)


async def _wait_until_read(card: Card) -> None:
    """Wait until the card has been read. Raises ``HttpError`` 503 if that takes too long."""
    try:
        await card.wait_until_read(READ_S)
    except CardBusy as error:
        raise HttpError(503, str(error), (("Retry-After", "5"),)) from error


async def _recording(call: Call) -> Recording:
    """Return the one that is meant. Raises ``HttpError`` 404, and 409 while it is being written."""
    folder, name = call.query.get("dir") or "", call.query.get("fname") or ""
    await _wait_until_read(call.camera.card)
    known = call.camera.card.index.get(folder, name) if folder in FOLDERS and NAME.fullmatch(name) else None
    if known is None:
        raise HttpError(404, "there is no such recording")
    if known.writing:
        raise HttpError(409, "it is being written")
    return known


def _tag(recording: Recording) -> str:
    return f'"{recording.size_bytes:x}-{recording.modified_ns:x}"'


def _type(segments: Segments) -> str:
    return f'video/mp4; codecs="avc1.42C01F{",mp4a.40.2" if segments.has_audio else ""}"'


def _told(call: Call, recording: Recording) -> dict[str, object]:
    return {
        "dir": recording.folder,
        "name": recording.name,
        "at": f"{call.camera.clock.local(recording.started_ns):%H:%M:%S}",
        "seconds": round((recording.ended_ns - recording.started_ns) / 1e9, 3),
        "size": recording.size_bytes,
        "writing": recording.writing,
    }


def _asked_day(call: Call) -> date | None:
    asked = call.query.get("day")
    if asked is None:
        return None
    try:
        if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", asked):
            raise ValueError
        day = date.fromisoformat(asked)
        return day if day < date.max else day - _DAY  # the midnight after it is reckoned with
    except ValueError:
        raise RequestFailed(f"day={asked[:32]}: allowed: YYYY-MM-DD") from None


def _days(known: Sequence[Recording], zone: tzinfo) -> list[tuple[date, int, int]]:
    """Return each local day on which something was recorded, with how many continuous recordings and events."""
    days, place = [], 0
    while place < len(known):
        day = _local(known[place].started_ns, zone)
        of_day = _of(known, day, zone)
        events = sum(recording.folder == EVENT for recording in of_day)
        days.append((day, len(of_day) - events, events))
        place += max(1, len(of_day))
    return days


def _of(known: Sequence[Recording], day: date, zone: tzinfo) -> Sequence[Recording]:
    begin, end = (bisect_left(known, _midnight(d, zone), key=lambda r: r.started_ns) for d in (day, day + _DAY))
    return known[begin:end]


def _midnight(day: date, zone: tzinfo) -> int:
    return nanoseconds(datetime.combine(day, time(), zone))


def _local(moment: int, zone: tzinfo) -> date:
    return datetime.fromtimestamp(moment // 1_000_000_000, zone).date()


def _reads(
    path: str, action: Callable[[Call], Awaitable[Reply | FileReply]], arguments: Arguments, *answers: Answer
) -> Endpoint:
    return Endpoint(
        path,
        Rank.ADMIN,
        action,
        changes=never,
        methods=("GET",),
        for_caller=True,
        arguments=arguments,
        answers=answers,
    )


_DAY_ARGUMENT = Argument("day", "Local day, YYYY-MM-DD; the newest one with recordings if none is given.")
_OF_DAY = Arguments(_DAY_ARGUMENT, undeclared=Undeclared.IGNORED)
_ONE = (
    Argument("dir", f"Folder of the recording: {' or '.join(FOLDERS)}."),
    Argument("fname", "File name of the recording."),
)
_RECORDING = Arguments(*_ONE, undeclared=Undeclared.IGNORED)
_SEGMENT = Arguments(*_ONE, Argument("number", "Number of the segment, from 0."), undeclared=Undeclared.IGNORED)
_MISSING = (NOT_FOUND, CONFLICT)
_MP4 = download_answers("video/mp4", "The recording.")

ENDPOINTS: tuple[Endpoint, ...] = (
    _reads("/web/recordings", recordings, _OF_DAY, JSON, TEXT),
    _reads("/web/segments", segments, _RECORDING, JSON, *_MISSING),
    _reads("/web/segment", segment, _SEGMENT, Answer("video/mp4"), TEXT, *_MISSING),
    _reads("/web/video", video, _RECORDING, *_MP4, *download_answers("image/jpeg"), *_MISSING),
    _reads("/web/thumbnail", thumbnail, _RECORDING, JPEG, NOT_MODIFIED, *_MISSING),
)
"""Requests of the page of recordings, besides its files."""
