"""Motion detection on a real pipeline with a scripted source."""

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import av
import numpy as np
import pytest
from tests.media.scripted_source import NOON, SECOND, WAIT, ScriptedSource
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


class YardCamera:
    """A camera that shows the yard."""

    def __init__(self, path: Path) -> None:
        self.database = Database(path)
        small = {(f"Image.{codec}", "Resolution"): "1" for codec in ("MJPEG", "MPEG4", "H264")}
        self.settings = Settings(self.database, ALL_GROUPS, small)
        self.source = ScriptedSource()
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
async def camera(tmp_path: Path) -> AsyncIterator[YardCamera]:
    camera = YardCamera(tmp_path / "state" / "ipcamd.db")
    await camera.pipeline.start()
    await camera.motion.start()
    yield camera
    await camera.motion.stop()
    await camera.pipeline.stop()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("media-")]
    camera.database.close()


async def test_movement_is_reported_to_viewers_and_subscribers(camera: YardCamera) -> None:
    await camera.set(MOTION.name, **ON)
    camera.motion.subscribe(camera.receive)
    camera.view()
    assert set(await camera.show(2)) == {(0, 0, 0)}
    window, moment = await camera.walk()
    assert window == 1
    assert NOON < moment <= camera.time
    levels = await camera.show(1, walker(20))
    assert max(first for first, _, _ in levels) > 10
    assert {(second, third) for _, second, third in levels} == {(0, 0)}


async def test_a_viewer_sees_levels_without_event_subscribers(camera: YardCamera) -> None:
    await camera.set(MOTION.name, **ON)
    camera.view()
    await camera.show(2)
    assert max(first for first, _, _ in await camera.show(2, walker(20))) > 10


async def test_a_level_that_is_no_longer_measured_is_zero(camera: YardCamera) -> None:
    await camera.set(MOTION.name, **ON)
    camera.view()
    await camera.show(2)
    await camera.show(2, walker(20))
    camera.now += STALE_S
    assert camera.motion.levels() == (0, 0, 0)


@pytest.mark.parametrize("values", [{"motionenable": "0"}, {"mddata": "0,0,0,640,480,50" + 2 * "|1,9,9,9,9,50"}])
async def test_without_a_window_nothing_is_looked_at(camera: YardCamera, values: dict[str, str]) -> None:
    await camera.set(MOTION.name, **{**ON, **values})
    camera.motion.subscribe(camera.receive)
    assert not camera.pipeline.analysis.wanted
    assert camera.source.plays == 0


async def test_the_source_runs_for_those_who_subscribed_only(camera: YardCamera) -> None:
    await camera.set(MOTION.name, **ON)
    await camera.set("Image.MJPEG", Resolution="0")
    assert camera.source.plays == 0
    camera.motion.subscribe(camera.receive)
    assert await asyncio.to_thread(camera.source.played.acquire, timeout=WAIT)
    assert camera.source.wanted
    assert camera.source.wanted() == Wanted((640, 480), 15, False)
    camera.motion.unsubscribe(camera.receive)
    assert not camera.pipeline.analysis.source_rate
    camera.view()
    assert camera.source.wanted() == Wanted((640, 480), 30, False)


async def test_it_is_switched_on_and_off_while_somebody_subscribes(camera: YardCamera) -> None:
    camera.motion.subscribe(camera.receive)
    assert not camera.pipeline.analysis.source_rate
    await camera.set(MOTION.name, **ON)
    assert camera.pipeline.analysis.source_rate
    await camera.set(MOTION.name, motionenable="0")
    assert not camera.pipeline.analysis.wanted


@pytest.mark.parametrize("values", [{"Brightness": "200"}, {"Mirror": "on"}, {"Contrast": "40"}, {"OverlayDate": "on"}])
async def test_a_setting_of_the_picture_is_no_movement(camera: YardCamera, values: dict[str, str]) -> None:
    await camera.set(MOTION.name, **ON)
    camera.motion.subscribe(camera.receive)
    camera.view()
    await camera.show(2)
    await camera.set(SENSOR, **values)
    assert set(await camera.show(2)) == {(0, 0, 0)}
    assert camera.alarms.empty()


async def test_a_new_size_of_the_stream_is_no_movement(camera: YardCamera) -> None:
    await camera.set(MOTION.name, **ON)
    camera.motion.subscribe(camera.receive)
    camera.view()
    await camera.show(2)
    await camera.set("Image.MJPEG", Resolution="0")
    assert set(await camera.show(2)) == {(0, 0, 0)}
    assert camera.alarms.empty()


async def test_nothing_is_seen_while_the_camera_itself_moves(camera: YardCamera) -> None:
    await camera.set(MOTION.name, **ON)
    camera.motion.subscribe(camera.receive)
    camera.view()
    await camera.show(2)
    camera.motion.hold(2.0)
    camera.motion.hold(0.5)
    assert set(await camera.show(1.9, lambda picture, seconds: np.roll(picture, round(seconds * 40), 1))) == {(0, 0, 0)}
    assert set(await camera.show(2, lambda picture, _: np.roll(picture, 76, 1))) == {(0, 0, 0)}
    assert camera.alarms.empty()
    await camera.walk()


async def test_a_listener_that_fails_keeps_nothing_from_the_others(
    camera: YardCamera, caplog: pytest.LogCaptureFixture
) -> None:
    await camera.set(MOTION.name, **ON)

    def fail(window: int, moment: int) -> None:
        raise ValueError("clumsy")

    camera.motion.subscribe(fail)
    camera.motion.subscribe(camera.receive)
    camera.view()
    await camera.show(2)
    assert (await camera.walk())[0] == 1
    assert "clumsy" in caplog.text


async def test_switching_it_off_and_on_brings_no_alarm_before_its_time(camera: YardCamera) -> None:
    await camera.set(MOTION.name, **ON)
    camera.motion.subscribe(camera.receive)
    camera.view()
    await camera.show(2)
    _, first = await camera.walk()
    await camera.set(MOTION.name, motionenable="0")
    await camera.set(MOTION.name, motionenable="1")
    await camera.show(1.2)
    _, second = await camera.walk()
    assert second - first >= 5 * SECOND - SECOND // 15
