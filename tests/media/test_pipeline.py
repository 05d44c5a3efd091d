"""Media pipeline from a source to the hubs, with real settings and real encoders."""

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import simplejpeg
from tests.media.scripted_source import NOON, SECOND, WAIT, ScriptedSource, Viewer, decoded, grey, luma, sloped

from ipcamd.media import pipeline
from ipcamd.media.capture.video_capture import Timeouts
from ipcamd.media.frame import EncodedFrame
from ipcamd.media.pipeline import Pipeline
from ipcamd.media.source.source import Wanted
from ipcamd.media.stream.hub import Hub
from ipcamd.params import GROUPS
from ipcamd.settings.change_records import Change
from ipcamd.settings.settings import Settings
from ipcamd.store.database import Database

NEVER = Timeouts(silence_s=600, start_s=600, blank_s=600)


class PipelineRig:
    """A pipeline on a scripted source, small pictures, and a clock that the pictures' times come from."""

    def __init__(self, path: Path) -> None:
        self.time = NOON
        self.database = Database(path)
        small = {(f"Image.{codec}", "Resolution"): "1" for codec in ("MJPEG", "MPEG4", "H264")}
        self.settings = Settings(self.database, GROUPS, small)
        self.source = ScriptedSource()
        self.pipeline = Pipeline(self.settings, self.source, lambda: self.time, lambda: 0, timeouts=NEVER)

    async def set(self, group: str, **values: str) -> None:
        await self.settings.update([Change(group, name, value) for name, value in values.items()])

    async def show(self, *viewers: Viewer, frame: object = None) -> list[EncodedFrame]:
        """Show one picture; return the frame of each viewer."""
        self.time += SECOND // 30
        self.source.show(self.time, frame or sloped())  # type: ignore[arg-type]
        return [await viewer.next() for viewer in viewers]


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[PipelineRig]:
    rig = PipelineRig(tmp_path / "state" / "ipcamd.db")
    before = threading.active_count()
    await rig.pipeline.start()
    yield rig
    async with asyncio.timeout(WAIT):
        await rig.pipeline.stop()
        while media_threads():  # one that was importing is not waited for  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    # the executor that waited for them may stay
    assert threading.active_count() <= before + 2
    assert rig.source.open == 0
    rig.database.close()


def media_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("media-")]


def brightness(frame: EncodedFrame) -> float:
    return float(simplejpeg.decode_jpeg(frame.payload, "GRAY").mean())


async def test_nothing_runs_without_viewers(rig: PipelineRig) -> None:
    assert rig.source.plays == 0
    assert [hub.name for hub in rig.pipeline.streams] == ["h264", "mpeg4"]
    assert rig.pipeline.frame_rate == 0


