"""Requests of the recordings page."""

import asyncio
import inspect
import io
import json
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PIL import Image
from tests.cgi.camera_rig import NOON, SECOND, CameraRig
from tests.wire.avi.avi_files import avi_file, pictures

from ipcamd.cgi.endpoint import Call, FileReply, Reply
from ipcamd.errors import HttpError, RequestFailed
from ipcamd.media import codecs
from ipcamd.params.group import Rank
from ipcamd.settings.change_records import Change
from ipcamd.storage.disk import Disk
from ipcamd.storage.recording import Recording
from ipcamd.storage.recording_name import name_of
from ipcamd.store.audit_table import AuditFilter
from ipcamd.store.event_log_table import EventSpan
from ipcamd.web.recordings import recordings
from ipcamd.web.recordings.recordings import ENDPOINTS, _days, _of

LIST, SEGMENTS, SEGMENT, VIDEO, THUMBNAIL, DELETE = ENDPOINTS
HOUR = 3600 * SECOND
NOON_MS = NOON // 1_000_000


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[CameraRig]:
    rig = CameraRig(tmp_path / "state")
    await rig.settings.update([Change("Time", "TimeZone", "21")])
    for folder, hours in (("record", 0), ("event", 1), ("record", 24), ("event", -48)):
        began = NOON + hours * HOUR
        shown = [replace(p, captured_ns=p.captured_ns + began - NOON) for p in pictures(codecs.JPEG, 30)]
        path = rig.path / "sdcard" / folder / name_of("ipcamd", datetime.fromtimestamp(began / SECOND, UTC))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(avi_file(shown, codecs.JPEG))
    await rig.card.start()
    await rig.card.wait_until_read()
    yield rig
    await rig.card.stop()
    await rig.playback.close()
    rig.database.close()


def test_recordings_are_for_administrators_and_only_read() -> None:
    assert {endpoint.rank for endpoint in ENDPOINTS} == {Rank.ADMIN}
    assert [e for e in ENDPOINTS if e.changes(None)] == [DELETE]  # type: ignore[arg-type]
    assert DELETE.methods == ("POST",)


async def test_the_newest_day_and_all_days(rig: CameraRig) -> None:
    told = json.loads((await rig.ask(LIST)).body)
    assert told["days"] == [["2025-06-13", 0, 1], ["2025-06-15", 1, 1], ["2025-06-16", 1, 0]]
    assert told["day"] == "2025-06-16"
    assert told["card"]["state"] == "ready"
    assert told["card"]["recordings"] == rig.card.index.size_bytes
    assert told["today"] == "2025-06-15"
    assert (told["now"], told["offsets"]) == (NOON_MS, [[told["start"], 0]])
    assert told["end"] - told["start"] == 86_400_000
    (one,) = told["recordings"]
    size = (rig.path / "sdcard" / "record" / one["name"]).stat().st_size
    assert one == {
        "dir": "record",
        "name": "ipcamd-06162025-150640.avi",
        "start": NOON_MS + 86_400_000,
        "end": NOON_MS + 86_401_000,
        "size": size,
        "writing": False,
    }


async def test_another_day(rig: CameraRig) -> None:
    told = json.loads((await rig.ask(LIST, "day=2025-06-15")).body)
    starts = [(one["dir"], one["start"] - NOON_MS) for one in told["recordings"]]
    assert starts == [("record", 0), ("event", 3_600_000)]
    assert json.loads((await rig.ask(LIST, "day=2025-06-14")).body)["recordings"] == []


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
async def test_days_at_the_ends_of_the_calendar_are_empty(rig: CameraRig, day: str) -> None:
    assert json.loads((await rig.ask(LIST, f"day={day}")).body)["recordings"] == []


@pytest.mark.parametrize("day", ["yesterday", "2025-02-30", "2025-6-1", "", "0000-00-00"])
async def test_days_that_are_none(rig: CameraRig, day: str) -> None:
    with pytest.raises(RequestFailed, match="YYYY-MM-DD"):
        await rig.ask(LIST, f"day={day}")


async def test_without_a_card(rig: CameraRig) -> None:
    rig.card.insert(False)
    told = json.loads((await rig.ask(LIST)).body)
    assert (told["card"]["state"], told["days"], told["recordings"]) == ("none", [], [])
    with pytest.raises(HttpError):
        await rig.ask(THUMBNAIL, "dir=record&fname=ipcamd-06152025-150640.avi")


async def test_a_full_card_that_may_not_recycle(rig: CameraRig) -> None:
    rig.card.limit_bytes = rig.card.index.size_bytes + 1000
    for policy in ("recycle", "stop"):
        await rig.settings.update([Change("Event.Server.External.Storage", "DiskFull", policy)])
        told = json.loads((await rig.ask(LIST)).body)["card"]
        assert (told["state"] == "full", told["recycles"]) == (policy == "stop", policy == "recycle")


