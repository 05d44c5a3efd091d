"""Pictures from files, V4L2 cameras, other cameras, screens; a failing source does not end the camera."""

import io
import itertools
import os
import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image
from tests.conftest import StartCamera
from tests.e2e.camera import CameraProcess, Client, eventually
from tests.e2e.parts import Part, sdk_parts
from tests.e2e.pictures import Rgb, brightness, decode_jpeg, difference

pytestmark = pytest.mark.slow

MJPEG = "/cgi/mjpg/mjpeg.cgi"
PEOPLE = Path("/usr/share/doc/opencv-doc/examples/data/vtest.avi")
"""768x576, 10 pictures a second: people walking. Of Debian's opencv-doc."""


@pytest.fixture(scope="session")
def people() -> Path:
    if not PEOPLE.exists():
        pytest.fail("install Debian's opencv-doc: vtest.avi is missing")
    return PEOPLE


def snapshot(client: Client) -> Rgb:
    return decode_jpeg(client.get("/cgi/jpg/image.cgi").body)


def moving(client: Client) -> bool:
    return difference(snapshot(client), snapshot(client)) > 0.05


def parts(client: Client, count: int, path: str = MJPEG) -> list[Part]:
    with client.open(path) as answer:
        return list(itertools.islice((p for p in sdk_parts(answer) if p.type != ord("A")), count))


def test_a_file_plays_in_real_time(start_camera: StartCamera, people: Path) -> None:
    client = start_camera(f"--source={people}").client
    times = [part.captured for part in parts(client, 21)]
    assert (times[-1] - times[0]) / 20 == pytest.approx(0.1, rel=0.15)
    eventually(lambda: moving(client), "the picture stands still")


def test_a_file_plays_over_and_over(start_camera: StartCamera, tmp_path: Path) -> None:
    clip = tmp_path / "short.avi"
    make_clip(clip, "testsrc2=size=320x240:rate=10:duration=1")
    client = start_camera(f"--source={clip}").client
    times = [part.captured for part in parts(client, 26)]
    assert (times[-1] - times[0]) / 25 == pytest.approx(0.1, rel=0.2)


def make_clip(path: Path, source: str) -> None:
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, "-c:v", "mjpeg", str(path)]
    subprocess.run(command, check=True, timeout=60)


def pack(path: Path, pixel_format: str) -> None:
    """Write 30 pictures that grow brighter, as the stand-in wants them: a count, then lengths and bytes."""
    levels = range(16, 226, 7)
    items = [jpeg(level) if pixel_format == "MJPG" else bytes((level, 128)) * 640 * 480 for level in levels]
    path.write_bytes(struct.pack("<I", len(items)) + b"".join(struct.pack("<I", len(i)) + i for i in items))


def jpeg(level: int) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (640, 480), (level,) * 3).save(data, "JPEG")
    return data.getvalue()


@pytest.mark.parametrize("pixel_format", ["MJPG", "YUYV"])
def test_a_v4l2_camera(start_camera: StartCamera, stand_in: Path, tmp_path: Path, pixel_format: str) -> None:
    pack(tmp_path / "frames.pack", pixel_format)
    environment = {
        "LD_PRELOAD": str(stand_in),
        "FAKECAM_PATH": "/dev/video77",
        "FAKECAM_PACK": str(tmp_path / "frames.pack"),
        "FAKECAM_FOURCC": pixel_format,
        "FAKECAM_SIZE": "640x480",
        "FAKECAM_FPS": "30",
    }
    client = start_camera("--source=/dev/video77", "--audio=tone", environment=environment).client
    client.update("Image.MJPEG", Resolution=0)
    client.update("Audio", MicEnabled="yes")
    levels = {round(brightness(decode_jpeg(part.payload))) // 10 for part in parts(client, 40)}
    assert len(levels) > 10
    with client.open(MJPEG) as answer:
        assert any(part.type == ord("A") for part in itertools.islice(sdk_parts(answer), 1000))


def test_another_cameras_mjpeg_over_http(start_camera: StartCamera) -> None:
    first = start_camera("--source=scene", state="first")
    second = start_camera(f"--source={first.client.url('/cgi/mjpg/mjpg.cgi')}", state="second")
    eventually(lambda: difference(snapshot(first.client), snapshot(second.client)) < 12, "it shows something else")
    first.stop()
    eventually(lambda: not moving(second.client) or "no signal", "lost")
    assert len(parts(second.client, 5)) == 5
    assert second.client.value("System.Info", "ServerName")


@dataclass
class RtspCamera:
    process: subprocess.Popen[str]
    url: str


@pytest.fixture
def rtsp_camera() -> Iterator[RtspCamera]:
    """GStreamer's RTSP server, run by Debian's Python, which has its bindings."""
    command = ["/usr/bin/python3", str(Path(__file__).parents[1] / "rtsp_server.py")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield RtspCamera(process, f"rtsp://127.0.0.1:{int(process.stdout.readline())}/ball")
        process.kill()


def test_an_rtsp_camera_that_comes_and_goes(start_camera: StartCamera, rtsp_camera: RtspCamera) -> None:
    client = start_camera(f"--source={rtsp_camera.url}").client
    eventually(lambda: moving(client), "the picture stands still")
    rtsp_camera.process.kill()
    eventually(lambda: not moving(client), "no signal is not shown")
    assert len(parts(client, 5)) == 5


def test_an_x11_screen(start_camera: StartCamera, screen: str) -> None:
    client = start_camera(f"--source=screen{screen}", environment={"DISPLAY": screen}).client
    assert len(parts(client, 5)) == 5
    assert brightness(snapshot(client)) < 30


@pytest.fixture
def screen() -> Iterator[str]:
    """An empty black screen."""
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "640x480x24", "-nolisten", "tcp"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as pipe:
        number = pipe.readline().strip()
    yield f":{number}"
    server.terminate()
    server.wait()


def test_a_lost_source_shows_no_signal_and_comes_back(camera: CameraProcess) -> None:
    client = camera.client
    before = snapshot(client)
    with client.open(MJPEG) as viewer:
        stream = sdk_parts(viewer)
        next(stream)
        client.get("/cgi/admin/virtual.cgi", source="lost")
        eventually(lambda: difference(snapshot(client), before) > 15, "no signal is not shown")
        assert len(list(itertools.islice(stream, 10))) == 10
        client.get("/cgi/admin/virtual.cgi", source="back")
        eventually(lambda: difference(snapshot(client), before) < 15, "the picture does not come back")


def test_a_stream_that_breaks_off_ends_neither_the_camera_nor_its_viewers(start_camera: StartCamera) -> None:
    first = start_camera("--source=scene", "--port=0", state="first")
    second = start_camera(f"--source={first.client.url('/cgi/mjpg/mjpg.cgi')}", state="second")
    with second.client.open(MJPEG) as viewer:
        stream = sdk_parts(viewer)
        next(stream)
        good = snapshot(second.client)
        first.kill()
        eventually(lambda: difference(snapshot(second.client), good) > 15, "no signal is not shown")
        assert len(list(itertools.islice(stream, 5))) == 5
