"""Passthrough: encoded pictures of a source reach viewers unchanged, each once, also across changes."""

import asyncio
import itertools
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from tests.media.encoded import annex_b, h264, jpegs, units
from tests.media.passthrough.house import House, until
from tests.media.stage import SECOND, WAIT, Viewer, decoded, luma
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
async def house(tmp_path: Path) -> AsyncIterator[House]:
    house = House(tmp_path / "state" / "ipcamd.db")
    await house.pipeline.start()
    yield house
    await house.pipeline.stop()
    house.database.close()


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


async def test_a_change_of_the_picture_is_encoded_and_the_rest_is_passed_through(house: House) -> None:
    pictures = h264(40, gop=10)
    viewer = Viewer(house.pipeline.h264)
    assert house.state == "encoded (the source sends no H.264)"
    frames = await house.send(viewer, *pictures[:13])
    assert all(house.passed(frames))
    assert house.state == "passed through"
    await house.set(SENSOR, Brightness="255")
    frames += await house.send(viewer, *pictures[13:17])
    assert house.state == "encoded (the picture is adjusted)"
    await house.set(SENSOR, Brightness="128")
    frames += await house.send(viewer, *pictures[17:])
    check_continuity(frames)
    # the source's next key frame is the 21st
    assert house.passed(frames) == [True] * 14 + [False] * 6 + [True] * 20
    meter = house.pipeline.meters["h264"]
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
    house = House(tmp_path / "state" / "ipcamd.db", hardware=late_hardware)
    await house.pipeline.start()
    viewer, pictures = Viewer(house.pipeline.h264), h264(60, gop=10)
    frames = await house.send(viewer, *pictures[:12])
    await house.set(SENSOR, Brightness="255")
    frames += await house.send(viewer, pictures[12])
    house.put(pictures[13])
    house.put(pictures[14])
    frames += await house.send(viewer, *pictures[15:20])  # gets the picture of two packets before
    await house.set(SENSOR, Brightness="128")
    frames += await house.send(viewer, *pictures[20:22])
    assert house.state == "encoded (earlier pictures are in the decoder)"
    frames += await house.send(viewer, *pictures[22:])
    frames += [await viewer.next() for _ in range(2)]
    check_continuity(frames)
    assert house.passed(frames) == [True] * 13 + [False] * 7 + [True] * 40
    assert [late_hardware.decoders.report()[0][1], house.state] == ["qsv", "passed through"]
    await house.pipeline.stop()
    house.database.close()


async def put_one_by_one(house: House, monkeypatch: pytest.MonkeyPatch, pictures: list[bytes]) -> None:
    """Send each picture after the previous one was encoded, because a picture replaces a waiting one."""
    encode, encoded_ns = EncodeSession.encode, [0]

    def record(session: EncodeSession, item: ProcessedFrame, asked: threading.Event) -> list[SessionPicture]:
        done = encode(session, item, asked)
        encoded_ns.append(item.captured_ns)
        return done

    with monkeypatch.context() as patch:
        patch.setattr(EncodeSession, "encode", record)
        for payload in pictures:
            house.put(payload)
            await until(lambda: encoded_ns[-1] == house.time)


async def test_changes_lose_no_picture_that_a_hardware_encoder_returns_late(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ENCODERS, "nvenc", {"h264": options(LATE)})
    hardware = HardwareCodecs("nvenc")
    hardware.encoders.check()
    house = House(tmp_path / "state" / "ipcamd.db", hardware=hardware)
    await house.pipeline.start()
    await house.set(SENSOR, Brightness="255")
    viewer, pictures = Viewer(house.pipeline.h264), h264(40, gop=20)
    await put_one_by_one(house, monkeypatch, pictures[:6])
    await house.set("Image.H264", Quality="1")
    await put_one_by_one(house, monkeypatch, pictures[6:19])
    await house.set(SENSOR, Brightness="128")
    await put_one_by_one(house, monkeypatch, pictures[19:20])
    frames = viewer.take_all()
    assert len(frames) < 20  # others are in the encoder
    for payload in pictures[20:]:
        house.put(payload)
    frames += [await viewer.next() for _ in range(40 - len(frames))]
    check_continuity(frames)
    assert house.passed(frames) == [False] * 20 + [True] * 20
    assert [frame.quality for frame in frames[:20]] == [3] * 6 + [1] * 14
    assert [hardware.encoders.report()[0][1], house.state] == ["nvenc", "passed through"]
    await house.pipeline.stop()
    house.database.close()


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
async def test_why_it_is_encoded(house: House, group: str, change: dict[str, str], reason: str) -> None:
    await house.set(group, **change)
    viewer, pictures = Viewer(house.pipeline.h264), itertools.cycle(h264(40, gop=40))
    async with asyncio.timeout(WAIT):
        while house.state != f"encoded ({reason})" or all(house.passed(viewer.take_all())):
            house.put(next(pictures))
            await asyncio.sleep(0.005)
    viewer.leave()
    assert house.state == "off"


