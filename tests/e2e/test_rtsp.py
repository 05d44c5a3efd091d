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


def test_who_does_not_log_in_sees_nothing(talkative: CameraProcess) -> None:
    with pytest.raises(AssertionError, match="401"):
        run("ffprobe", "-v", "error", url(talkative, "/", ""))
    with pytest.raises(AssertionError, match="401"):
        run("ffprobe", "-v", "error", url(talkative, "/", "admin:wrong@"))