async def test_a_picture_that_another_program_removed(rig: CameraRig) -> None:
    path = rig.path / "sdcard" / "event" / "ipcamd-06152025-160641.jpg"
    path.write_bytes(b"picture")
    await rig.card.rescan("event", path.name)
    path.unlink()
    with pytest.raises(HttpError) as refused:
        await rig.ask(VIDEO, f"dir=event&fname={path.name}")
    assert refused.value.status == 503


def put_on_card(rig: CameraRig, codec: codecs.Codec) -> str:
    """Put a two-second recording named for noon on the card, and return its request arguments."""
    path = rig.path / "sdcard" / "event" / "ipcamd-06152025-150640.avi"
    path.write_bytes(avi_file(pictures(codec), codec, sound=True))
    return f"dir=event&fname={path.name}"


async def test_a_recording_as_a_video(rig: CameraRig) -> None:
    query = put_on_card(rig, codecs.H264)
    await rig.card.rescan("event", query.rpartition("=")[2])
    told = json.loads((await rig.ask(SEGMENTS, query)).body)
    assert (told["length"], told["segment"], told["sound"]) == (2, None, True)
    assert told["frame"] == pytest.approx(1 / 30)
    made: list[Call] = []

    def catch(call: Call) -> Reply:
        made.append(call)
        return Reply()

    await rig.ask(replace(VIDEO, action=catch), query, range="bytes=4-7")
    outcome = VIDEO.run(made[0])
    assert inspect.isawaitable(outcome)
    answer = await outcome
    assert isinstance(answer, FileReply)
    with answer.content:
        assert await answer.content.read(answer.start, answer.length) == b"ftyp"
    assert (answer.reply.status, answer.reply.content_type) == (206, "video/mp4")


async def test_a_recording_in_segments(rig: CameraRig) -> None:
    query = put_on_card(rig, codecs.MPEG4)
    await rig.card.rescan("event", query.rpartition("=")[2])
    told = json.loads((await rig.ask(SEGMENTS, query)).body)
    assert (told["length"], told["segment"], told["sound"]) == (2.0, 4.096, True)
    assert told["type"] == 'video/mp4; codecs="avc1.42C01F,mp4a.40.2"'
    told = json.loads((await rig.ask(SEGMENTS, f"{query}&keys=yes")).body)
    assert (told["segment"], told["type"]) == (65.536, 'video/mp4; codecs="avc1.42C01F"')
    answer = await rig.ask(SEGMENT, f"{query}&number=0")
    assert (answer.content_type, answer.body[4:8]) == ("video/mp4", b"ftyp")
    for endpoint, more in ((SEGMENT, "&number=1"), (VIDEO, "")):
        with pytest.raises(HttpError) as refused:
            await rig.ask(endpoint, query + more)
        assert refused.value.status == 503


@pytest.mark.parametrize("number", ["", "&number=", "&number=-1", "&number=1_0", "&number=1.5", "&number=9999999"])
async def test_numbers_of_segments_that_are_none(rig: CameraRig, number: str) -> None:
    with pytest.raises(RequestFailed, match="number="):
        await rig.ask(SEGMENT, f"dir=event&fname=ipcamd-06152025-160640.avi{number}")


async def test_a_single_picture_is_no_video(rig: CameraRig) -> None:
    path = rig.path / "sdcard" / "event" / "ipcamd-06152025-160641.jpg"
    path.write_bytes(pictures(codecs.JPEG)[0].payload)
    await rig.card.rescan("event", path.name)
    assert json.loads((await rig.ask(SEGMENTS, f"dir=event&fname={path.name}")).body) is None