async def test_unsuitable_packets_are_encoded_from_their_key_frame_on(house: House) -> None:
    viewer = Viewer(house.pipeline.h264)
    frames = await house.send(viewer, *h264(4))
    frames += await house.send(viewer, *h264(4, profile="high444"))
    assert house.state == "encoded (profile High 4:4:4)"
    frames += await house.send(viewer, *h264(4, size=(160, 120)))
    assert house.state == "encoded (the source sends 160x120)"
    frames += await house.send(viewer, *h264(4))
    assert house.state == "passed through"
    assert house.passed(frames) == [True] * 4 + [False] * 8 + [True] * 4
    check_continuity(frames)
    assert {frame.size for frame in frames} == {(320, 240)}


async def put_until(holds: Callable[[], bool], house: House, pictures: list[bytes]) -> None:
    """Send pictures over and over until this holds."""
    remaining = itertools.cycle(pictures)
    async with asyncio.timeout(WAIT):
        while not holds():
            house.put(next(remaining))
            await asyncio.sleep(0.005)


async def test_missing_parameter_sets_and_b_frames_of_a_live_source(house: House) -> None:
    viewer, pictures = Viewer(house.pipeline.h264), h264(10)
    bare = [annex_b(units(payload, SPS, PPS)) for payload in pictures]
    await put_until(lambda: house.state == "encoded (the source sends no parameter sets)", house, bare)
    frames = await house.send(viewer, *pictures[:5], *bare[5:])
    assert house.state == "passed through"
    # a key frame without parameter sets gets the last ones
    assert [units(frame.payload) for frame in frames] == [units(payload) for payload in pictures]
    check_continuity(frames)
    with_b_frames = h264(20, tune="film", bf="2", preset="medium")
    await put_until(lambda: viewer.frames.qsize() >= 3, house, with_b_frames)
    assert house.state == "encoded (B-frames)"
    frames += [await viewer.next() for _ in range(3)]
    assert [frame.counter - frames[0].counter for frame in frames] == list(range(13))
    assert len(decoded("h264", [frame.payload for frame in frames])) == 13


@pytest.mark.parametrize("name", ["h264", "mjpeg"])
async def test_passthrough_of_a_smaller_stream_acts_on_it_alone(house: House, name: str) -> None:
    house.source.codec = codec = next(each for each in codecs.video_codecs() if each.name == name)
    pictures = h264(30, gop=5) if name == "h264" else jpegs(30)
    await house.set(codec.sub_parameters, Resolution="1", Framerate="30")
    hub = house.pipeline.substream(name)
    assert hub
    sub, main = Viewer(hub), Viewer(house.pipeline.find_stream(name))

    async def send(payloads: list[bytes]) -> list[list[bool]]:
        frames = [[await house._send(main, payload), await sub.next()] for payload in payloads]
        return [house.passed(list(each)) for each in zip(*frames, strict=True)]

    def states() -> list[str]:
        report = dict(house.pipeline.passthrough.report())
        return [report[f"Stream {codec.label}"], report[f"Stream {codec.label} sub"]]

    assert await send(pictures[:10]) == [[True] * 10, [True] * 10]
    await house.set(codec.sub_parameters, Passthrough="off")
    assert await send(pictures[10:15]) == [[True] * 5, [False] * 5]
    assert states() == ["passed through", "encoded (Passthrough is off)"]
    await house.set(codec.sub_parameters, Passthrough="auto")
    await house.set(codec.parameters, Passthrough="off")
    assert await send(pictures[15:]) == [[False] * 15, [True] * 15]
    assert states() == ["encoded (Passthrough is off)", "passed through"]


async def test_a_viewer_who_joins_as_the_last_one_leaves_gets_the_gop_as_it_is(house: House) -> None:
    first, pictures = Viewer(house.pipeline.h264), h264(30, gop=20)
    await house.send(first, *pictures[:3])
    first.leave()
    assert house.state == "off"
    second = Viewer(house.pipeline.h264)
    frames = second.take_all()
    assert len(frames) == 3
    frames += await house.send(second, *pictures[3:6])
    second.leave()
    for payload in pictures[6:8]:
        house.put(payload)  # nobody watches
    await until(lambda: len(house.pipeline.h264.gop) == 8)
    frames = (third := Viewer(house.pipeline.h264)).take_all()
    frames += await house.send(third, *pictures[8:])
    assert len(frames) == 30
    assert all(house.passed(frames))
    assert house.pipeline.meters["h264"].passed_frames == 30
    assert not house.pipeline.h264.key_wanted.is_set()
    check_continuity(frames)


