"""RTSP is played by foreign players: every address, over TCP and UDP, with login, while settings change."""

import contextlib
import itertools
import socket
from collections.abc import Iterator

import av
import numpy as np
import pytest
from tests.conftest import StartCamera
from tests.e2e.camera import PASSWORD, CameraProcess, eventually
from tests.e2e.parts import Part
from tests.e2e.received_stream import LONGEST, SOUND, ReceivedStream
from tests.e2e.streams.test_players import ffprobe_all, run

from ipcamd.media.source.scene.plan import Plan
from ipcamd.server.rebindable_port import free_port

pytestmark = pytest.mark.slow

CODECS = {
    "/": {"h264", "pcm_mulaw"},
    "/h264": {"h264", "pcm_mulaw"},
    "/mpeg4": {"mpeg4", "pcm_mulaw"},
    "/mjpeg": {"mjpeg", "pcm_mulaw"},
    "/audio": {"pcm_mulaw"},
    "/live/stream1.cgi": {"h264", "pcm_mulaw"},
    "/live/stream2.cgi": {"mpeg4", "pcm_mulaw"},
}


def url(camera: CameraProcess, path: str, login: str = f"admin:{PASSWORD.replace(' ', '%20')}@") -> str:
    assert camera.rtsp
    return f"rtsp://{login}127.0.0.1:{camera.rtsp}{path}"


@pytest.fixture(scope="module")
def talkative(shared_camera: CameraProcess):
    """The shared camera with its microphone on."""
    shared_camera.client.update("Audio", MicEnabled="yes")
    yield shared_camera
    shared_camera.client.update("Audio", MicEnabled="no")


@pytest.mark.parametrize("path", CODECS)
def test_every_address_gives_its_codecs(talkative: CameraProcess, path: str) -> None:
    streams = ffprobe_all(url(talkative, path), "-rtsp_transport", "tcp")
    assert {stream["codec_name"] for stream in streams} == CODECS[path]


@pytest.mark.parametrize(("enabled", "codecs"), [("video", {"mpeg4"}), ("video_audio", {"mpeg4", "pcm_mulaw"})])
def test_the_stream_for_telephones_is_there_when_it_is_enabled(
    talkative: CameraProcess, enabled: str, codecs: set[str]
) -> None:
    talkative.client.update("Image.3GPP", Enabled=enabled)
    try:
        streams = ffprobe_all(url(talkative, "/3gpp"), "-rtsp_transport", "tcp")
    finally:
        talkative.client.update("Image.3GPP", Enabled="none")
    assert {stream["codec_name"] for stream in streams} == codecs
    assert [(s["width"], s["height"]) for s in streams if s["codec_type"] == "video"] == [(320, 240)]
    with pytest.raises(AssertionError, match="404"):
        run("ffprobe", "-v", "error", url(talkative, "/3gpp"))


@pytest.mark.parametrize("transport", ["tcp", "udp", "http"])
@pytest.mark.parametrize("path", ["/h264", "/mpeg4", "/mjpeg"])
def test_ffmpeg_decodes_without_an_error(talkative: CameraProcess, path: str, transport: str) -> None:
    address = url(talkative, path)
    if transport == "http":  # the tunnel: RTSP in two connections to the HTTP port
        address = address.replace(f":{talkative.rtsp}", f":{talkative.port}")
    options = ("-v", "error", "-rtsp_transport", transport, "-i", address)
    done = run("ffmpeg", *options, "-frames:v", "20", "-f", "null", "-")
    assert not done.stderr


@pytest.mark.parametrize("protocol", ["tcp", "udp"])
def test_gstreamer_plays(talkative: CameraProcess, protocol: str) -> None:
    source = (f"location={url(talkative, '/h264', '')}", "user-id=admin", f"user-pw={PASSWORD}")
    chain = ("!", "rtph264depay", "!", "avdec_h264", "!", "fakesink", "num-buffers=20")
    run("gst-launch-1.0", "-q", "rtspsrc", *source, f"protocols={protocol}", "latency=0", *chain)


