"""From events to actions (SDK 11), on the real store, with a camera whose captures are names."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ipcamd.errors import StoreError
from ipcamd.event_bus import Event, EventBus, EventKind
from ipcamd.events.engine import EventEngine
from ipcamd.events.output_pulse import OutputPulse
from ipcamd.events.schedules import Schedules
from ipcamd.params import ALL_GROUPS
from ipcamd.recording.clip_file import ClipFile
from ipcamd.recording.pending_clips import PendingClip
from ipcamd.settings.settings import Settings
from ipcamd.store.database import Database
from ipcamd.store.event_log_table import EventLog

NOON = int(datetime(2024, 1, 1, 12, tzinfo=UTC).timestamp()) * 10**9
MOTION = Event(EventKind.MOTION, NOON, 2)


class EngineRig:
    """An engine between a bus and sinks that record the actions."""

    def __init__(self, path: Path) -> None:
        self.database = Database(path / "ipcamd.db")
        self.schedules = Schedules(Settings(self.database, ALL_GROUPS, {}))
        self.log = EventLog(self.database)
        self.bus = EventBus()
        self.taken: list[tuple[EventKind, str]] = []
        self.kept: list[tuple[str, str]] = []
        self.card_problem = ""
        self.renamed: dict[str, str] = {}
        self.levels: list[str] = []
        self.settled: list[str] = []
        self.all_settled = asyncio.Event()
        sinks = {"EnableFtp": self._sink("ftp"), "EnableSDCard": self._sink("card"), "EnableEmail": self._full}
        self.engine = EventEngine(
            self.schedules, self, sinks, OutputPulse(self.levels.append, lambda: "low"), self.log,
            lambda moment: datetime.fromtimestamp(moment / 1e9, UTC), lambda: self.card_problem,
        )  # fmt: skip
        self.bus.subscribe(self.engine.handle)

    @asynccontextmanager
    async def record_clip(self, event: Event, schedule: str) -> AsyncIterator[Sequence[ClipFile]]:
        self.taken.append((event.kind, schedule))
        yield [ClipFile(Path("/x"), "clip.avi", "video/x-msvideo", 4, NOON, NOON, event, schedule)]

    @property
    def pending(self) -> list[PendingClip]:
        return [PendingClip("x", "door", MOTION), PendingClip("x", "removed", MOTION)]

    @asynccontextmanager
    async def recover_clip(self, order: PendingClip) -> AsyncIterator[Sequence[ClipFile]]:
        yield [ClipFile(Path("/old"), "old.avi", "video/x-msvideo", 4, NOON, NOON, order.event, order.schedule)]
        self.settled.append(order.schedule)
        if len(self.settled) == len(self.pending):
            self.all_settled.set()

    def _sink(self, place: str):  # type: ignore[no-untyped-def]
        async def keep(captured: Sequence[ClipFile]) -> str | None:
            self.kept += [(place, material.schedule) for material in captured]
            return self.renamed.get(place)

        return keep

    async def _full(self, _: Sequence[ClipFile]) -> None:
        raise StoreError("the queue is full")

    async def publish(self, *events: Event) -> list[tuple[str, str, str, str]]:
        for event in events:
            self.bus.publish(event)
        await self.engine.close()
        return [(e.what, e.schedule, e.done, e.failed) for e in reversed(await self.log.newest(100))]


@pytest.fixture
def rig(tmp_path: Path):  # type: ignore[no-untyped-def]
    rig = EngineRig(tmp_path)
    yield rig
    rig.database.close()


async def test_clips_go_to_the_targets_of_the_schedule(rig: EngineRig) -> None:
    await rig.schedules.add({"name": "door", "triggermotion": "1", "enableftp": "1", "enablesdcard": "1"})
    log = await rig.publish(MOTION)
    assert sorted(rig.kept) == [("card", "door"), ("ftp", "door")]
    assert log == [("motion 2", "door", "clip.avi for FTP, the SD card", "")]


async def test_the_log_has_the_name_under_which_it_is_kept(rig: EngineRig) -> None:
    await rig.schedules.add({"name": "door", "triggermotion": "1", "enableftp": "1", "enablesdcard": "1"})
    rig.renamed["card"] = "other.avi"
    log = await rig.publish(MOTION)
    assert log == [("motion 2", "door", "clip.avi for FTP; other.avi for the SD card", "")]


async def test_pending_clips_of_an_earlier_run_are_delivered(rig: EngineRig) -> None:
    await rig.schedules.add({"name": "door", "triggermotion": "1", "enableftp": "1", "enablesdcard": "1"})
    ready = asyncio.Event()
    rig.engine.resume(ready.wait)
    await asyncio.sleep(0)
    assert rig.settled == []
    ready.set()
    async with asyncio.timeout(30):
        await rig.all_settled.wait()
    assert sorted(rig.kept) == [("card", "door"), ("ftp", "door")]
    assert [entry.done for entry in await rig.log.newest(9)] == ["old.avi for FTP, the SD card"]


async def test_the_end_does_not_wait_for_a_card_that_is_looked_through(rig: EngineRig) -> None:
    rig.engine.resume(asyncio.Event().wait)
    await asyncio.sleep(0)
    async with asyncio.timeout(30):
        await rig.engine.close()
    assert rig.settled == []


async def test_two_schedules_share_one_capture_and_send_it_once(rig: EngineRig) -> None:
    for name in ("a", "b"):
        await rig.schedules.add({"name": name, "triggermotion": "1", "enableftp": "1"})
    await rig.publish(MOTION)
    assert rig.taken == [
        (EventKind.MOTION, "a"),
        (EventKind.MOTION, "b"),
    ]  # each may wait for another event's capture
    assert rig.kept == [("ftp", "a")]


async def test_two_events_that_share_a_capture_send_it_to_each_place_once(rig: EngineRig) -> None:
    await rig.schedules.add({"name": "a", "triggermotion": "1", "enableftp": "1"})
    await rig.schedules.add({"name": "b", "triggerdi1": "1", "enableftp": "1", "enablesdcard": "1"})
    di1 = Event(EventKind.INPUT, NOON + 1, 1)
    await rig.publish(MOTION, di1)
    assert sorted(rig.kept) == [("card", "b"), ("ftp", "a")]
    log = await rig.publish(Event(EventKind.MOTION, NOON + 2), di1)
    assert log[-2:] == [("motion", "a", "in clip.avi too", ""), ("di1 high", "b", "in clip.avi too", "")]
    assert len(rig.kept) == 2


async def test_an_event_in_the_midst_of_a_capture_is_noted(rig: EngineRig, monkeypatch: pytest.MonkeyPatch) -> None:
    @asynccontextmanager
    async def goes_on(event: Event, schedule: str) -> AsyncIterator[Sequence[ClipFile]]:
        yield []

    monkeypatch.setattr(rig, "record_clip", goes_on)
    await rig.schedules.add({"name": "door", "triggermotion": "1", "enableftp": "1"})
    assert await rig.publish(MOTION) == [("motion 2", "door", "in the running clip", "")]


@pytest.mark.parametrize(
    "fields",
    [
        {"triggermotion": "0"},
        {"triggermotion": "1", "enable": "0"},
        {"triggermotion": "1", "monday": "0"},
        {"triggermotion": "1", "scheduletimestatus": "1", "scheduletimestarthour": "13"},
    ],
)
async def test_ignored_events_have_no_effect(rig: EngineRig, fields: dict[str, str]) -> None:
    await rig.schedules.add({"name": "x", "enableftp": "1", "enabledigitaloutput": "1"} | fields)
    assert await rig.publish(MOTION) == []
    assert (rig.taken, rig.levels) == ([], ["low"])


async def test_a_failing_target_is_logged_and_the_others_get_the_picture(rig: EngineRig) -> None:
    await rig.schedules.add({"name": "x", "triggermotion": "1", "enableemail": "1", "enableftp": "1"})
    log = await rig.publish(MOTION)
    assert rig.kept == [("ftp", "x")]
    assert log == [("motion 2", "x", "clip.avi for FTP", "clip.avi for mail: the queue is full")]


async def test_its_own_time_is_no_clip_on_the_card(rig: EngineRig) -> None:
    await rig.schedules.add({"name": "x", "scheduletimemode": "1", "enablesdcard": "1"})
    log = await rig.publish(Event(EventKind.SCHEDULE, NOON, 1))
    assert log == [("time", "x", "recorded during its time", "")]
    assert (rig.taken, rig.kept) == ([], [])


async def test_obstacles_to_a_scheduled_recording_are_logged(rig: EngineRig) -> None:
    await rig.schedules.add({"name": "x", "scheduletimemode": "1", "enablesdcard": "1"})
    rig.card_problem = "there is no SD card"
    log = await rig.publish(Event(EventKind.SCHEDULE, NOON, 1))
    assert log == [("time", "x", "", "nothing is recorded: there is no SD card")]


async def test_a_schedule_without_an_action_is_noted_too(rig: EngineRig) -> None:
    await rig.schedules.add({"name": "x", "triggermotion": "1"})
    assert await rig.publish(MOTION) == [("motion 2", "x", "nothing: the schedule has no action", "")]
    assert rig.taken == []


async def test_the_output_is_high_for_its_time_and_then_as_set() -> None:
    levels: list[str] = []
    low = asyncio.Event()
    output = OutputPulse(lambda level: (levels.append(level), low.set() if level == "low" else None), lambda: "low")
    low.clear()
    output.pulse(0.02)
    output.pulse(0.01)  # shorter than the remaining time: changes nothing
    asyncio.get_running_loop().call_later(0.015, levels.append, "after 15 ms")
    await asyncio.wait_for(low.wait(), 30)
    output.pulse(60)
    output.settle()  # a change of the parameter waits for the event's end
    assert levels[-1] == "high"
    output.close()
    assert levels == ["low", "high", "high", "after 15 ms", "low", "high", "low"]


async def test_an_output_that_was_set_while_an_event_held_it_is_then_as_set() -> None:
    levels: list[str] = []
    rest = "low"
    output = OutputPulse(levels.append, lambda: rest)
    output.pulse(60)
    rest = "high"
    output.settle()
    output.close()
    assert levels[-1] == "high"


async def test_the_log_is_bounded_and_its_newest_come_first(rig: EngineRig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ipcamd.store.event_log_table.MAX_ENTRIES", 20)
    monkeypatch.setattr("ipcamd.store.event_log_table.SLACK", 5)
    await rig.schedules.add({"name": "x", "triggermotion": "1", "enabledigitaloutput": "1"})
    for number in range(40):
        await rig.publish(Event(EventKind.MOTION, NOON + number))
    entries = await rig.log.newest(100)
    assert [e.moment - NOON for e in entries[:2]] == [39, 38]
    assert 20 <= len(entries) <= 25
