"""Recordings for browsers."""

import asyncio
import io
import subprocess
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import av
import pytest
from PIL import Image
from tests.storage.conftest import CardSlot
from tests.wire.avi.avi_files import avi_file, pictures, playable, probe, times
from tests.wire.mp4.mp4_files import mp4_file

from ipcamd.errors import CardError
from ipcamd.media import codecs
from ipcamd.storage.playback import playback as playback_module
from ipcamd.storage.playback import remux, transcode
from ipcamd.storage.playback.playback import Playback
from ipcamd.storage.recording import Recording
from ipcamd.wire.avi.layout import SOUND_RATE, ULAW_TAG


@pytest.fixture
async def playback(slot: CardSlot, tmp_path: Path) -> AsyncIterator[Playback]:
    playback = Playback(slot.card, tmp_path / "playback")
    yield playback
    await playback.close()
    assert not (tmp_path / "playback").exists()


async def recording(slot: CardSlot, codec: codecs.Codec, sound: bool = True, minute: int = 0) -> Recording:
    if not await slot.card.look():
        await slot.start()  # files that appear during the first scan might count as truncated
    path = slot.put(minute, data=avi_file(pictures(codec), codec, sound=sound))
    await slot.card.rescan("record", path.name)
    found = slot.card.index.get("record", path.name)
    assert found
    return found


async def played(playback: Playback, shown: Recording) -> bytes:
    """Return the browser's form: the whole video, or the first segment."""
    if (await playback.segments_of(shown)).segment_s:
        return await playback.segment(shown, 0)
    content, size = await playback.video(shown)
    with content:
        data = await content.read(0, 1 << 30)
    assert len(data) == size
    return data


@pytest.mark.parametrize("codec", [codecs.H264, codecs.MPEG4, codecs.JPEG])
@pytest.mark.parametrize("sound", [True, False])
async def test_every_recording_becomes_one_that_browsers_play(
    slot: CardSlot, playback: Playback, tmp_path: Path, codec: codecs.Codec, sound: bool
) -> None:
    path = tmp_path / "video.mp4"
    path.write_bytes(await played(playback, await recording(slot, codec, sound)))
    found = probe(path)
    assert (found["video"]["codec_name"], found["video"]["pix_fmt"]) == ("h264", "yuv420p")
    assert int(str(found["video"]["nb_read_frames"])) == 60
    assert float(str(found["video"]["duration"])) == pytest.approx(2, abs=0.05)
    assert times(path)[-1] == pytest.approx(59 / 30, abs=0.001)
    assert playable(path) == ""
    if sound:
        assert found["audio"]["codec_name"] == "aac"
        assert float(str(found["audio"]["duration"])) == pytest.approx(2, abs=0.2)
    assert ("audio" in found) == sound


async def test_h264_is_remuxed_and_not_encoded(slot: CardSlot, playback: Playback, tmp_path: Path) -> None:
    content, _ = await playback.video(await recording(slot, codecs.H264))
    with content:
        (tmp_path / "video.mp4").write_bytes(await content.read(0, 1 << 30))

    def stream(path: Path) -> bytes:
        command = ["ffmpeg", "-v", "error", "-i", str(path), "-c", "copy", "-map", "v", "-bsf:v", "h264_mp4toannexb"]
        done = subprocess.run([*command, "-f", "h264", "-"], check=True, capture_output=True)
        return done.stdout

    sent = b"".join(picture.payload for picture in pictures(codecs.H264))
    assert stream(tmp_path / "video.mp4").count(b"\x65") == sent.count(b"\x65")
    assert len(stream(tmp_path / "video.mp4")) == pytest.approx(len(sent), rel=0.01)


def audio_of(path: Path) -> list[tuple[bytes, float]]:
    """Return the packets of sound, with their times in seconds."""
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(audio=0) if packet.pts is not None]
        return [(bytes(packet), float(packet.pts * packet.time_base)) for packet in packets]


@pytest.mark.parametrize("sound", [codecs.AAC, codecs.OPUS])
def test_sound_that_browsers_play_is_not_encoded_again(tmp_path: Path, sound: codecs.Codec) -> None:
    recorded, shown = tmp_path / "recorded.mp4", tmp_path / "shown.mp4"
    recorded.write_bytes(mp4_file(pictures(codecs.H264), codecs.H264, sound))
    with recorded.open("rb") as source:
        remux.remux_to_mp4(source, shown, lambda: None)
    assert len(audio_of(recorded)) > 20
    for (data, time), (expected, expected_time) in zip(audio_of(shown), audio_of(recorded), strict=True):
        assert data == expected
        assert time == pytest.approx(expected_time, abs=0.001)
    assert playable(shown) == ""


