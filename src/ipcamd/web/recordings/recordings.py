"""Requests of the recordings page: the list, thumbnails, and recordings as video for browsers, whole or in segments."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from datetime import date, datetime, timedelta, tzinfo

from ipcamd.cgi.answer import CONFLICT, JPEG, JSON, NOT_FOUND, NOT_MODIFIED, TEXT, Answer, download_answers
from ipcamd.cgi.arguments import Argument, Arguments, Undeclared
from ipcamd.cgi.download import reply_with_file
from ipcamd.cgi.endpoint import Call, Endpoint, FileReply, Reply
from ipcamd.errors import CardBusy, CardError, HttpError, RequestFailed, StoreError
from ipcamd.params.event.server import STORAGE
from ipcamd.params.group import Rank
from ipcamd.params.kinds.choice import YES_NO
from ipcamd.params.kinds.number import Integer
from ipcamd.storage.card import READ_S, Card
from ipcamd.storage.card_state import card_state
from ipcamd.storage.recording import EVENT, FOLDERS, Recording, Segments
from ipcamd.storage.recording_name import NAME
from ipcamd.storage.recording_rate import bytes_per_day
from ipcamd.store.event_search import EventFilter
from ipcamd.web.page_request import change_endpoint, json_reply, read_endpoint
from ipcamd.web.recordings.local_day import day_ends, offsets
from ipcamd.web.recordings.time_range import RANGE_ARGUMENTS, read_time_range

MAX_NS = 1 << 62
"""Upper limit of times in the event log, in 2116."""
MAX_MARKS = 5000
"""Maximum number of events of motion in one answer."""
BATCH = 50
"""Number of recordings that are deleted at once."""
RANGE = Arguments(*RANGE_ARGUMENTS)

_DAY = timedelta(days=1)
_KEPT = (("Cache-Control", "private, max-age=86400"),)
"""Cached for long, because recordings never change."""


async def recordings(call: Call) -> Reply:
    """Answer with the recordings and motion of one local day, all days with recordings, the camera's time, and the
    card's state. Times are milliseconds since the epoch."""
    card, zone = call.camera.card, call.camera.clock.zone()
    await _look_at_card(card)
    known = sorted(card.index, key=lambda r: r.started_ns)
    days, today = _days(known, zone), call.camera.clock.local().date()
    day = _asked_day(call) or (days[-1][0] if days else today)
    start, end = day_ends(day, zone)
    answer = {
        "card": _card(call),
        "now": call.camera.clock.now_ns() // 1_000_000,
        "today": str(today),
        "days": [(str(name), records, events) for name, records, events in days],
        "day": str(day),
        "start": start // 1_000_000,
        "end": end // 1_000_000,
        "offsets": offsets(start, end, zone),
        "recordings": [_fields_of(r) for r in known if r.started_ns < end and r.ended_ns >= start],
        "motion": await _motion(call, start, end),
    }
    return json_reply(answer)


def _card(call: Call) -> dict[str, object]:
    card, space = call.camera.card, call.camera.card.space()
    return {
        "state": card_state(card),
        "problem": card.failure,
        "total": space.total_bytes,
        "free": space.free_bytes,
        "recordings": card.index.size_bytes,
        "per_day": bytes_per_day(card, call.camera.clock.now_ns()),
        "recycles": call.camera.settings[STORAGE.name]["DiskFull"] == "recycle",
    }


