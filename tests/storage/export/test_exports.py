"""Exports of real recordings, checked with ffprobe."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from tests.storage.conftest import CardSlot
from tests.wire.avi.avi_files import NOON, SECOND, avi_file, pictures, playable, probe, times
from tests.wire.mp4.mp4_files import mp4_file

from ipcamd.errors import CardBusy, CardError
from ipcamd.media import codecs
from ipcamd.storage.export import exports as exports_module
from ipcamd.storage.export.bounded_pipe import PIECES
from ipcamd.storage.export.exports import Exports, ExportState
from ipcamd.storage.export.plan import ExportPlan

pytestmark = pytest.mark.slow

ZONE = timezone(timedelta(hours=2))


@pytest.fixture
async def exports(slot: CardSlot) -> AsyncIterator[Exports]:
    await slot.start()
    exports = Exports(slot.card, lambda: ZONE)
    yield exports
    exports.close()


async def put(
    slot: CardSlot, start_s: float, codec: codecs.Codec, seconds: int = 10, sound: bool = False, mp4: bool = False
) -> Path:
    """Lay a recording on the card that began so many seconds after noon."""
    began = NOON + round(start_s * SECOND)
    shown = [replace(p, captured_ns=p.captured_ns + began - NOON) for p in pictures(codec, 30 * seconds)]
    in_mp4 = codecs.OPUS if sound else None
    path = slot.put(
        round(start_s // 60), data=mp4_file(shown, codec, in_mp4) if mp4 else avi_file(shown, codec, sound=sound)
    )
    path = path.rename(path.with_suffix(".mp4")) if mp4 else path
    await slot.card.rescan("record", path.name)
    return path


async def plan(exports: Exports, since_s: float, until_s: float) -> ExportPlan:
    return await exports.plan(*(NOON + round(moment * SECOND) for moment in (since_s, until_s)))


async def exported(exports: Exports, planned: ExportPlan, path: Path) -> dict[str, dict[str, Any]]:
    """Write the export, and return ffprobe's result."""
    async with aclosing(exports.write("a", planned)) as pieces:
        return looked_at(path, b"".join([data async for data in pieces]))


def looked_at(path: Path, content: bytes) -> dict[str, dict[str, Any]]:
    path.write_bytes(content)
    assert playable(path) == ""
    return probe(path)


def elementary(path: Path) -> bytes:
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-c", "copy", "-map", "0:v", "-bsf:v", "h264_mp4toannexb"]
    return subprocess.run([*command, "-f", "h264", "-"], check=True, capture_output=True).stdout


def loudness(path: Path, edges: Sequence[tuple[float, float]]) -> list[bool]:
    """Return whether something is heard from second to second."""
    with av.open(str(path)) as container:
        sound = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    return [bool(np.abs(sound[int(begin * 8000) : int(end * 8000)]).max() > 0.05) for begin, end in edges]


async def test_h264_is_copied_from_a_key_frame_on_and_gaps_are_left_out(
    slot: CardSlot, exports: Exports, tmp_path: Path
) -> None:
    for start_s, sound in ((0, True), (60, False), (120, True)):
        await put(slot, start_s, codecs.H264, sound=sound)
    planned = await plan(exports, 3.5, 125.2)
    assert (planned.start_ns, planned.end_ns) == (NOON + 3 * SECOND, NOON + round(125.2 * SECOND))
    assert [((a - NOON) / SECOND, (b - NOON) / SECOND) for a, b in planned.gaps] == [(10, 60), (70, 120)]
    assert planned.encoded_because == ""
    assert planned.length_s == pytest.approx(7 + 10 + 5.2)
    path = tmp_path / "export.mp4"
    found = await exported(exports, planned, path)
    assert found["video"]["codec_name"] == "h264"
    assert int(found["video"]["nb_read_frames"]) == 210 + 300 + 156
    assert float(found["video"]["duration"]) == pytest.approx(22.2, abs=0.01)
    assert times(path)[-1] == pytest.approx(22.2 - 1 / 30, abs=0.001)
    assert float(found["audio"]["duration"]) == pytest.approx(22.2, abs=0.13)
    assert loudness(path, [(0.2, 6.8), (7.3, 16.7), (17.3, 22)]) == [True, False, True]
    assert found["format"]["tags"]["creation_time"] == "2025-06-15T15:06:43.000000Z"
    with av.open(str(path)) as container:
        chapters = [(c["start"] * c["time_base"], c["metadata"]["title"]) for c in container.chapters()]
    assert chapters == [(0, "2025-06-15 17:06:43"), (7, "2025-06-15 17:07:40"), (17, "2025-06-15 17:08:40")]


