"""Motion detection on a real pipeline with a scripted source."""

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import av
import numpy as np
import pytest
from tests.media.stage import NOON, SECOND, WAIT, Script
from tests.motion.yard import Change, walker, yard

from ipcamd.media.capture.video_capture import Timeouts
from ipcamd.media.frame import EncodedFrame
from ipcamd.media.pipeline import Pipeline
from ipcamd.media.planes import framed
from ipcamd.media.source.source import Wanted
from ipcamd.motion.motion_detection import STALE_S, MotionDetection
from ipcamd.params import ALL_GROUPS
from ipcamd.params.motion import MOTION
from ipcamd.settings.change_records import Change as Setting
from ipcamd.settings.settings import Settings
from ipcamd.store.database import Database
from ipcamd.wire.payload_header import Status

ON = {"motionenable": "1", "mdpercent": "5|5|5", "mddata": "1,0,0,640,480,50|1,0,0,640,200,50|0,0,0,0,0,50"}
SENSOR = "ImageSource.IO.Sensor"


class Place:
    """A camera that shows the yard."""

    def __init__(self, path: Path) -> None:
        self.database = Database(path)
        small = {(f"Image.{codec}", "Resolution"): "1" for codec in ("MJPEG", "MPEG4", "H264")}
        self.settings = Settings(self.database, ALL_GROUPS, small)
        self.source = Script()
        self.pipeline = Pipeline(
            self.settings, self.source, lambda: self.time, self.status, timeouts=Timeouts(silence_s=600)
        )
        self.motion = MotionDetection(self.settings, self.pipeline, lambda: self.now)
        self.time, self.now = NOON, 100.0
        self.alarms: asyncio.Queue[tuple[int, int]] = asyncio.Queue()
        self.frames: asyncio.Queue[EncodedFrame] = asyncio.Queue()

    def status(self) -> Status:
        first, second, third = self.motion.levels()
        return Status((first, second, third))

    def receive(self, window: int, moment: int) -> None:
        self.alarms.put_nowait((window, moment))

    def view(self) -> None:
        self.pipeline.mjpeg.subscribe(self.frames.put_nowait)

    async def set(self, group: str, **values: str) -> None:
        await self.settings.update([Setting(group, name, value) for name, value in values.items()])

    async def show(self, seconds: float, change: Change | None = None) -> list[tuple[int, int, int]]:
        """Show pictures to a viewer; return the levels of the frames."""
        return [await self.one(number / 15, change) for number in range(round(seconds * 15))]

    async def one(self, seconds: float, change: Change | None) -> tuple[int, int, int]:
        self.time, self.now = self.time + SECOND // 15, self.now + 1 / 15
        self.source.show(self.time, enlarged(change(yard(), seconds) if change else yard()))
        frame = await asyncio.wait_for(self.frames.get(), WAIT)
        return frame.status.motion

    async def walk(self) -> tuple[int, int]:
        """Let a person walk until there is an alarm."""
        for start in (10, 60, 110) * 5:
            await self.show(2, walker(start))
            if not self.alarms.empty():
                break
        return await asyncio.wait_for(self.alarms.get(), WAIT)


def enlarged(picture: np.ndarray) -> av.VideoFrame:
    luma = np.clip(picture, 0, 255).astype(np.uint8).repeat(2, 0).repeat(2, 1)
    plain = np.full((90, 160), 128, np.uint8)
    return framed((luma, plain, plain))


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    place = Place(tmp_path / "state" / "ipcamd.db")
    await place.pipeline.start()
    await place.motion.start()
    yield place
    await place.motion.stop()
    await place.pipeline.stop()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("media-")]
    place.database.close()


async def test_movement_is_reported_to_viewers_and_subscribers(place: Place) -> None:
    await place.set(MOTION.name, **ON)
    place.motion.subscribe(place.receive)
    place.view()
    assert set(await place.show(2)) == {(0, 0, 0)}
    window, moment = await place.walk()
    assert window == 1
    assert NOON < moment <= place.time
    levels = await place.show(1, walker(20))
    assert max(first for first, _, _ in levels) > 10
    assert {(second, third) for _, second, third in levels} == {(0, 0)}


async def test_a_viewer_sees_levels_without_event_subscribers(place: Place) -> None:
    await place.set(MOTION.name, **ON)
    place.view()
    await place.show(2)
    assert max(first for first, _, _ in await place.show(2, walker(20))) > 10


