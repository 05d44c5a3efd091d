"""Passthrough: encoded pictures of a source reach viewers unchanged, each once, also across changes."""

import asyncio
import itertools
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from tests.media.encoded import annex_b, h264, jpegs, units
from tests.media.passthrough.rig import PassthroughRig, until
from tests.media.scripted_source import SECOND, WAIT, Viewer, decoded, luma
from tests.other_decoders import LateDecoder
from tests.other_encoders import LATE, options

from ipcamd.media import codecs
from ipcamd.media.capture.video_capture import Timeouts
from ipcamd.media.decode import hardware_decoder
from ipcamd.media.decode.decoder_choice import DECODERS
from ipcamd.media.encode.encode_session import EncodeSession
from ipcamd.media.encode.encoder_choice import ENCODERS
from ipcamd.media.frame import EncodedFrame, SessionPicture
from ipcamd.media.hardware_codecs import HardwareCodecs
from ipcamd.media.image.scale import ProcessedFrame

SPS, PPS = 7, 8
SENSOR = "ImageSource.IO.Sensor"


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[PassthroughRig]:
    rig = PassthroughRig(tmp_path / "state" / "ipcamd.db")
    await rig.pipeline.start()
    yield rig
    await rig.pipeline.stop()
    rig.database.close()


def check_continuity(frames: list[EncodedFrame]) -> None:
    """Fail unless counters and times go on without a gap, and all of it is one stream that a decoder plays."""
    first = frames[0]
    assert [frame.counter for frame in frames] == [first.counter + n for n in range(len(frames))]
    assert [frame.captured_ns - first.captured_ns for frame in frames] == [
        n * (SECOND // 30) for n in range(len(frames))
    ]
    assert len(decoded("h264", [frame.payload for frame in frames])) == len(frames)
    for frame in frames:
        kinds = [unit[0] & 31 for unit in units(frame.payload)]
        assert frame.key == (SPS in kinds and PPS in kinds)


async def test_a_change_of_the_picture_is_encoded_and_the_rest_is_passed_through(rig: PassthroughRig) -> None:
    pictures = h264(40, gop=10)
    viewer = Viewer(rig.pipeline.h264)
    assert rig.state == "encoded (the source sends no H.264)"
    frames = await rig.send(viewer, *pictures[:13])
    assert all(rig.passed(frames))
    assert rig.state == "passed through"
    await rig.set(SENSOR, Brightness="255")
    frames += await rig.send(viewer, *pictures[13:17])
    assert rig.state == "encoded (the picture is adjusted)"
    await rig.set(SENSOR, Brightness="128")
    frames += await rig.send(viewer, *pictures[17:])
    check_continuity(frames)
    # the source's next key frame is the 21st
    assert rig.passed(frames) == [True] * 14 + [False] * 6 + [True] * 20
    meter = rig.pipeline.meters["h264"]
    assert (meter.passed_frames, meter.frames) == (34, 6)
    levels = [luma(frame) for frame in decoded("h264", [frame.payload for frame in frames])]
    assert levels[13] < 120 < levels[14]
    assert levels[16] > 120 > levels[17]
    assert [frame.key for frame in frames[:22]] == [n in (0, 10, 14, 20) for n in range(22)]


@pytest.fixture
def late_hardware(monkeypatch: pytest.MonkeyPatch) -> HardwareCodecs:
    """Hardware that returns a picture two packets late."""
    for name in DECODERS:
        monkeypatch.setitem(DECODERS, name, {"h264": "h264"} if name == "qsv" else {})
    monkeypatch.setattr(hardware_decoder, "open_decoder", LateDecoder)
    hardware = HardwareCodecs("auto")
    hardware.decoders.check()
    return hardware


async def test_changes_lose_no_picture_that_a_hardware_decoder_returns_late(
    tmp_path: Path, late_hardware: HardwareCodecs
) -> None:
    rig = PassthroughRig(tmp_path / "state" / "ipcamd.db", hardware=late_hardware)
    await rig.pipeline.start()
    viewer, pictures = Viewer(rig.pipeline.h264), h264(60, gop=10)
    frames = await rig.send(viewer, *pictures[:12])
    await rig.set(SENSOR, Brightness="255")
    frames += await rig.send(viewer, pictures[12])
    rig.put(pictures[13])
    rig.put(pictures[14])
    frames += await rig.send(viewer, *pictures[15:20])  # gets the picture of two packets before
    await rig.set(SENSOR, Brightness="128")
    frames += await rig.send(viewer, *pictures[20:22])
    assert rig.state == "encoded (earlier pictures are in the decoder)"
    frames += await rig.send(viewer, *pictures[22:])
    frames += [await viewer.next() for _ in range(2)]
    check_continuity(frames)
    assert rig.passed(frames) == [True] * 13 + [False] * 7 + [True] * 40
    assert [late_hardware.decoders.report()[0][1], rig.state] == ["qsv", "passed through"]
    await rig.pipeline.stop()
    rig.database.close()


async def put_one_by_one(rig: PassthroughRig, monkeypatch: pytest.MonkeyPatch, pictures: list[bytes]) -> None:
    """Send each picture after the previous one was encoded, because a picture replaces a waiting one."""
    encode, encoded_ns = EncodeSession.encode, [0]

    def record(session: EncodeSession, item: ProcessedFrame, asked: threading.Event) -> list[SessionPicture]:
        done = encode(session, item, asked)
        encoded_ns.append(item.captured_ns)
        return done

    with monkeypatch.context() as patch:
        patch.setattr(EncodeSession, "encode", record)
        for payload in pictures:
            rig.put(payload)
            await until(lambda: encoded_ns[-1] == rig.time)


async def test_changes_lose_no_picture_that_a_hardware_encoder_returns_late(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ENCODERS, "nvenc", {"h264": options(LATE)})
    hardware = HardwareCodecs("nvenc")
    hardware.encoders.check()
    rig = PassthroughRig(tmp_path / "state" / "ipcamd.db", hardware=hardware)
    await rig.pipeline.start()
    await rig.set(SENSOR, Brightness="255")
    viewer, pictures = Viewer(rig.pipeline.h264), h264(40, gop=20)
    await put_one_by_one(rig, monkeypatch, pictures[:6])
    await rig.set("Image.H264", Quality="1")
    await put_one_by_one(rig, monkeypatch, pictures[6:19])
    await rig.set(SENSOR, Brightness="128")
    await put_one_by_one(rig, monkeypatch, pictures[19:20])
    frames = viewer.take_all()
    assert len(frames) < 20  # others are in the encoder
    for payload in pictures[20:]:
        rig.put(payload)
    frames += [await viewer.next() for _ in range(40 - len(frames))]
    check_continuity(frames)
    assert rig.passed(frames) == [False] * 20 + [True] * 20
    assert [frame.quality for frame in frames[:20]] == [3] * 6 + [1] * 14
    assert [hardware.encoders.report()[0][1], rig.state] == ["nvenc", "passed through"]
    await rig.pipeline.stop()
    rig.database.close()


@pytest.mark.parametrize(
    ("group", "change", "reason"),
    [
        ("Image.H264", {"Passthrough": "off"}, "Passthrough is off"),
        ("Image.H264", {"Resolution": "0"}, "the source sends 320x240"),
        ("Image.H264", {"Framerate": "10"}, "the source sends 30 pictures per second"),
        (SENSOR, {"Mirror": "on"}, "the picture is mirrored"),
        (SENSOR, {"OverlayDate": "on"}, "overlay"),
    ],
)
async def test_why_it_is_encoded(rig: PassthroughRig, group: str, change: dict[str, str], reason: str) -> None:
    await rig.set(group, **change)
    viewer, pictures = Viewer(rig.pipeline.h264), itertools.cycle(h264(40, gop=40))
    async with asyncio.timeout(WAIT):
        while rig.state != f"encoded ({reason})" or all(rig.passed(viewer.take_all())):
            rig.put(next(pictures))
            await asyncio.sleep(0.005)
    viewer.leave()
    assert rig.state == "off"


async def test_unsuitable_packets_are_encoded_from_their_key_frame_on(rig: PassthroughRig) -> None:
    viewer = Viewer(rig.pipeline.h264)
    frames = await rig.send(viewer, *h264(4))
    frames += await rig.send(viewer, *h264(4, profile="high444"))
    assert rig.state == "encoded (profile High 4:4:4)"
    frames += await rig.send(viewer, *h264(4, size=(160, 120)))
    assert rig.state == "encoded (the source sends 160x120)"
    frames += await rig.send(viewer, *h264(4))
    assert rig.state == "passed through"
    assert rig.passed(frames) == [True] * 4 + [False] * 8 + [True] * 4
    check_continuity(frames)
    assert {frame.size for frame in frames} == {(320, 240)}


async def put_until(holds: Callable[[], bool], rig: PassthroughRig, pictures: list[bytes]) -> None:
    """Send pictures over and over until this holds."""
    remaining = itertools.cycle(pictures)
    async with asyncio.timeout(WAIT):
        while not holds():
            rig.put(next(remaining))
            await asyncio.sleep(0.005)


async def test_missing_parameter_sets_and_b_frames_of_a_live_source(rig: PassthroughRig) -> None:
    viewer, pictures = Viewer(rig.pipeline.h264), h264(10)
    bare = [annex_b(units(payload, SPS, PPS)) for payload in pictures]
    await put_until(lambda: rig.state == "encoded (the source sends no parameter sets)", rig, bare)
    frames = await rig.send(viewer, *pictures[:5], *bare[5:])
    assert rig.state == "passed through"
    # a key frame without parameter sets gets the last ones
    assert [units(frame.payload) for frame in frames] == [units(payload) for payload in pictures]
    check_continuity(frames)
    with_b_frames = h264(20, tune="film", bf="2", preset="medium")
    await put_until(lambda: viewer.frames.qsize() >= 3, rig, with_b_frames)
    assert rig.state == "encoded (B-frames)"
    frames += [await viewer.next() for _ in range(3)]
    assert [frame.counter - frames[0].counter for frame in frames] == list(range(13))
    assert len(decoded("h264", [frame.payload for frame in frames])) == 13


@pytest.mark.parametrize("name", ["h264", "mjpeg"])
async def test_passthrough_of_a_smaller_stream_acts_on_it_alone(rig: PassthroughRig, name: str) -> None:
    rig.source.codec = codec = next(each for each in codecs.video_codecs() if each.name == name)
    pictures = h264(30, gop=5) if name == "h264" else jpegs(30)
    await rig.set(codec.sub_parameters, Resolution="1", Framerate="30")
    hub = rig.pipeline.substream(name)
    assert hub
    sub, main = Viewer(hub), Viewer(rig.pipeline.find_stream(name))

    async def send(payloads: list[bytes]) -> list[list[bool]]:
        frames = [[await rig._send(main, payload), await sub.next()] for payload in payloads]
        return [rig.passed(list(each)) for each in zip(*frames, strict=True)]

    def states() -> list[str]:
        report = dict(rig.pipeline.passthrough.report())
        return [report[f"Stream {codec.label}"], report[f"Stream {codec.label} sub"]]

    assert await send(pictures[:10]) == [[True] * 10, [True] * 10]
    await rig.set(codec.sub_parameters, Passthrough="off")
    assert await send(pictures[10:15]) == [[True] * 5, [False] * 5]
    assert states() == ["passed through", "encoded (Passthrough is off)"]
    await rig.set(codec.sub_parameters, Passthrough="auto")
    await rig.set(codec.parameters, Passthrough="off")
    assert await send(pictures[15:]) == [[False] * 15, [True] * 15]
    assert states() == ["encoded (Passthrough is off)", "passed through"]


async def test_a_viewer_who_joins_as_the_last_one_leaves_gets_the_gop_as_it_is(rig: PassthroughRig) -> None:
    first, pictures = Viewer(rig.pipeline.h264), h264(30, gop=20)
    await rig.send(first, *pictures[:3])
    first.leave()
    assert rig.state == "off"
    second = Viewer(rig.pipeline.h264)
    frames = second.take_all()
    assert len(frames) == 3
    frames += await rig.send(second, *pictures[3:6])
    second.leave()
    for payload in pictures[6:8]:
        rig.put(payload)  # nobody watches
    await until(lambda: len(rig.pipeline.h264.gop) == 8)
    frames = (third := Viewer(rig.pipeline.h264)).take_all()
    frames += await rig.send(third, *pictures[8:])
    assert len(frames) == 30
    assert all(rig.passed(frames))
    assert rig.pipeline.meters["h264"].passed_frames == 30
    assert not rig.pipeline.h264.key_wanted.is_set()
    check_continuity(frames)


async def test_a_viewer_who_joins_amid_an_unwatched_gop_sees_the_next_picture(rig: PassthroughRig) -> None:
    await rig.set(SENSOR, Mirror="on")
    first, pictures = Viewer(rig.pipeline.h264), h264(30, gop=20)
    await rig.send(first, *pictures[:3])
    first.leave()
    await rig.set(SENSOR, Mirror="off")
    second = Viewer(rig.pipeline.h264)
    frames = await rig.send(second, *pictures[3:])
    assert frames[0].key
    assert rig.passed(frames) == [False] * 17 + [True] * 10
    check_continuity(frames)


@pytest.mark.parametrize(
    ("group", "change"),
    [(SENSOR, {"Mirror": "on"}), ("Privacy.Mask1", {"Enabled": "yes", "Right": "320", "Bottom": "9"})],
)
async def test_a_change_without_viewers_leaves_no_old_picture(
    rig: PassthroughRig, group: str, change: dict[str, str]
) -> None:
    first, pictures = Viewer(rig.pipeline.h264), h264(30, gop=20)
    await rig.send(first, *pictures[:3])
    first.leave()
    await rig.set(group, **change)
    for payload in pictures[3:6]:
        rig.put(payload)
    await until(lambda: rig.source.items.empty() and not rig.pipeline.passthrough.decisions["h264"].may_linger)
    second = Viewer(rig.pipeline.h264)
    assert second.take_all() == []
    frames = await rig.send(second, *pictures[6:])
    assert frames[0].key
    assert not any(rig.passed(frames))


async def test_the_source_closes_some_time_after_the_last_viewer_of_a_passed_through_stream(tmp_path: Path) -> None:
    rig = PassthroughRig(tmp_path / "state" / "ipcamd.db")
    rig.pipeline.capture._timeouts = Timeouts(silence_s=600, first_s=600, linger_s=0.05)
    await rig.pipeline.start()
    viewer = Viewer(rig.pipeline.h264)
    frames, pictures = await rig.send(viewer, *h264(3)), itertools.cycle(h264(10))
    viewer.leave()
    await put_until(lambda: not rig.source.open, rig, h264(10))
    await until(lambda: not rig.pipeline.h264.lingers)
    assert rig.pipeline.h264.gop == []
    viewer = Viewer(rig.pipeline.h264)
    assert viewer.take_all() == []
    frames += await rig.send(viewer, next(pictures))
    assert frames[-1].key
    await rig.pipeline.stop()
    rig.database.close()


async def test_key_frames_are_wanted_of_the_source_where_they_serve_a_viewer(rig: PassthroughRig) -> None:
    viewer, pictures = Viewer(rig.pipeline.h264), h264(60, gop=20)
    await rig.send(viewer, *pictures[:21])
    wanted = rig.source.wanted
    assert wanted
    assert not wanted().key_frame
    rig.pipeline.h264.ask_key()  # as a viewer does that has lost packets
    assert wanted().key_frame
    await rig.send(viewer, *pictures[21:41])
    assert not wanted().key_frame
    await rig.set(SENSOR, Mirror="on")
    await rig.send(viewer, *pictures[41:45])
    assert not wanted().key_frame  # the picture stays mirrored
    await rig.set(SENSOR, Mirror="off")
    frames = await rig.send(viewer, *pictures[45:50])
    assert not any(rig.passed(frames))
    assert wanted().key_frame


async def test_another_codec_is_encoded_from_the_first_picture_on_and_nothing_is_decoded_without_it(
    rig: PassthroughRig,
) -> None:
    viewer = Viewer(rig.pipeline.h264)
    pictures = h264(60, gop=60)
    await rig.send(viewer, *pictures[:30])
    assert rig.source.wanted
    assert rig.source.wanted().picture_rate == 0
    still = asyncio.create_task(rig.pipeline.snapshot())
    await asyncio.sleep(0)
    frames = await rig.send(viewer, *pictures[30:50])
    assert (await asyncio.wait_for(still, WAIT)).payload.startswith(b"\xff\xd8")
    assert all(rig.passed(frames))


async def test_no_signal_is_shown_at_once_and_the_source_s_next_key_frame_goes_on(tmp_path: Path) -> None:
    rig = PassthroughRig(tmp_path / "state" / "ipcamd.db")
    rig.pipeline.capture._timeouts = Timeouts(silence_s=0.2, first_s=0.2, blank_s=0.05)
    rig.pipeline.capture._limit._least_s = 0.2
    await rig.pipeline.start()
    viewer = Viewer(rig.pipeline.h264)
    frames = await rig.send(viewer, *h264(3))
    frames.append(await viewer.next())
    assert frames[-1].key
    assert not frames[-1].captured_ns > rig.time + SECOND
    assert rig.state == "encoded (no signal)"
    await put_until(lambda: rig.state == "passed through", rig, h264(3))
    frames += viewer.take_all()
    assert [frame.counter for frame in frames] == list(range(len(frames)))
    await rig.pipeline.stop()
    rig.database.close()
