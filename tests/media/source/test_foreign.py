"""Sources of other makers: ffmpeg's HTTP, GStreamer's RTSP, an X server; and what happens when they freeze."""

import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.media.source.clips import pictures, sounds
from tests.media.source.conftest import Play
from tests.ports import free_port

from ipcamd.errors import ConfigError, SourceError
from ipcamd.media.frame import Picture
from ipcamd.media.pacer import SECOND
from ipcamd.media.planes import planes
from ipcamd.media.source import Wanted, fetch, make, medium

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (fetch, medium):
        monkeypatch.setattr(module, "TIMEOUT", 1.0)


@pytest.fixture
def ffmpeg() -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """ffmpeg, which serves one client a moving picture and a tone."""
    program = shutil.which("ffmpeg") or pytest.skip("ffmpeg is not installed")
    url = f"http://127.0.0.1:{free_port()}/live"
    given = ["-re", "-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25", "-f", "lavfi", "-i", "sine=frequency=500"]
    coded = ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-pix_fmt", "yuv420p", "-g", "12"]
    sent = ["-c:a", "aac", "-f", "mpegts", "-content_type", "video/mp2t", "-listen", "1", url]
    command = [program, "-v", "error", *given, *coded, *sent]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        yield url, process
        process.kill()


def connected(url: str, sound: bool = True) -> Iterator:
    """Play as soon as somebody listens at the address."""
    for _ in range(100):
        items = make(url).play(lambda: Wanted((320, 240), 30, sound), threading.Event())
        try:
            first = next(items)
        except SourceError as error:
            assert "refused" in str(error)
            threading.Event().wait(0.05)
            continue
        yield first
        yield from items
        return


def test_ffmpegs_live_stream_with_sound(ffmpeg: tuple[str, subprocess.Popen[str]]) -> None:
    items = connected(ffmpeg[0])
    taken = [next(items) for _ in range(120)]
    shown, heard = pictures(taken)[10:], sounds(taken)
    assert (shown[-1].captured - shown[0].captured) / (len(shown) - 1) == pytest.approx(SECOND / 25, rel=0.1)
    assert abs(heard[-1].samples).max() > 2000
    assert abs(heard[-1].captured - shown[-1].captured) < SECOND // 2


def test_a_peer_that_freezes_is_noticed(ffmpeg: tuple[str, subprocess.Popen[str]]) -> None:
    url, process = ffmpeg
    items = connected(url)
    for _ in range(5):
        next(items)
    process.send_signal(signal.SIGSTOP)
    with pytest.raises(SourceError, match="sends nothing"):
        for _ in range(200):
            next(items)


@pytest.fixture
def rtsp() -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """GStreamer's RTSP server, run by Debian's Python, which has its bindings."""
    probe = ["/usr/bin/python3", "-c", "import gi; gi.require_version('GstRtspServer', '1.0')"]
    if subprocess.run(probe, stderr=subprocess.DEVNULL, check=False).returncode:
        pytest.skip("GStreamer's RTSP server is not installed (Debian: gir1.2-gst-rtsp-server-1.0, python3-gi)")
    script = Path(__file__).parents[2] / "e2e/rtsp_server.py"
    with subprocess.Popen(["/usr/bin/python3", str(script)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield f"rtsp://127.0.0.1:{int(process.stdout.readline())}/ball", process
        process.kill()


def test_an_rtsp_camera_that_freezes_is_noticed(rtsp: tuple[str, subprocess.Popen[str]]) -> None:
    url, process = rtsp
    items = make(url).play(lambda: Wanted((320, 240), 30, True), threading.Event())
    taken = [next(items) for _ in range(10)]
    assert [picture.number for picture in pictures(taken)] == list(range(10))
    process.send_signal(signal.SIGSTOP)
    with pytest.raises(SourceError, match="nothing comes"):
        for _ in range(200):
            next(items)


def test_a_wrong_path_is_said(rtsp: tuple[str, subprocess.Popen[str]]) -> None:
    url = rtsp[0].replace("/ball", "/cube").replace("//", "//me:secret@")
    with pytest.raises(SourceError, match="404") as failed:
        next(make(url).play(lambda: Wanted((320, 240), 30, False), threading.Event()))
    assert "secret" not in str(failed.value)


@pytest.fixture
def screen() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """An empty black screen."""
    program = shutil.which("Xvfb") or pytest.skip("Xvfb is not installed")
    read, write = os.pipe()
    command = [program, "-displayfd", str(write), "-screen", "0", "640x480x24", "-nolisten", "tcp", "-noreset"]
    with subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL) as server:
        os.close(write)
        with os.fdopen(read) as pipe:
            number = pipe.readline().strip()
        yield f":{number}", server
        server.terminate()


def test_a_screen(screen: tuple[str, subprocess.Popen[bytes]], play: Play) -> None:
    source = make(f"screen{screen[0]}")
    source.check()
    shown = pictures(play(source, 10, size=(640, 480), rate=20))
    video = shown[0].video
    assert (video.width, video.height, video.format.name) == (640, 480, "yuvj420p")
    assert planes(video)[0].mean() < 5
    assert (shown[-1].captured - shown[0].captured) / 9 == pytest.approx(SECOND / 20, rel=0.2)


def test_a_screen_at_another_rate_and_size(screen: tuple[str, subprocess.Popen[bytes]]) -> None:
    wanted = [Wanted((640, 480), 10, False)]
    items = make(f"screen{screen[0]}").play(lambda: wanted[0], threading.Event())
    next(items)
    wanted[0] = Wanted((320, 240), 50, False)
    later = [next(items) for _ in range(12)]
    assert isinstance(later[-1], Picture) and isinstance(later[1], Picture)
    assert later[-1].video.width == 320
    assert (later[-1].captured - later[1].captured) / 10 == pytest.approx(SECOND / 50, rel=0.4)


def test_a_screen_that_goes_away(screen: tuple[str, subprocess.Popen[bytes]]) -> None:
    display, server = screen
    items = make(f"screen{display}").play(lambda: Wanted((640, 480), 30, False), threading.Event())
    next(items)
    server.kill()
    server.wait()
    with pytest.raises(SourceError):
        for _ in range(10):
            next(items)
    with pytest.raises(ConfigError, match="cannot be reached"):
        make(f"screen{display}").check()
