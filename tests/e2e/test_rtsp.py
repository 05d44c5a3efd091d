"""RTSP is played by foreign players: every address, over TCP and UDP, with login."""

import pytest
from tests.e2e.camera import PASSWORD, CameraProcess
from tests.e2e.test_players import ffprobe_all, run

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


@pytest.mark.parametrize("transport", ["tcp", "udp"])
@pytest.mark.parametrize("path", ["/h264", "/mpeg4", "/mjpeg"])
def test_ffmpeg_decodes_without_an_error(talkative: CameraProcess, path: str, transport: str) -> None:
    options = ("-v", "error", "-rtsp_transport", transport, "-i", url(talkative, path))
    done = run("ffmpeg", *options, "-frames:v", "20", "-f", "null", "-")
    assert not done.stderr


@pytest.mark.parametrize("protocol", ["tcp", "udp"])
def test_gstreamer_plays(talkative: CameraProcess, protocol: str) -> None:
    source = (f"location={url(talkative, '/h264', '')}", "user-id=admin", f"user-pw={PASSWORD}")
    chain = ("!", "rtph264depay", "!", "avdec_h264", "!", "fakesink", "num-buffers=20")
    run("gst-launch-1.0", "-q", "rtspsrc", *source, f"protocols={protocol}", "latency=0", *chain)


def test_who_does_not_log_in_sees_nothing(talkative: CameraProcess) -> None:
    with pytest.raises(AssertionError, match="401"):
        run("ffprobe", "-v", "error", url(talkative, "/", ""))
    with pytest.raises(AssertionError, match="401"):
        run("ffprobe", "-v", "error", url(talkative, "/", "admin:wrong@"))