async def test_a_level_that_is_no_longer_measured_is_zero(place: Place) -> None:
    await place.set(MOTION.name, **ON)
    place.view()
    await place.show(2)
    await place.show(2, walker(20))
    place.now += STALE_S
    assert place.motion.levels() == (0, 0, 0)


@pytest.mark.parametrize("values", [{"motionenable": "0"}, {"mddata": "0,0,0,640,480,50" + 2 * "|1,9,9,9,9,50"}])
async def test_without_a_window_nothing_is_looked_at(place: Place, values: dict[str, str]) -> None:
    await place.set(MOTION.name, **{**ON, **values})
    place.motion.subscribe(place.receive)
    assert not place.pipeline.analysis.wanted
    assert place.source.plays == 0


async def test_the_source_runs_for_those_who_subscribed_only(place: Place) -> None:
    await place.set(MOTION.name, **ON)
    await place.set("Image.MJPEG", Resolution="0")
    assert place.source.plays == 0
    place.motion.subscribe(place.receive)
    assert await asyncio.to_thread(place.source.played.acquire, timeout=WAIT)
    assert place.source.wanted
    assert place.source.wanted() == Wanted((640, 480), 15, False)
    place.motion.unsubscribe(place.receive)
    assert not place.pipeline.analysis.source_rate
    place.view()
    assert place.source.wanted() == Wanted((640, 480), 30, False)


async def test_it_is_switched_on_and_off_while_somebody_subscribes(place: Place) -> None:
    place.motion.subscribe(place.receive)
    assert not place.pipeline.analysis.source_rate
    await place.set(MOTION.name, **ON)
    assert place.pipeline.analysis.source_rate
    await place.set(MOTION.name, motionenable="0")
    assert not place.pipeline.analysis.wanted


@pytest.mark.parametrize("values", [{"Brightness": "200"}, {"Mirror": "on"}, {"Contrast": "40"}, {"OverlayDate": "on"}])
async def test_a_setting_of_the_picture_is_no_movement(place: Place, values: dict[str, str]) -> None:
    await place.set(MOTION.name, **ON)
    place.motion.subscribe(place.receive)
    place.view()
    await place.show(2)
    await place.set(SENSOR, **values)
    assert set(await place.show(2)) == {(0, 0, 0)}
    assert place.alarms.empty()


async def test_a_new_size_of_the_stream_is_no_movement(place: Place) -> None:
    await place.set(MOTION.name, **ON)
    place.motion.subscribe(place.receive)
    place.view()
    await place.show(2)
    await place.set("Image.MJPEG", Resolution="0")
    assert set(await place.show(2)) == {(0, 0, 0)}
    assert place.alarms.empty()


async def test_nothing_is_seen_while_the_camera_itself_moves(place: Place) -> None:
    await place.set(MOTION.name, **ON)
    place.motion.subscribe(place.receive)
    place.view()
    await place.show(2)
    place.motion.hold(2.0)
    place.motion.hold(0.5)
    assert set(await place.show(1.9, lambda picture, seconds: np.roll(picture, round(seconds * 40), 1))) == {(0, 0, 0)}
    assert set(await place.show(2, lambda picture, _: np.roll(picture, 76, 1))) == {(0, 0, 0)}
    assert place.alarms.empty()
    await place.walk()


async def test_a_listener_that_fails_keeps_nothing_from_the_others(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    await place.set(MOTION.name, **ON)

    def fail(window: int, moment: int) -> None:
        raise ValueError("clumsy")

    place.motion.subscribe(fail)
    place.motion.subscribe(place.receive)
    place.view()
    await place.show(2)
    assert (await place.walk())[0] == 1
    assert "clumsy" in caplog.text


async def test_switching_it_off_and_on_brings_no_alarm_before_its_time(place: Place) -> None:
    await place.set(MOTION.name, **ON)
    place.motion.subscribe(place.receive)
    place.view()
    await place.show(2)
    _, first = await place.walk()
    await place.set(MOTION.name, motionenable="0")
    await place.set(MOTION.name, motionenable="1")
    await place.show(1.2)
    _, second = await place.walk()
    assert second - first >= 5 * SECOND - SECOND // 15
