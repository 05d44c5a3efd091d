"""The walks of docs/design.md are the ones that a request, a frame and a setting take."""

import contextlib
import subprocess
from pathlib import Path

import pytest
from tests.e2e.camera import PASSWORD, eventually
from tests.e2e.walks import TracedCamera, files_of_walk, in_order
from tests.media.encoded import h264, write_movie
from tests.ports import free_port

pytestmark = pytest.mark.slow

SIZE, RATE, GOP = (320, 240), 10, 5


def test_a_request_and_the_setting_that_it_changes_pass_the_files_of_their_walks_in_order(tmp_path: Path) -> None:
    request, setting = files_of_walk("A request"), files_of_walk("A setting")
    assert len(request) > 10
    assert len(setting) > 5
    traced = TracedCamera(tmp_path, [*request, *setting], "--source=scene")
    camera = traced.process.start()
    try:
        client = camera.client
        traced.forget()
        assert client.anonymous().ask("GET", "/cgi/admin/param.cgi?action=list", Sec_Fetch_Site="none").status == 401
        client.update("System", HTTPPort=free_port())
        assert in_order(request, traced.calls()) == request
        assert in_order(setting, traced.calls()) == setting
    finally:
        camera.kill()


def play(url: str, transport: str) -> None:
    """Play a few pictures."""
    command = ["ffmpeg", "-v", "error", "-rtsp_transport", transport, "-i", url, "-frames:v", "3", "-f", "null", "-"]
    subprocess.run(command, check=True, timeout=60)


def test_frames_pass_the_files_of_their_walk(tmp_path: Path) -> None:
    """Decoded frames for JPEG, which are cropped, adjusted, analysed and overlaid; encoded ones for H.264."""
    walk, movie = files_of_walk("A frame"), tmp_path / "movie.mp4"
    assert len(walk) > 15
    write_movie(movie, h264(40, SIZE, GOP), SIZE, RATE, GOP)
    traced = TracedCamera(tmp_path, walk, f"--source={movie}")
    camera = traced.process.start()
    try:
        client = camera.client
        client.update("ImageSource.IO.Sensor", Brightness=140, OverlayDate="on")
        assert client.get("/setup.cgi", motionenable=1).status == 200
        assert client.ask("GET", "/cgi/ptz/ptz.cgi?position=10|10|2").status == 204
        traced.forget()
        with client.open("/cgi/mjpg/mjpeg.cgi") as pictures, client.open("/cgi/mpeg/stream1.cgi") as stream:
            assert pictures.read(10_000)
            assert stream.read(1000)
            for transport in ("tcp", "udp"):
                play(f"rtsp://admin:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{camera.rtsp}/h264", transport)
            with contextlib.suppress(AssertionError):
                eventually(lambda: set(walk) <= set(traced.calls()))
        assert set(walk) - set(traced.calls()) == set()
    finally:
        camera.kill()