async def test_the_pictures_are_those_of_the_recording(slot: CardSlot, exports: Exports, tmp_path: Path) -> None:
    recording = await put(slot, 0, codecs.H264, 3)
    path = tmp_path / "export.mp4"
    await exported(exports, await plan(exports, 0, 3), path)
    payloads = b"".join(p.payload for p in pictures(codecs.H264, 90))
    assert elementary(path) == elementary(recording)
    assert len(elementary(path)) == pytest.approx(len(payloads), rel=0.05)
    assert list((await plan(exports, 0, 3)).gaps) == []


async def test_avi_and_mp4_fit_into_one_track(slot: CardSlot, exports: Exports, tmp_path: Path) -> None:
    kinds = (True, False, True), (False, True, False)
    for start, mp4_or_avi in enumerate(kinds):
        for number, mp4 in enumerate(mp4_or_avi):
            await put(slot, 600 * start + 60 * number, codecs.H264, 3, sound=True, mp4=mp4)
    wanted = b"".join(p.payload for p in pictures(codecs.H264, 90))
    for start in range(len(kinds)):
        planned = await plan(exports, 600 * start, 600 * start + 130)
        assert (planned.encoded_because, planned.rate) == ("", 30)
        path = tmp_path / f"{start}.mp4"
        found = await exported(exports, planned, path)
        assert int(found["video"]["nb_read_frames"]) == 270
        assert float(found["video"]["duration"]) == pytest.approx(9, abs=0.01)
        assert float(found["audio"]["duration"]) == pytest.approx(9, abs=0.13)
        heard = [not mp4 for mp4 in kinds[start]]  # the sound in MP4 is silent
        assert loudness(path, [(0.2, 2.8), (3.2, 5.8), (6.2, 8.8)]) == heard
        assert len(elementary(path)) == pytest.approx(3 * len(wanted), rel=0.05)
        assert times(path)[:91:30] == pytest.approx([0, 1, 2, 3], abs=0.001)


async def test_h265_is_copied(slot: CardSlot, exports: Exports, tmp_path: Path) -> None:
    for start_s in (0, 60):
        await put(slot, start_s, codecs.H265, 3, mp4=True)
    planned = await plan(exports, 1.5, 62)
    assert planned.encoded_because == ""
    assert planned.start_ns == NOON + SECOND
    found = await exported(exports, planned, tmp_path / "export.mp4")
    assert (found["video"]["codec_name"], found["video"]["codec_tag_string"]) == ("hevc", "hvc1")
    assert int(found["video"]["nb_read_frames"]) == 60 + 60
    await put(slot, 120, codecs.H264, 2)
    planned = await plan(exports, 0, 130)
    assert planned.encoded_because
    found = await exported(exports, planned, tmp_path / "export.mp4")
    assert (found["video"]["codec_name"], int(found["video"]["nb_read_frames"])) == ("h264", 240)


async def test_other_codecs_are_encoded_and_begin_exactly(slot: CardSlot, exports: Exports, tmp_path: Path) -> None:
    await put(slot, 0, codecs.JPEG, 4, sound=True)
    await put(slot, 60, codecs.H264, 3)
    planned = await plan(exports, 1.5, 62)
    assert planned.start_ns == NOON + round(1.5 * SECOND)
    assert planned.encoded_because == "recordings are in MJPEG"
    path = tmp_path / "export.mp4"
    found = await exported(exports, planned, path)
    assert (found["video"]["codec_name"], found["video"]["pix_fmt"]) == ("h264", "yuv420p")
    assert int(found["video"]["nb_read_frames"]) == 75 + 60
    assert float(found["video"]["start_time"]) == 0
    assert times(path)[-1] == pytest.approx(4.5 - 1 / 30, abs=0.001)
    assert loudness(path, [(0.2, 2.3), (2.8, 4.4)]) == [True, False]


