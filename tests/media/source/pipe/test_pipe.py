"""Raw frames and streams that another program writes into a pipe."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from itertools import islice, pairwise
from pathlib import Path
from typing import cast

import pytest
from tests.media.source.clips import level, pictures
from tests.media.source.conftest import Play, SimulatedTime

from ipcamd.errors import ConfigError, SourceError
from ipcamd.media.frame import AudioChunk, Packet, Picture
from ipcamd.media.source.source import Source, Wanted
from ipcamd.media.source.source_choice import make_source

SIZE = (64, 48)
RAW = "format=yuv420p&size=64x48&rate=25"
FRAME_BYTES = 64 * 48 * 3 // 2


def frame(luma: int) -> bytes:
    """A limited-range frame, whose full-range brightness is about (luma - 16) * 255 / 219."""
    return bytes([luma]) * (64 * 48) + bytes([128]) * (FRAME_BYTES - 64 * 48)


@pytest.fixture
def fifo(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "frames")
    return tmp_path / "frames"


@contextmanager
def writing(fifo: Path, data: bytes) -> Iterator[threading.Thread]:
    """Write into a named pipe as a program does that waits for its reader."""

    def write() -> None:
        with fifo.open("wb", buffering=0) as file:
            file.write(data)

    thread = threading.Thread(target=write, daemon=True)
    thread.start()
    yield thread
    thread.join(30)
    assert not thread.is_alive()


@contextmanager
def ffmpeg(fifo: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    command = ["ffmpeg", "-v", "error", "-nostdin", "-y", *arguments, str(fifo)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


def test_raw_frames_are_shown_as_they_come(fifo: Path, play: Play, time: SimulatedTime) -> None:
    lumas = [30, 90, 150, 210]
    with writing(fifo, b"".join(map(frame, lumas))):
        shown = pictures(play(make_source(f"pipe:{fifo}?{RAW}", time.clock), 4))
    assert [level(each) for each in shown] == pytest.approx([(luma - 16) * 255 / 219 for luma in lumas], abs=1)


def test_a_program_that_writes_too_fast_is_kept_to_the_rate(fifo: Path, play: Play, time: SimulatedTime) -> None:
    with writing(fifo, frame(90) * 12):
        shown = pictures(play(make_source(f"pipe:{fifo}?{RAW}", time.clock), 12))
    gaps = [after.captured_ns - before.captured_ns for before, after in pairwise(shown)]
    assert gaps[4:] == [40_000_000] * 7


@pytest.mark.slow
@pytest.mark.parametrize("form", ["rgb24", "nv12", "gray", "yuyv422", "bgra", "rgb565le", "yuvj420p"])
def test_ffmpegs_raw_frames_of_any_pixel_format(fifo: Path, play: Play, form: str) -> None:
    given = ["-f", "lavfi", "-i", "color=0xc8c8c8:size=64x48:rate=25:duration=1", "-f", "rawvideo", "-pix_fmt", form]
    with ffmpeg(fifo, *given):
        shown = pictures(play(make_source(f"pipe:{fifo}?format={form}&size=64x48&rate=25"), 3))
    assert [level(each) for each in shown] == pytest.approx([200] * 3, abs=4)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("form", "encoder"),
    [
        ("h264", ["-c:v", "libx264", "-g", "5", "-tune", "zerolatency"]),
        ("mjpeg", ["-c:v", "mjpeg", "-huffman", "default"]),
        ("mpegts", ["-f", "lavfi", "-i", "sine", "-c:v", "libx264", "-g", "5", "-tune", "zerolatency", "-c:a", "aac"]),
    ],
)
def test_ffmpegs_streams_are_passed_through_and_decoded(fifo: Path, form: str, encoder: list[str]) -> None:
    source = make_source(f"pipe:{fifo}?format={form}")
    codec, pixels = ("mjpeg", "yuvj420p") if form == "mjpeg" else ("h264", "yuv420p")
    wanted = Wanted((320, 240), 60, True, frozenset({codec}))
    given = ["-re", "-f", "lavfi", "-i", "testsrc=size=320x240:rate=20", *encoder, "-pix_fmt", pixels, "-f", form]
    with ffmpeg(fifo, *given):
        items = source.play(lambda: wanted, threading.Event())
        missing = {Packet, Picture, AudioChunk} if source.sound else {Packet, Picture}
        for item in islice(items, 300):
            missing.discard(type(item))
            assert not isinstance(item, Packet) or item.obstacle == ""
            if not missing:
                break
        items.close()
    assert missing == set()
    assert source.sound is (form == "mpegts")


def test_a_frame_that_ends_early_is_reported_and_the_next_writer_is_read_from_its_beginning(
    fifo: Path, time: SimulatedTime
) -> None:
    source = make_source(f"pipe:{fifo}?{RAW}", time.clock)
    with writing(fifo, frame(90) + frame(150)[:1000]):
        assert failing(source) == (1, "ends within a frame: check format and size")
    with writing(fifo, frame(210) * 3):
        assert failing(source) == (3, "ended")


def failing(source: Source, count: int = 0) -> tuple[int, str]:
    """Play until it fails; return the number of pictures before, and the reason."""
    items = source.play(lambda: Wanted(SIZE, 1000, False), threading.Event())
    with pytest.raises(SourceError) as failed:
        for _ in items:
            count += 1
    return count, str(failed.value)


@pytest.mark.usefixtures("impatient")
def test_a_program_that_stops_within_a_frame_may_continue_it(fifo: Path, time: SimulatedTime) -> None:
    source = make_source(f"pipe:{fifo}?{RAW}", time.clock)
    data = frame(90)
    with writer(fifo) as write:
        write(data + data[:1000])
        assert failing(source) == (1, "sends nothing for 0.2 s")
        write(data[1000:] + frame(150) + frame(210))
        shown = take(source, 1)
    assert level(shown[0]) == pytest.approx((210 - 16) * 255 / 219, abs=1)  # the first two are old


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("is_silent", [False, True])
def test_frames_that_a_stalled_program_writes_later_do_not_stay_late(
    fifo: Path, time: SimulatedTime, is_silent: bool
) -> None:
    source = make_source(f"pipe:{fifo}?{RAW}", time.clock)
    with writer(fifo) as write:
        items = play_for_ever(source)
        write(frame(90) * 4)
        for _ in range(4):
            assert next(items).signal
        if is_silent:  # the camera tries again after the time-out
            with pytest.raises(SourceError, match="sends nothing"):
                next(items)
            items = play_for_ever(source)
        time.passed += 10 * 40_000_000
        resumed_ns = time.passed
        write(frame(90) * 10 + frame(210) * 3)
        while level(next(items)) < 200:
            pass
        assert time.passed - resumed_ns <= 2 * 40_000_000
        items.close()


def play_for_ever(source: Source) -> "Generator[Picture]":
    """Play, also what seems to come at one moment."""
    return cast("Generator[Picture]", source.play(lambda: Wanted(SIZE, 1000, False), threading.Event()))


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ipcamd.media.source.source_timeout.OPENING_S", 0.2)


@contextmanager
def writer(fifo: Path) -> Iterator[Callable[[bytes], int]]:
    """Open the pipe for writing, whether it is read or not, and give its ``write``."""
    with fifo.open("r+b", buffering=0) as file:
        yield file.write


def take(source: Source, count: int) -> list[Picture]:
    items = source.play(lambda: Wanted(SIZE, 1000, False), threading.Event())
    found = [item for item in islice(items, count) if isinstance(item, Picture)]
    items.close()
    return found


@pytest.mark.usefixtures("impatient")
def test_a_pipe_without_a_writer_is_reported(fifo: Path) -> None:
    assert failing(make_source(f"pipe:{fifo}?{RAW}")) == (0, "does not answer for 0.2 s")
    assert failing(make_source(f"pipe:{fifo}?format=mpegts"))[1].startswith("does not answer for 0.2 s")


def test_bytes_that_are_no_stream_are_given_up(fifo: Path) -> None:
    with writing(fifo, b"\x47garbage" * 9000):
        count, said = failing(make_source(f"pipe:{fifo}?format=mpegts"))
    assert count == 0
    assert said


def test_a_stop_takes_effect_while_no_program_writes(fifo: Path, time: SimulatedTime) -> None:
    stop = threading.Event()
    threading.Timer(0.05, stop.set).start()
    source = make_source(f"pipe:{fifo}?{RAW}", time.clock)
    assert list(source.play(lambda: Wanted(SIZE, 25, False), stop)) == []


@pytest.mark.slow
@pytest.mark.parametrize("place", ["-", "pipe:", "pipe:0"])
def test_standard_input_is_a_pipe_too(place: str) -> None:
    program = (
        "import sys, threading\n"
        "from ipcamd.media.source.source import Wanted\n"
        "from ipcamd.media.source.source_choice import make_source\n"
        "source = make_source(sys.argv[1])\n"
        "source.check()\n"
        "print(next(source.play(lambda: Wanted((64, 48), 25, False), threading.Event())).video.width)\n"
    )
    command = [sys.executable, "-c", program, f"{place}?{RAW}"]
    assert subprocess.run(command, input=frame(90), stdout=subprocess.PIPE, check=True).stdout == b"64\n"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "format is missing, as in "),
        ("format=yuv420p&rate=25", "size is missing, as in "),
        ("format=yuv420p&size=64x48", "rate is missing, as in "),
        ("format=yuv421p&size=64x48&rate=25", "format=yuv421p: use a pixel format .yuv420p, .*mpegts"),
        ("format=nv12&size=64&rate=25", "size=64: use width and height in pixels"),
        ("format=nv12&size=65x48&rate=25", "size=65x48: use width and height in pixels, even"),
        (
            "format=nv12&size=9000x48&rate=25",
            "size=9000x48: use width and height in pixels, even numbers from 2 to 8192",
        ),
        ("format=nv12&size=64x48&rate=0", "rate=0: use pictures per second"),
        ("format=mpegts&size=64x48", "mpegts contains its size and rate; give only the format"),
        ("pix_fmt=nv12", "unknown field pix_fmt; use format, size, rate"),
    ],
)
def test_a_wrong_format_is_refused_with_what_is_allowed(query: str, said: str) -> None:
    with pytest.raises(ConfigError, match=f"source -: {said}"):
        make_source(f"-?{query}")


def test_other_files_are_refused_as_pipes_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for name, said in {"file": "is not a named pipe; mkfifo makes one", "missing": "No such file"}.items():
        with pytest.raises(ConfigError, match=f"{name}: {said}"):
            make_source(f"pipe:{tmp_path / name}?{RAW}").check()