async def test_a_viewer_who_joins_amid_an_unwatched_gop_sees_the_next_picture(house: House) -> None:
    await house.set(SENSOR, Mirror="on")
    first, pictures = Viewer(house.pipeline.h264), h264(30, gop=20)
    await house.send(first, *pictures[:3])
    first.leave()
    await house.set(SENSOR, Mirror="off")
    second = Viewer(house.pipeline.h264)
    frames = await house.send(second, *pictures[3:])
    assert frames[0].key
    assert house.passed(frames) == [False] * 17 + [True] * 10
    check_continuity(frames)


@pytest.mark.parametrize(
    ("group", "change"),
    [(SENSOR, {"Mirror": "on"}), ("Privacy.Mask1", {"Enabled": "yes", "Right": "320", "Bottom": "9"})],
)
async def test_a_change_without_viewers_leaves_no_old_picture(house: House, group: str, change: dict[str, str]) -> None:
    first, pictures = Viewer(house.pipeline.h264), h264(30, gop=20)
    await house.send(first, *pictures[:3])
    first.leave()
    await house.set(group, **change)
    for payload in pictures[3:6]:
        house.put(payload)
    await until(lambda: house.source.items.empty() and not house.pipeline.passthrough.decisions["h264"].may_linger)
    second = Viewer(house.pipeline.h264)
    assert second.take_all() == []
    frames = await house.send(second, *pictures[6:])
    assert frames[0].key
    assert not any(house.passed(frames))


async def test_the_source_closes_some_time_after_the_last_viewer_of_a_passed_through_stream(tmp_path: Path) -> None:
    house = House(tmp_path / "state" / "ipcamd.db")
    house.pipeline.capture._timeouts = Timeouts(silence_s=600, first_s=600, linger_s=0.05)
    await house.pipeline.start()
    viewer = Viewer(house.pipeline.h264)
    frames, pictures = await house.send(viewer, *h264(3)), itertools.cycle(h264(10))
    viewer.leave()
    await put_until(lambda: not house.source.open, house, h264(10))
    await until(lambda: not house.pipeline.h264.lingers)
    assert house.pipeline.h264.gop == []
    viewer = Viewer(house.pipeline.h264)
    assert viewer.take_all() == []
    frames += await house.send(viewer, next(pictures))
    assert frames[-1].key
    await house.pipeline.stop()
    house.database.close()


async def test_key_frames_are_wanted_of_the_source_where_they_serve_a_viewer(house: House) -> None:
    viewer, pictures = Viewer(house.pipeline.h264), h264(60, gop=20)
    await house.send(viewer, *pictures[:21])
    wanted = house.source.wanted
    assert wanted
    assert not wanted().key_frame
    house.pipeline.h264.ask_key()  # as a viewer does that has lost packets
    assert wanted().key_frame
    await house.send(viewer, *pictures[21:41])
    assert not wanted().key_frame
    await house.set(SENSOR, Mirror="on")
    await house.send(viewer, *pictures[41:45])
    assert not wanted().key_frame  # the picture stays mirrored
    await house.set(SENSOR, Mirror="off")
    frames = await house.send(viewer, *pictures[45:50])
    assert not any(house.passed(frames))
    assert wanted().key_frame


async def test_another_codec_is_encoded_from_the_first_picture_on_and_nothing_is_decoded_without_it(
    house: House,
) -> None:
    viewer = Viewer(house.pipeline.h264)
    pictures = h264(60, gop=60)
    await house.send(viewer, *pictures[:30])
    assert house.source.wanted
    assert house.source.wanted().picture_rate == 0
    still = asyncio.create_task(house.pipeline.snapshot())
    await asyncio.sleep(0)
    frames = await house.send(viewer, *pictures[30:50])
    assert (await asyncio.wait_for(still, WAIT)).payload.startswith(b"\xff\xd8")
    assert all(house.passed(frames))


async def test_no_signal_is_shown_at_once_and_the_source_s_next_key_frame_goes_on(tmp_path: Path) -> None:
    house = House(tmp_path / "state" / "ipcamd.db")
    house.pipeline.capture._timeouts = Timeouts(silence_s=0.2, first_s=0.2, blank_s=0.05)
    house.pipeline.capture._limit._least_s = 0.2
    await house.pipeline.start()
    viewer = Viewer(house.pipeline.h264)
    frames = await house.send(viewer, *h264(3))
    frames.append(await viewer.next())
    assert frames[-1].key
    assert not frames[-1].captured_ns > house.time + SECOND
    assert house.state == "encoded (no signal)"
    await put_until(lambda: house.state == "passed through", house, h264(3))
    frames += viewer.take_all()
    assert [frame.counter for frame in frames] == list(range(len(frames)))
    await house.pipeline.stop()
    house.database.close()