def test_a_client_without_a_login_gets_no_picture(talkative: CameraProcess) -> None:
    with pytest.raises(AssertionError, match="401"):
        run("ffprobe", "-v", "error", url(talkative, "/", ""))
    with pytest.raises(AssertionError, match="401"):
        run("ffprobe", "-v", "error", url(talkative, "/", "admin:wrong@"))


@contextlib.contextmanager
def playing(camera: CameraProcess, path: str, transport: str = "tcp") -> "Iterator[av.container.InputContainer]":
    with av.open(url(camera, path), options={"rtsp_transport": transport}, timeout=20) as player:
        yield player


def watch_lamp(player: "av.container.InputContainer", count: int) -> ReceivedStream:
    """Watch the scene until its lamp was seen to go on `count` times without a picture missing."""
    seen = ReceivedStream(1 / 30)
    for packet in player.demux():
        if packet.stream.type == "audio" and packet.pts is not None:
            second, part = divmod(float(packet.pts * packet.time_base), 1)
            seen.sound.append(Part(0, packet.size, SOUND, int(second), round(part * 1e6), 0, 0, bytes(packet)))
        for frame in packet.decode() if packet.stream.type == "video" else ():
            lamp = Plan((frame.width, frame.height)).lamp
            inside = np.s_[lamp.top + 3 : lamp.top + lamp.height - 3, lamp.left + 3 : lamp.left + lamp.width - 3]
            if frame.time is not None:
                seen.levels.append((frame.time, float(frame.to_ndarray(format="gray")[inside].mean())))
        if len(seen.levels) % 30 == 29 and seen.count(exact=True) >= count:
            return seen
        assert len(seen.levels) < LONGEST, "no flash is seen without a gap"
    raise AssertionError("the stream ended")


@pytest.mark.parametrize(("path", "transport"), [("/h264", "tcp"), ("/mjpeg", "udp")])
def test_flash_and_beep_are_together(talkative: CameraProcess, path: str, transport: str) -> None:
    with playing(talkative, path, transport) as player:
        assert max(watch_lamp(player, 2).apart_ms()) < 40


def test_pictures_change_in_a_running_stream(talkative: CameraProcess) -> None:
    client = talkative.client
    with playing(talkative, "/h264") as player:
        frames = player.decode(video=0)
        assert next(frames).width == 1280
        client.update("Image.H264", Resolution=1)
        try:
            widths = {frame.width for frame in itertools.islice(frames, 90)}
        finally:
            client.update("Image.H264", Resolution=5)
        assert widths == {1280, 320}
        assert 1280 in {frame.width for frame in itertools.islice(frames, 90)}


def test_the_port_changes_and_playing_sessions_continue(start_camera: StartCamera) -> None:
    camera = start_camera("--source=scene")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        answer = camera.client.get("/cgi/admin/param.cgi", action="update", group="System", RTSPPort=number)
        assert answer.text.startswith(f"Request failed: RTSPPort={number}: ")
    with playing(camera, "/mjpeg") as player:
        frames = player.decode(video=0)
        next(frames)
        old, camera.rtsp = camera.rtsp, free_port(["127.0.0.1"])
        camera.client.update("System", RTSPPort=camera.rtsp)
        with playing(camera, "/mjpeg") as other:
            next(other.decode(video=0))
        assert len(list(itertools.islice(frames, 30))) == 30
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", old))


def test_viewers_of_all_protocols_share_the_places(start_camera: StartCamera) -> None:
    camera = start_camera("--source=scene", "--viewers=2")
    with camera.client.open("/cgi/mjpg/mjpeg.cgi") as stream, stream, playing(camera, "/mjpeg"):
        assert stream.status == 200
        with pytest.raises(av.error.FFmpegError):
            av.open(url(camera, "/mjpeg"), options={"rtsp_transport": "tcp"}, timeout=20)
        assert camera.client.get("/cgi/mjpg/mjpeg.cgi").status == 503
        assert camera.client.get("/cgi/jpg/image.cgi").status == 200
    eventually(lambda: "\r\nViewers:0\r\n" in camera.client.get("/cgi/admin/serverreport.cgi").text)