async def _motion(call: Call, start_ns: int, end_ns: int) -> list[tuple[int, int]]:
    """Return the times of motion: the newest `MAX_MARKS` of the range; none if the event log cannot be read."""
    if not 0 <= start_ns < MAX_NS:
        return []
    try:
        motion = EventFilter("motion", from_ns=start_ns, until_ns=end_ns)
        found = await call.camera.event_search.times(motion, MAX_MARKS)
    except StoreError:
        return []
    return [(start // 1_000_000, end // 1_000_000) for start, end in reversed(found)]


async def delete(call: Call) -> Reply:
    """Delete all recordings that overlap a range, completely, except those in progress. Answer with the numbers of
    deleted and remaining ones."""
    since_ns, until_ns, folder = read_time_range(call.query, RANGE)
    card = call.camera.card
    await _look_at_card(card)
    found = [r for r in card.index if r.started_ns < until_ns and r.ended_ns > since_ns and folder in (None, r.folder)]
    ended = [r for r in found if not r.writing]
    for start in range(0, len(ended), BATCH):
        try:
            await card.delete(*ended[start : start + BATCH])
        except OSError as error:
            call.camera.audit_log.note_change(call.requester(), f"{start} recordings deleted")
            raise HttpError(503, f"the SD card failed after {start} recordings: {error.strerror}") from error
    call.camera.audit_log.note_change(call.requester(), f"{len(ended)} recordings deleted")
    return json_reply({"deleted": len(ended), "kept": len(found) - len(ended)})


async def segments(call: Call) -> Reply:
    """Answer with the playback data of a recording, in seconds: its length, and those of a picture and a segment
    (`null` if `/web/video` returns it whole), with the media type of the segments; `null` for a picture."""
    recording = await _recording(call)
    if recording.is_picture:
        return json_reply(None)
    try:
        found = await call.camera.playback.segments_of(recording, _keys_only(call))
    except CardError as error:
        raise HttpError(503, str(error)) from error
    fields = {
        "length": found.length_s,
        "frame": found.frame_s,
        "segment": found.segment_s,
        "sound": found.has_audio,
        "type": _type(found),
    }
    return json_reply(fields)


async def segment(call: Call) -> Reply:
    """Answer with one segment (`number=0` and so on) of a recording in MPEG-4 or JPEG, as fragmented MP4 in H.264."""
    recording, number = await _recording(call), int(_SEGMENT.word(call.query, "number"))
    try:
        made = await call.camera.playback.segment(recording, number, _keys_only(call))
    except CardError as error:
        raise HttpError(503, str(error)) from error
    return Reply(made, content_type="video/mp4", headers=_KEPT)


async def video(call: Call) -> Reply | FileReply:
    """Answer with a recording in H.264 as MP4; byte ranges return parts of it, for seeking."""
    recording = await _recording(call)
    still = recording.is_picture
    is_whole = still or (recording.name.endswith(".mp4") and not _keys_only(call))
    try:
        if is_whole:
            content, size = await call.camera.card.open(recording), recording.size_bytes
        else:
            content, size = await call.camera.playback.video(recording, _keys_only(call))
    except (CardError, OSError) as error:
        raise HttpError(503, str(error)) from error
    return reply_with_file(call, content, size, recording.tag, "image/jpeg" if still else "video/mp4", _KEPT)


async def thumbnail(call: Call) -> Reply:
    """Answer with a thumbnail of a recording, as JPEG."""
    recording, at = await _recording(call), _THUMBNAIL.number(call.query, "at")
    headers = (*_KEPT, ("ETag", recording.tag))
    if recording.tag in call.head.fields.get("if-none-match", ""):
        return Reply(status=304, headers=headers)
    try:
        picture = await call.camera.playback.thumbnail(recording, at)
    except CardError as error:
        raise HttpError(404, str(error)) from error
    return Reply(picture, content_type="image/jpeg", headers=headers)


def _keys_only(call: Call) -> bool:
    return _RECORDING.flag(call.query, "keys")


async def _look_at_card(card: Card) -> None:
    """Wait until the card has been scanned, unless it cannot be. Raises ``HttpError`` 503 if that takes too long."""
    if not card.failure:
        await _wait_until_read(card)


async def _wait_until_read(card: Card) -> None:
    """Wait until the card has been scanned. Raises ``HttpError`` 503 if that takes too long."""
    try:
        await card.wait_until_read(READ_S)
    except CardBusy as error:
        raise HttpError(503, str(error), (("Retry-After", "5"),)) from error


async def _recording(call: Call) -> Recording:
    """Return the requested recording. Raises ``HttpError`` 404, and 409 while it is in progress."""
    folder, name = call.query.get("dir") or "", call.query.get("fname") or ""
    await _wait_until_read(call.camera.card)
    known = call.camera.card.index.get(folder, name) if folder in FOLDERS and NAME.fullmatch(name) else None
    if known is None:
        raise HttpError(404, "there is no such recording")
    if known.writing:
        raise HttpError(409, "it is being written")
    return known


def _type(segments: Segments) -> str:
    return f'video/mp4; codecs="avc1.42C01F{",mp4a.40.2" if segments.has_audio else ""}"'


def _fields_of(recording: Recording) -> dict[str, object]:
    return {
        "dir": recording.folder,
        "name": recording.name,
        "start": recording.started_ns // 1_000_000,
        "end": recording.ended_ns // 1_000_000,
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
        return day if day < date.max else day - _DAY  # the midnight after it must also exist
    except ValueError:
        raise RequestFailed(f"day={asked[:32]}: allowed: YYYY-MM-DD") from None


def _days(known: Sequence[Recording], zone: tzinfo) -> list[tuple[date, int, int]]:
    """Return each local day with recordings, and its numbers of continuous recordings and events."""
    days, place = [], 0
    while place < len(known):
        day = _local(known[place].started_ns, zone)
        of_day = _of(known, day, zone)
        events = sum(recording.folder == EVENT for recording in of_day)
        days.append((day, len(of_day) - events, events))
        place += max(1, len(of_day))
    return days


def _of(known: Sequence[Recording], day: date, zone: tzinfo) -> Sequence[Recording]:
    start, end = (bisect_left(known, moment, key=lambda r: r.started_ns) for moment in day_ends(day, zone))
    return known[start:end]


def _local(moment: int, zone: tzinfo) -> date:
    return datetime.fromtimestamp(moment // 1_000_000_000, zone).date()


_DAY_ARGUMENT = Argument("day", "Local day, YYYY-MM-DD; the newest one with recordings if none is given.")
_OF_DAY = Arguments(_DAY_ARGUMENT, undeclared=Undeclared.IGNORED)
_ONE = (
    Argument("dir", f"Folder of the recording: {' or '.join(FOLDERS)}."),
    Argument("fname", "File name of the recording."),
)
_KEYS = Argument("keys", "Its key frames alone, to be played fast.", YES_NO, default="no")
_AT = Argument("at", "Second that it shows; if none is given, one near the beginning.", Integer(0, 1_000_000))
_RECORDING = Arguments(*_ONE, _KEYS, undeclared=Undeclared.IGNORED)
_NUMBER = Argument("number", "Number of the segment, from 0.", Integer(0, 999_999))
_SEGMENT = Arguments(*_ONE, _KEYS, _NUMBER, undeclared=Undeclared.IGNORED)
_THUMBNAIL = Arguments(*_ONE, _AT, undeclared=Undeclared.IGNORED)
_MISSING = (NOT_FOUND, CONFLICT)
_MP4 = download_answers("video/mp4", "The recording.")

ENDPOINTS: tuple[Endpoint, ...] = (
    read_endpoint("/web/recordings", Rank.ADMIN, recordings, _OF_DAY, JSON, TEXT),
    read_endpoint("/web/segments", Rank.ADMIN, segments, _RECORDING, JSON, *_MISSING),
    read_endpoint("/web/segment", Rank.ADMIN, segment, _SEGMENT, Answer("video/mp4"), TEXT, *_MISSING),
    read_endpoint("/web/video", Rank.ADMIN, video, _RECORDING, *_MP4, *download_answers("image/jpeg"), *_MISSING),
    read_endpoint("/web/thumbnail", Rank.ADMIN, thumbnail, _THUMBNAIL, JPEG, NOT_MODIFIED, *_MISSING),
    change_endpoint("/web/delete_recordings", Rank.ADMIN, delete, RANGE, JSON, TEXT),
)
"""Requests of the recordings page."""
