"""A stand-in for a V4L2 camera, and a process that plays it."""

import json
import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import pytest
from tests.media.encoded import h264
from tests.media.source.clips import grey


@pytest.fixture(scope="session")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the stand-in for a camera."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if not compiler:
        pytest.skip("there is no C compiler to build the stand-in for a camera with")
    library = tmp_path_factory.mktemp("fakecam") / "fakecam.so"
    source = Path(__file__).parents[4] / "bench/fakecam/fakecam.c"
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    return library


def pack(path: Path, form: str, size: tuple[int, int]) -> None:
    """Write 10 pictures, each brighter than the last."""
    if form == "H264":
        write_pack(path, h264(10, size, gop=10))
        return
    items = []
    codec = av.VideoCodecContext.create("mjpeg", "w")
    codec.width, codec.height, codec.pix_fmt, codec.time_base = *size, "yuvj420p", Fraction(1, 30)
    for number in range(10):
        frame = grey(size, 20 + 20 * number, "yuvj420p")
        packets = codec.encode(frame) if form == "MJPG" else []
        items += [bytes(packet) for packet in packets] or [bytes(frame.reformat(format="yuyv422").planes[0])]
    write_pack(path, items)


def write_pack(path: Path, items: list[bytes]) -> None:
    path.write_bytes(struct.pack("<I", len(items)) + b"".join(struct.pack("<I", len(i)) + i for i in items))


SCRIPT = """
import json, sys, threading
from pathlib import Path
from ipcamd.errors import ConfigError, SourceError
from ipcamd.media.source import source_timeout
from ipcamd.media.planes import planes
from ipcamd.media.source.source import Wanted
from ipcamd.media.source.source_choice import make_source

def limit(seconds):
    source_timeout.OPENING_S = source_timeout.SILENCE_S = seconds

limit(60.0)
mishap = Path(sys.argv[1])
camera, said, seen, events = make_source("/dev/video0"), [], [], []

def take(count, size=(320, 240), rate=30, between=lambda number: None):
    wanted = [Wanted(size, rate, False)]
    stop = threading.Event()
    events[:] = [stop]
    try:
        for number, picture in enumerate(camera.play(lambda: wanted[0], stop)):
            luma = planes(picture.video)[0]
            size = picture.video.width, picture.video.height
            seen.append((*size, int(luma.mean()), picture.captured_ns))
            wanted[0] = between(number) or wanted[0]
            if number + 1 == count:
                stop.set()
    except SourceError as error:
        said.append(str(error))

"""


@pytest.fixture
def camera(stand_in: Path, tmp_path: Path) -> Callable[..., tuple[list[str], list[tuple[int, ...]]]]:
    """Give a function that runs lines of Python beside the stand-in, and returns its output and pictures."""

    def run(
        lines: str, modes: str = "MJPG:640x480@100,MJPG:320x240@100,YUYV:320x240@50", controls: str = ""
    ) -> tuple[list[str], list]:
        for mode in modes.split(","):
            form, _, rest = mode.partition(":")
            width, height = map(int, rest.partition("@")[0].split("x"))
            pack(tmp_path / f"pack.{form}:{width}x{height}", form, (width, height))
        environment = os.environ | {
            "LD_PRELOAD": str(stand_in),
            "FAKECAM_PACK": str(tmp_path / "pack"),
            "FAKECAM_MODES": modes,
            "FAKECAM_MISHAP": str(tmp_path / "mishap"),
            "FAKECAM_CONTROLS": controls,
        }
        script = SCRIPT + lines + "\nprint(json.dumps([said, seen]))"
        done = subprocess.run(
            [sys.executable, "-c", script, str(tmp_path / "mishap")],
            env=environment,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        said, seen = json.loads(done.stdout)
        return said, seen

    return run