async def test_a_thumbnail_is_requested_once(rig: CameraRig) -> None:
    query = "dir=record&fname=ipcamd-06152025-150640.avi"
    first = await rig.ask(THUMBNAIL, query)
    assert Image.open(io.BytesIO(first.body)).width == 320
    headers = dict(first.headers)
    assert "max-age" in headers["Cache-Control"]
    again = await rig.ask(THUMBNAIL, query, **{"if-none-match": headers["ETag"]})
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize(
    "query",
    [
        "",
        "dir=record",
        "dir=..&fname=ipcamd-06152025-150640.avi",
        "dir=record&fname=../event/ipcamd-06152025-160640.avi",
        "dir=event&fname=ipcamd-06152025-150640.avi",
        "dir=record&fname=/etc/passwd",
    ],
)
@pytest.mark.parametrize(
    "endpoint", [SEGMENTS, SEGMENT, VIDEO, THUMBNAIL], ids=["segments", "segment", "video", "thumbnail"]
)
async def test_other_names_are_404(rig: CameraRig, endpoint, query: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(HttpError) as refused:
        await rig.ask(endpoint, query)
    assert refused.value.status == 404


async def test_a_recording_in_progress_is_409(rig: CameraRig) -> None:
    rig.card.index.put(Recording("record", "ipcamd-06152025-235959.avi", 1, 1, NOON, NOON, True))
    with pytest.raises(HttpError) as refused:
        await rig.ask(VIDEO, "dir=record&fname=ipcamd-06152025-235959.avi")
    assert refused.value.status == 409


def test_days_have_23_or_25_hours_when_the_clocks_are_changed() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    start = datetime(2025, 10, 25, tzinfo=berlin).astimezone(UTC)
    moments = [int((start + timedelta(minutes=30 * n)).timestamp()) * SECOND for n in range(48 + 50 + 48)]
    known = [Recording("record", f"{n}", 1, 1, moment, moment) for n, moment in enumerate(moments)]
    days = _days(known, berlin)
    assert [(str(day), records) for day, records, _ in days] == [
        ("2025-10-25", 48),
        ("2025-10-26", 50),
        ("2025-10-27", 48),
    ]
    assert sum(len(_of(known, day, berlin)) for day, _, _ in days) == len(known)


async def test_the_page_waits_for_a_card_that_is_being_read(
    rig: CameraRig, held: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = rig.path / "sdcard" / "record" / "ipcamd-01012025-000000.avi"
    rig.card.insert(False)
    path.write_bytes(avi_file(pictures(codecs.JPEG, 3), codecs.JPEG))
    rig.card.insert(True)
    monkeypatch.setattr(recordings, "READ_S", 0.02)
    for endpoint in ENDPOINTS:
        query = "since=1&until=2" if endpoint is DELETE else f"dir=record&fname={path.name}&number=0"
        with pytest.raises(HttpError, match="the card is being read") as refused:
            await rig.ask(endpoint, query)
        assert refused.value.status == 503
    held.set()
    await rig.card.wait_until_read()
    assert (await rig.ask(LIST)).status == 200


@pytest.mark.parametrize("query", ["at=-1", "at=1.5", "at=99999999"])
async def test_moments_of_thumbnails_that_are_none(rig: CameraRig, query: str) -> None:
    with pytest.raises(RequestFailed, match="at="):
        await rig.ask(THUMBNAIL, f"dir=record&fname=ipcamd-06152025-150640.avi&{query}")


async def test_a_day_has_its_motion_and_what_runs_over_midnight(rig: CameraRig) -> None:
    midnight = NOON - NOON % (24 * HOUR) + 24 * HOUR
    rig.card.index.put(Recording("record", "ipcamd-06152025-235900.avi", 1, 1, midnight - SECOND, midnight + SECOND))
    for start, end in ((NOON, NOON + 5 * SECOND), (midnight + HOUR, midnight + HOUR + SECOND)):
        rig.event_log.note(EventSpan("motion 1", start, end, has_ended=True))
    rig.event_log.note(EventSpan("di1 high", NOON, NOON, has_ended=True))
    told = {day: json.loads((await rig.ask(LIST, f"day=2025-06-{day}")).body) for day in (15, 16)}
    assert told[15]["motion"] == [[NOON_MS, NOON_MS + 5000]]
    assert told[16]["motion"] == [[(midnight + HOUR) // 1_000_000, (midnight + HOUR + SECOND) // 1_000_000]]
    for day in told.values():
        assert "ipcamd-06152025-235900.avi" in [one["name"] for one in day["recordings"]]


async def test_deleting_a_range_leaves_the_rest_and_what_is_being_written(rig: CameraRig) -> None:
    rig.card.index.put(Recording("record", "ipcamd-06152025-160000.avi", 1, 1, NOON, NOON + HOUR, True))
    query = f"since={NOON_MS + 500}&until={NOON_MS + 3_600_500}"
    told = json.loads((await rig.ask(DELETE, f"{query}&dir=event")).body)
    assert told == {"deleted": 1, "kept": 0}
    told = json.loads((await rig.ask(DELETE, query)).body)
    assert told == {"deleted": 1, "kept": 1}
    assert sorted(path.name for path in (rig.path / "sdcard").rglob("*.avi")) == [
        "ipcamd-06132025-150640.avi",
        "ipcamd-06162025-150640.avi",
    ]
    assert len(rig.card.index) == 3
    with pytest.raises(RequestFailed, match="since="):
        await rig.ask(DELETE)
    changes = [record.what for record in await rig.audit_log.newest(10, AuditFilter())]
    assert changes.count("1 recordings deleted") == 2


async def test_a_failing_card_is_reported(rig: CameraRig, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Disk, "remove", fail)
    with pytest.raises(HttpError, match="failed after 0 recordings: Input/output error"):
        await rig.ask(DELETE, f"since={NOON_MS}&until={NOON_MS + 1000}")
    monkeypatch.setattr(Disk, "entries", fail)
    rig.card.insert(False)
    rig.card.insert(True)
    async with asyncio.timeout(30):
        while not rig.card.failure:  # noqa: ASYNC110 - what a page does
            await asyncio.sleep(0.01)
    told = json.loads((await rig.ask(LIST)).body)["card"]
    assert (told["state"], told["problem"]) == ("faulty", "the card cannot be read: Input/output error")