async def test_three_streams_of_one_source(rig: PipelineRig) -> None:
    viewers = [Viewer(hub) for hub in (rig.pipeline.mjpeg, *rig.pipeline.streams)]
    got = [await rig.show(*viewers) for _ in range(5)]
    assert rig.source.plays == 1
    for name, frames in zip(("mjpeg", "h264", "mpeg4"), zip(*got, strict=True), strict=True):
        assert len(decoded(name, [frame.payload for frame in frames])) == 5
        assert [frame.counter for frame in frames] == list(range(5))
        # the same picture has the same time in each stream
        assert [frame.captured_ns for frame in frames] == [NOON + (n + 1) * (SECOND // 30) for n in range(5)]


async def test_two_viewers_share_one_encode(rig: PipelineRig) -> None:
    one, two = Viewer(rig.pipeline.h264), Viewer(rig.pipeline.h264)
    first, second = await rig.show(one, two)
    assert first is second
    late = Viewer(rig.pipeline.h264)
    assert await late.next() is first


async def test_the_source_is_asked_for_what_the_watched_streams_need(rig: PipelineRig) -> None:
    await rig.set("Image.MJPEG", Framerate="5")
    await rig.set("Image.H264", Resolution="17", Framerate="15")
    mjpeg = Viewer(rig.pipeline.mjpeg)
    await rig.show(mjpeg)
    assert rig.source.wanted
    assert rig.source.wanted() == Wanted((320, 240), 5, False)
    h264 = Viewer(rig.pipeline.h264)
    assert rig.source.wanted() == Wanted((1920, 1080), 15, False)
    mjpeg.leave()
    h264.leave()
    assert rig.source.wanted() == Wanted((1920, 1080), 15, False)


@pytest.mark.parametrize(("zoom", "factor"), [(1, 1), (1.5, 2), (2, 2), (2.01, 4), (4, 4)])
async def test_a_zoomed_view_asks_the_source_for_larger_pictures(rig: PipelineRig, zoom: float, factor: int) -> None:
    await rig.set("Image.MJPEG", Framerate="5")
    mjpeg = Viewer(rig.pipeline.mjpeg)
    await rig.show(mjpeg)
    rig.pipeline.magnify(zoom)
    assert rig.source.wanted
    assert rig.source.wanted() == Wanted((320 * factor, 240 * factor), 5, False)


async def test_the_sensor_s_parameters_act_on_the_next_picture(rig: PipelineRig) -> None:
    viewer = Viewer(rig.pipeline.mjpeg)
    for level, expected in (("128", 100), ("178", 150), ("0", 0)):
        await rig.set("ImageSource.IO.Sensor", Brightness=level)
        (frame,) = await rig.show(viewer, frame=grey(100))
        assert brightness(frame) == pytest.approx(expected, abs=2)


async def test_mirror_mirrors(rig: PipelineRig) -> None:
    viewer = Viewer(rig.pipeline.mjpeg)
    for mirror, left_is_dark in (("off", True), ("on", False)):
        await rig.set("ImageSource.IO.Sensor", Mirror=mirror)
        (frame,) = await rig.show(viewer)
        image = simplejpeg.decode_jpeg(frame.payload, "GRAY")
        assert (image[:, 10].mean() < image[:, -10].mean()) == left_is_dark


async def test_the_overlay_shows_the_server_s_name_and_the_camera_s_time(rig: PipelineRig) -> None:
    viewer = Viewer(rig.pipeline.mjpeg)

    async def shown(**values: str) -> bytes:
        if values:
            await rig.set("ImageSource.IO.Sensor", **values)
        return (await rig.show(viewer, frame=grey(100)))[0].payload

    plain = await shown()
    text = await shown(OverlayText="on")
    assert text != plain
    assert await shown() == text
    await rig.set("System.Info", ServerName="Back door")
    assert await shown() != text
    assert await shown(IncludeText="off") == plain
    date = await shown(OverlayDate="on")
    assert date != plain
    rig.time += SECOND
    assert await shown() != date


@pytest.mark.parametrize(
    ("group", "name"), [("Image.H264", "h264"), ("Image.MPEG4", "mpeg4"), ("Image.MJPEG", "mjpeg")]
)
async def test_a_stream_changes_its_size_while_it_is_watched(rig: PipelineRig, group: str, name: str) -> None:
    viewer = Viewer(getattr(rig.pipeline, name))
    frames = [(await rig.show(viewer))[0] for _ in range(2)]
    await rig.set(group, Resolution="0", Quality="1")
    frames += [(await rig.show(viewer))[0] for _ in range(2)]
    assert [frame.size for frame in frames] == [(320, 240)] * 2 + [(640, 480)] * 2
    assert [frame.counter for frame in frames] == [0, 1, 2, 3]
    assert frames[2].key
    assert frames[2].since_key == 0
    sizes = [(frame.width, frame.height) for frame in decoded(name, [frame.payload for frame in frames])]
    assert sizes == [(320, 240)] * 2 + [(640, 480)] * 2


async def test_a_stream_changes_its_rate_while_it_is_watched(rig: PipelineRig) -> None:
    viewer = Viewer(rig.pipeline.h264)
    rates = []
    for rate in (30, 10, 1):
        await rig.set("Image.H264", Framerate=str(rate))
        for _ in range(2):
            rig.time += SECOND
            (frame,) = await rig.show(viewer)
            rates.append((frame.rate, frame.key))
    assert rates == [(rate, key) for rate in (30, 10, 1) for key in (True, False)]


async def test_bit_rate_control_acts_while_the_stream_is_watched(rig: PipelineRig) -> None:
    viewer = Viewer(rig.pipeline.h264)
    await rig.show(viewer)
    await rig.set("Image.H264", Ratecontrol="cbr", Bitrate="1000")
    assert (await rig.show(viewer))[0].key
    assert not (await rig.show(viewer))[0].key
    await rig.set("Image.H264", Bitrate="2000")
    assert (await rig.show(viewer))[0].key


async def test_snapshots_need_no_viewer_and_leave_none(rig: PipelineRig) -> None:
    asking = [asyncio.ensure_future(rig.pipeline.snapshot()) for _ in range(20)]
    await rig.show()
    got = await asyncio.wait_for(asyncio.gather(*asking), WAIT)
    assert {frame.counter for frame in got} == {0}
    assert got[0].payload[:2] == b"\xff\xd8"


async def test_no_signal_and_back(rig: PipelineRig) -> None:
    viewer = Viewer(rig.pipeline.mjpeg)
    (before,) = await rig.show(viewer, frame=grey(200))
    rig.time += SECOND
    rig.pipeline.capture.lost = True
    blank = await viewer.next()
    assert blank.size == before.size
    assert abs(brightness(blank) - brightness(before)) > 50
    # otherwise the ending run might take the picture of the next one
    rig.source.ends()
    rig.pipeline.capture.lost = False
    (after,) = await rig.show(viewer, frame=grey(200))
    assert brightness(after) == pytest.approx(200, abs=2)
    assert after.counter == 2


async def test_no_signal_is_readable_where_the_picture_is_mirrored(rig: PipelineRig) -> None:
    shown = []
    for turn in ("off", "on"):
        await rig.settings.update([Change("ImageSource.IO.Sensor", name, turn) for name in ("Mirror", "Flip")])
        rig.pipeline.capture.lost = True
        viewer = Viewer(rig.pipeline.mjpeg)
        shown.append(simplejpeg.decode_jpeg((await viewer.next()).payload, "GRAY").astype(int))
        viewer.leave()
    assert abs(shown[0] - shown[1]).mean() < 1
    assert abs(shown[0] - shown[0][:, ::-1]).mean() > 1


async def test_the_picture_s_size_may_change_in_the_source(rig: PipelineRig) -> None:
    viewer = Viewer(rig.pipeline.h264)
    for size in ((320, 240), (640, 360), (1280, 720), (176, 144)):
        (frame,) = await rig.show(viewer, frame=sloped(size))
        assert frame.size == (320, 240)


async def test_a_codec_has_a_smaller_stream_beside_the_main_one(rig: PipelineRig) -> None:
    hub = rig.pipeline.substream("h264")
    assert hub
    await rig.set("Image.H264", Resolution="5")
    await rig.set("Image.H264.Sub", Resolution="1", Framerate="30")
    smaller, main = Viewer(hub), Viewer(rig.pipeline.h264)
    small, large = await rig.show(smaller, main)
    assert (small.size, large.size) == ((320, 240), (1280, 720))
    assert [frame.width for frame in decoded("h264", [small.payload])] == [320]
    await rig.set("Image.H264.Sub", Enabled="no")
    assert rig.pipeline.substream("h264") is None
    assert rig.pipeline.substream("mpeg4") is rig.pipeline.substream("none") is None


@pytest.mark.parametrize(
    ("codec", "change", "field"),
    [
        ("h264", {"Resolution": "0"}, "size"),
        ("h264", {"Framerate": "5"}, "rate"),
        ("h264", {"Quality": "4"}, "size_bytes"),
        ("h264", {"Ratecontrol": "cbr", "Bitrate": "64"}, "size_bytes"),
        ("mjpeg", {"Resolution": "0"}, "size"),
        ("mjpeg", {"Framerate": "5"}, "rate"),
        ("mjpeg", {"Quality": "4"}, "size_bytes"),
    ],
)
async def test_each_parameter_of_a_smaller_stream_acts_on_it_alone(
    rig: PipelineRig, codec: str, change: dict[str, str], field: str
) -> None:
    group, hub = f"Image.{codec.upper()}.Sub", rig.pipeline.substream(codec)
    assert hub
    await rig.set(group, Resolution="1", Framerate="30", Quality="0")
    smaller, main = Viewer(hub), Viewer(rig.pipeline.find_stream(codec))
    before, _ = await rig.show(smaller, main)
    await rig.set(group, **change)
    rig.time += SECOND
    after, other = await rig.show(smaller, main)
    assert after.key
    assert getattr(after, field) != getattr(before, field)
    # the main stream is not begun again
    assert (other.size, other.rate, other.key) == ((320, 240), 30, codec == "mjpeg")


@pytest.mark.parametrize("codec", ["h264", "mjpeg"])
async def test_a_smaller_stream_is_enabled_and_disabled_while_it_has_viewers(rig: PipelineRig, codec: str) -> None:
    ended: list[Hub] = []
    rig.pipeline.watch_disabled(ended.append)
    group, hub = f"Image.{codec.upper()}.Sub", rig.pipeline.substream(codec)
    assert hub
    await rig.show(Viewer(hub))
    await rig.set(group, Enabled="no")
    assert (ended, rig.pipeline.substream(codec)) == ([hub], None)
    await rig.set(group, Enabled="yes")
    assert (ended, rig.pipeline.substream(codec)) == ([hub], hub)


@pytest.mark.parametrize("name", ["mjpeg", "h264_encoded"])
async def test_the_frame_rate_is_that_of_the_fastest_stream(rig: PipelineRig, name: str) -> None:
    viewer = Viewer(rig.pipeline.find_stream(name))
    for _ in range(5):
        await rig.show(viewer)
    assert rig.pipeline.frame_rate > 0
    assert {each for each, meter in rig.pipeline.meters.items() if meter.frames_per_s} == {name}


def test_luma_of_the_stage_is_as_given() -> None:
    assert luma(grey(99)) == 99


async def test_the_end_does_not_wait_for_imports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    imported = threading.Event()
    monkeypatch.setattr(pipeline, "STOP_S", 3600)
    monkeypatch.setattr(Pipeline, "_import_codecs", staticmethod(imported.wait))
    rig = PipelineRig(tmp_path / "state" / "ipcamd.db")
    await rig.pipeline.start()
    rig.pipeline.warm_up()
    try:
        async with asyncio.timeout(WAIT):
            await rig.pipeline.stop()
        assert media_threads()
    finally:
        imported.set()
        rig.database.close()
