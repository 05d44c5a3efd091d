"""H.265 (RFC 7798): over HTTP and RTSP, in foreign players, passed through from a source; disabled by default."""

import itertools
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import av
import pytest
from tests.conftest import StartCamera
from tests.e2e.camera import PASSWORD, CameraProcess, eventually
from tests.e2e.parts import Format, Part, sdk_parts
from tests.e2e.streams.test_passthrough import state
from tests.e2e.streams.test_players import ffprobe, ffprobe_all, run
from tests.e2e.streams.test_rtsp import url
from tests.media.encoded import h265, h265_units

pytestmark = pytest.mark.slow

FRAMED, RAW = "/cgi/mpeg/stream1.cgi?codec=h265", "/cgi/mpeg/stream1.cgi?codec=h265&header=no"
MP4 = "/cgi/mp4/live.mp4?codec=h265"
VPS, SPS, PPS = 32, 33, 34
SIZE, GOP = (320, 240), 15


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CameraProcess]:
    """A camera whose H.265 is enabled."""
    camera = CameraProcess(tmp_path_factory.mktemp("h265") / "state", "--source=scene").start()
    camera.client.update("Image.H265", Enabled="yes", Resolution=1)
    yield camera
    camera.stop()


def test_parts_have_the_payload_header_and_decode(camera: CameraProcess) -> None:
    with camera.client.open(FRAMED) as answer:
        parts = list(itertools.islice(sdk_parts(answer), 40))
    assert parts[0].type == 0
    assert {Format.of(part.format).type for part in parts} == {6}
    decoder = av.CodecContext.create("hevc", "r")
    for number, part in enumerate(parts):
        kinds = [unit[0] >> 1 for unit in h265_units(part.payload)]
        assert (kinds[:3] == [VPS, SPS, PPS]) is (part.type == 0)
        (frame,) = decoder.decode(av.Packet(part.payload))
        assert (frame.width, frame.height, number) == (*SIZE, number)


def test_players_play_it_over_http(camera: CameraProcess) -> None:
    address = camera.client.url(RAW)
    with camera.client.open(RAW) as answer:
        assert answer.headers["Content-Type"] == "video/h265"
    quick = ("-probesize", "40000")
    stream = ffprobe(address, *quick)
    assert (stream["codec_name"], stream["width"], stream["height"]) == ("hevc", *SIZE)
    assert (stream["profile"], stream["color_range"], stream["pix_fmt"]) == ("Main", "tv", "yuv420p")
    assert not run("ffmpeg", "-v", "error", *quick, "-i", address, "-frames:v", "20", "-f", "null", "-").stderr
    source = f"souphttpsrc location=http://127.0.0.1:{camera.port}{RAW} user-id=admin is-live=true".split()
    chain = ["!", "h265parse", "!", "avdec_h265", "!", "fakesink", "num-buffers=20"]
    run("gst-launch-1.0", "-q", *source, f"user-pw={PASSWORD}", *chain)


def test_players_play_it_as_mp4(camera: CameraProcess) -> None:
    address = camera.client.url(MP4)
    (stream,) = ffprobe_all(address)
    assert (stream["codec_name"], stream["codec_tag_string"], stream["width"]) == ("hevc", "hvc1", SIZE[0])
    assert not run("ffmpeg", "-v", "error", "-i", address, "-frames:v", "20", "-f", "null", "-").stderr
    run("mpv", "--no-config", "--really-quiet", "--vo=null", "--ao=null", "--frames=15", address)
    source = f"souphttpsrc location=http://127.0.0.1:{camera.port}{MP4} user-id=admin is-live=true".split()
    chain = ["!", "qtdemux", "!", "h265parse", "!", "avdec_h265", "!", "fakesink", "num-buffers=20"]
    run("gst-launch-1.0", "-q", *source, f"user-pw={PASSWORD}", *chain)


@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_players_play_it_over_rtsp(camera: CameraProcess, transport: str) -> None:
    (stream,) = ffprobe_all(url(camera, "/h265"), "-rtsp_transport", transport)
    assert (stream["codec_name"], stream["width"], stream["height"]) == ("hevc", *SIZE)
    options = ("-v", "error", "-rtsp_transport", transport, "-i", url(camera, "/h265"))
    assert not run("ffmpeg", *options, "-frames:v", "20", "-f", "null", "-").stderr
    source = (f"location={url(camera, '/h265', '')}", "user-id=admin", f"user-pw={PASSWORD}", f"protocols={transport}")
    chain = ["latency=0", "!", "rtph265depay", "!", "avdec_h265", "!", "fakesink", "num-buffers=20"]
    run("gst-launch-1.0", "-q", "rtspsrc", *source, *chain)