async def test_a_video_is_made_once_and_the_oldest_go(
    slot: CardSlot, playback: Playback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await recording(slot, codecs.H264)
    for _ in range(2):
        (await playback.video(first))[0].close()
    folder = tmp_path / "playback"
    made = {path: path.stat().st_ino for path in folder.iterdir()}
    assert len(made) == 1
    monkeypatch.setattr(playback_module, "MAX_CACHE_BYTES", 1)
    (await playback.video(await recording(slot, codecs.H264, minute=1)))[0].close()
    assert len(list(folder.iterdir())) == 1
    assert not made.keys() & set(folder.iterdir())


async def test_remains_of_a_killed_camera_are_deleted(playback: Playback, tmp_path: Path) -> None:
    left = tmp_path / "playback" / "record-1-ipcamd-06152025-150640.avi.mp4"
    left.parent.mkdir()
    left.touch()
    await playback.start()
    assert not left.exists()


@pytest.mark.parametrize("codec", [codecs.H264, codecs.MPEG4, codecs.JPEG])
async def test_small_pictures(slot: CardSlot, playback: Playback, codec: codecs.Codec) -> None:
    found = await recording(slot, codec)
    picture = await playback.thumbnail(found)
    image = Image.open(io.BytesIO(picture))
    assert (image.format, image.size) == ("JPEG", (320, 240))
    assert await playback.thumbnail(found) is picture


async def test_a_single_picture_has_a_small_one_too(slot: CardSlot, playback: Playback) -> None:
    slot.put(0, "event", pictures(codecs.JPEG)[0].payload).rename(slot.root / "event" / "ipcamd-06152025-150640.jpg")
    await slot.start()
    (still,) = slot.card.index
    assert Image.open(io.BytesIO(await playback.thumbnail(still))).size == (320, 240)


async def test_recordings_that_cannot_be_shown_report_the_reason(
    slot: CardSlot, playback: Playback, tmp_path: Path
) -> None:
    slot.put(0, data=b"RIFF" + (4000).to_bytes(4, "little") + b"AVI LIST" + bytes(4000))
    await slot.start()
    (broken,) = slot.card.index
    for attempt in (playback.video, playback.segments_of, playback.thumbnail, lambda one: playback.segment(one, 0)):
        with pytest.raises(CardError, match="cannot be shown"):
            await attempt(broken)  # type: ignore[operator]
    assert list((tmp_path / "playback").iterdir()) == []


async def test_a_recording_without_a_decodable_picture_is_reported(slot: CardSlot, playback: Playback) -> None:
    shown = [replace(picture, payload=b"nothing") for picture in pictures(codecs.JPEG, 3)]
    slot.put(0, data=avi_file(shown, codecs.JPEG))
    await slot.start()
    (empty,) = slot.card.index
    for attempt in (playback.thumbnail(empty), playback.segment(empty, 0)):
        with pytest.raises(CardError, match="cannot be shown"):
            async with asyncio.timeout(30):
                await attempt


async def test_a_recording_in_an_unknown_codec_is_reported(slot: CardSlot, playback: Playback) -> None:
    shown = await recording(slot, codecs.MPEG4)
    path = slot.root / "record" / shown.name
    path.write_bytes(path.read_bytes().replace(codecs.MPEG4.fourcc.encode(), b"????"))
    for attempt in (playback.video, playback.segments_of, playback.thumbnail, lambda one: playback.segment(one, 0)):
        with pytest.raises(CardError, match="cannot be shown: the codec of its pictures is unknown"):
            await attempt(shown)  # type: ignore[operator]


@pytest.mark.parametrize("codec", [codecs.H264, codecs.MPEG4])
async def test_sound_in_an_unknown_codec_is_left_out(
    slot: CardSlot, playback: Playback, tmp_path: Path, codec: codecs.Codec
) -> None:
    shown = await recording(slot, codec)
    path = slot.root / "record" / shown.name
    format_tag = ULAW_TAG.to_bytes(2, "little") + (1).to_bytes(2, "little") + SOUND_RATE.to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(format_tag, b"\x99\x99" + format_tag[2:]))
    assert not (await playback.segments_of(shown)).has_audio
    (tmp_path / "video.mp4").write_bytes(await played(playback, shown))
    found = probe(tmp_path / "video.mp4")
    assert found["video"]["codec_name"] == "h264"
    assert "audio" not in found