async def test_recordings_of_other_parameters_are_encoded(slot: CardSlot, exports: Exports, tmp_path: Path) -> None:
    await put(slot, 0, codecs.H264, 2)
    path = await put(slot, 60, codecs.H264, 2)
    path.write_bytes(path.read_bytes().replace(b"\0\0\1\x67\x4d\x40", b"\0\0\1\x67\x4d\x00"))  # another profile
    await slot.card.rescan("record", path.name)
    planned = await plan(exports, 0, 62)
    assert planned.encoded_because == "the picture's size or quality changes"
    found = await exported(exports, planned, tmp_path / "export.mp4")
    assert int(found["video"]["nb_read_frames"]) == 120


async def test_nothing_to_export(slot: CardSlot, exports: Exports) -> None:
    path = await put(slot, 0, codecs.H264, 2)
    with pytest.raises(CardError, match="no complete recording"):
        await plan(exports, 100, 200)
    path.write_bytes(b"RIFF\0\0\0\0AVI another camera's")
    with pytest.raises(CardError, match="no complete recording"):
        await plan(exports, 0, 2)


async def test_a_browser_that_stops_reading_uses_little_memory_and_ends_the_work(
    slot: CardSlot, exports: Exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ipcamd.storage.export.mp4_writer.BUFFER_BYTES", 1024)
    await put(slot, 0, codecs.JPEG, 20)
    planned = await plan(exports, 0, 20)
    async with aclosing(exports.write("a", planned)) as pieces:
        await anext(pieces)
        (export,) = exports
        assert export.pipe
        pipe, before = export.pipe, -1.0
        while before != export.done_s or pipe._pieces.qsize() < PIECES:  # until the writer waits
            before = export.done_s
            await asyncio.sleep(0.1)
        assert pipe._pieces.qsize() <= PIECES + 1
        assert export.done_s < 19
    assert export.state is ExportState.CANCELLED
    with pytest.raises(InterruptedError):
        pipe.write(b"more")


async def test_so_many_at_a_time_and_a_stopped_one_frees_its_place(slot: CardSlot, exports: Exports) -> None:
    await put(slot, 0, codecs.H264, 2)
    planned = await plan(exports, 0, 2)
    running = [exports.write(name, planned) for name in "ab"]
    for pieces in running:
        await anext(pieces)
    assert exports.is_busy
    with pytest.raises(CardBusy):
        await anext(exports.write("c", planned))
    assert exports.cancel("a")
    assert not exports.cancel("a")
    with pytest.raises(CardError):
        async for _ in running[0]:
            pass
    assert not exports.is_busy
    assert [export.state for export in exports] == [ExportState.CANCELLED, ExportState.RUNNING]
    await running[1].aclose()
    assert [export.state for export in exports] == [ExportState.CANCELLED] * 2


async def test_a_recording_that_is_deleted_meanwhile_ends_it_with_the_reason(slot: CardSlot, exports: Exports) -> None:
    paths = [await put(slot, start_s, codecs.H264, 2) for start_s in (0, 60)]
    planned = await plan(exports, 0, 62)
    paths[1].unlink()
    with pytest.raises(CardError, match="has been deleted"):
        async for _ in exports.write("a", planned):
            pass
    (export,) = exports
    assert export.state is ExportState.FAILED
    assert paths[1].name in export.problem


async def test_only_the_last_outcomes_are_remembered(
    slot: CardSlot, exports: Exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports_module, "REMEMBERED", 3)
    await put(slot, 0, codecs.H264, 1)
    planned = await plan(exports, 0, 1)
    for name in "abcde":
        async for _ in exports.write(name, planned):
            pass
    assert [export.name for export in exports] == ["c", "d", "e"]