def test_mpv_plays_it(camera: CameraProcess) -> None:
    options = ("--no-config", "--really-quiet", "--vo=null", "--ao=null", "--frames=15", "--rtsp-transport=tcp")
    run("mpv", *options, url(camera, "/h265"))


def test_disabled_there_is_none_and_those_who_watch_are_cut(start_camera: StartCamera) -> None:
    camera = start_camera("--source=scene")
    client, refusal = camera.client, "Request failed: codec=h265: Image.H265.Enabled=no\r\n"
    assert client.get(FRAMED).text == client.get(MP4).text == refusal
    with pytest.raises(av.error.HTTPNotFoundError):
        av.open(url(camera, "/h265"), timeout=20)
    client.update("Image.H265", Enabled="yes", Resolution=1)
    with (
        client.open(FRAMED) as answer,
        client.open(MP4) as film,
        av.open(url(camera, "/h265"), options={"rtsp_transport": "tcp"}, timeout=20) as player,
        ThreadPoolExecutor(3) as viewers,
    ):
        frames, parts = player.decode(video=0), sdk_parts(answer)
        next(frames)
        next(parts)
        assert len(film.read(2000)) == 2000
        ended = [viewers.submit(exhaust, each) for each in (frames, parts, film)]
        assert state(client, "H.265") == "encoded (the source sends no H.265)"
        client.update("Image.H265", Enabled="no")
        for each in ended:
            each.result(20)
    assert client.get(FRAMED).text == refusal
    eventually(lambda: state(client, "H.265") == "off", "it is still encoded")


def last_unit(part: Part) -> bytes:
    """The last NAL unit, without the zeros that FFmpeg leaves behind it."""
    return h265_units(part.payload)[-1].rstrip(b"\0")


def exhaust(items: Iterator[object]) -> None:
    """Take everything until the end, clean or not."""
    try:
        for _ in items:
            pass
    except (OSError, EOFError, av.FFmpegError):
        pass


def test_a_file_s_pictures_reach_viewers_as_they_are(start_camera: StartCamera, tmp_path: Path) -> None:
    path, bare, payloads = tmp_path / "movie.mp4", tmp_path / "movie.h265", h265(60, SIZE, GOP)
    bare.write_bytes(b"".join(payloads))
    run("ffmpeg", "-v", "error", "-framerate", "30", "-i", str(bare), "-c", "copy", str(path))
    client = start_camera(f"--source={path}").client
    client.update("Image.H265", Enabled="yes", Resolution=1)
    pictures = [h265_units(payload)[-1] for payload in payloads]
    with client.open(FRAMED) as answer:
        parts = sdk_parts(answer)
        taken: list[Part] = list(itertools.islice(parts, 70))
        assert [last_unit(part) for part in taken] == [*itertools.islice(itertools.cycle(pictures), 70)]
        assert state(client, "H.265") == "passed through"
        client.update("ImageSource.IO.Sensor", Mirror="on")
        while last_unit(next(parts)) in pictures:
            pass
        assert state(client, "H.265") == "encoded (the picture is mirrored)"


def test_another_camera_plays_it_whichever_way(start_camera: StartCamera, camera: CameraProcess) -> None:
    """Its pictures are the far camera's own, over RTSP and over HTTP with the payload header."""
    sources = (url(camera, "/h265"), camera.client.url(FRAMED))
    for number, source in enumerate(sources):
        near = start_camera(f"--source={source}", state=f"near{number}").client
        near.update("Image.H265", Enabled="yes", Resolution=1)
        seen = set[bytes](), set[bytes]()
        stop = threading.Event()
        with camera.client.open(FRAMED) as far, near.open(FRAMED) as here, ThreadPoolExecutor(2) as pool:
            for answer, pictures in zip((far, here), seen, strict=True):
                pool.submit(collect, sdk_parts(answer), pictures, stop)
            try:
                eventually(lambda seen=seen: len(set.intersection(*seen)) > 20, "no picture is passed on")
                assert state(near, "H.265") == "passed through"
            finally:
                stop.set()


def collect(parts: Iterator[Part], seen: set[bytes], stop: threading.Event) -> None:
    """Note the pictures until it is enough."""
    for part in parts:
        seen.add(h265_units(part.payload)[-1])
        if stop.is_set():
            return