async def test_sound_alone_cannot_be_shown(slot: CardSlot, playback: Playback) -> None:
    made = io.BytesIO()
    with av.open(made, "w", format="avi") as out:
        out.add_stream("pcm_mulaw", rate=8000)
        packet = av.Packet(bytes(8000))
        packet.stream, packet.pts, packet.dts = out.streams[0], 0, 0
        out.mux(packet)
    slot.put(0, data=made.getvalue())
    await slot.start()
    (heard,) = slot.card.index
    for attempt in (playback.segments_of, playback.video, playback.thumbnail):
        with pytest.raises(CardError, match="no pictures"):
            await attempt(heard)  # type: ignore[operator]


@pytest.mark.parametrize("codec", [codecs.H264, codecs.JPEG])
async def test_an_abandoned_video_is_not_made(
    slot: CardSlot, playback: Playback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, codec: codecs.Codec
) -> None:
    found, begun, go = await recording(slot, codec), threading.Event(), threading.Event()
    ends: list[BaseException | None] = []

    def watched(work: Callable[..., object]) -> Callable[..., object]:
        def watch(source: BinaryIO, what: object, *more: object) -> object:
            begun.set()
            go.wait(60)
            try:
                return work(source, what, *more)
            except BaseException as error:
                ends.append(error)
                raise

        return watch

    monkeypatch.setattr(remux, "remux_to_mp4", watched(remux.remux_to_mp4))
    monkeypatch.setattr(transcode, "encode_segment", watched(transcode.encode_segment))
    asked = playback.video(found) if codec is codecs.H264 else playback.segment(found, 0)
    asking = asyncio.ensure_future(asked)
    await asyncio.to_thread(begun.wait, 30)
    asking.cancel()
    await asyncio.sleep(0)
    go.set()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert [type(end) for end in ends] == [InterruptedError]
    assert list((tmp_path / "playback").glob("*")) == []
    monkeypatch.undo()
    assert len(await played(playback, found)) > 500


async def test_thumbnails_do_not_wait_for_videos(
    slot: CardSlot, playback: Playback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, shown = await recording(slot, codecs.H264), threading.Event()
    (tmp_path / "playback").mkdir()
    monkeypatch.setattr(playback_module, "_write_mp4", lambda source, path, *_: shown.wait(60) and path.touch())
    video = asyncio.ensure_future(playback.video(found))
    try:
        async with asyncio.timeout(30):
            assert len(await playback.thumbnail(found)) > 500
        assert not video.done()
    finally:
        shown.set()
        (await video)[0].close()


@pytest.mark.parametrize("codec", [codecs.H264, codecs.MPEG4, codecs.JPEG])
async def test_key_frames_alone_are_one_a_second_at_their_times(
    slot: CardSlot, playback: Playback, tmp_path: Path, codec: codecs.Codec
) -> None:
    found, path = await recording(slot, codec), tmp_path / "keys.mp4"
    about = await playback.segments_of(found, keys_only=True)
    assert not about.has_audio or codec is codecs.H264
    if about.segment_s:
        path.write_bytes(await playback.segment(found, 0, keys_only=True))
    else:
        content, size = await playback.video(found, keys_only=True)
        with content:
            path.write_bytes(await content.read(0, size))
    assert [round(time, 2) for time in times(path)] == [0, 1]
    assert float(str(probe(path)["video"]["duration"])) == pytest.approx(2, abs=0.05)
    assert "audio" not in probe(path)
    assert await played(playback, found) != path.read_bytes()


async def test_thumbnails_show_the_moment_that_is_asked_for(slot: CardSlot, playback: Playback) -> None:
    found = await recording(slot, codecs.H264)
    first, second = [Image.open(io.BytesIO(await playback.thumbnail(found, at_s))) for at_s in (0, 1)]
    assert first.tobytes() != second.tobytes()
    last = await playback.thumbnail(found, 1_000_000)
    assert Image.open(io.BytesIO(last)).tobytes() == second.tobytes()


async def test_requests_wait_for_their_turn_but_not_too_many(
    slot: CardSlot, playback: Playback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(playback_module, "MAX_WAITING", 2)
    found = [await recording(slot, codecs.JPEG, minute=minute) for minute in range(4)]
    answers = await asyncio.gather(*map(playback.thumbnail, found), return_exceptions=True)
    assert sum(isinstance(answer, bytes) for answer in answers) == 2, answers
    assert sum(isinstance(answer, CardError) for answer in answers) == 2
    assert [len(await playback.thumbnail(one)) > 500 for one in found] == [True] * 4
