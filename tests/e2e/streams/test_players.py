"""The live picture is seen in ffmpeg, GStreamer, curl and mpv, through the SDK's own URLs and the plain ones."""

import itertools
import json
import os
import subprocess
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.conftest import StartCamera
from tests.e2e.camera import PASSWORD, Client
from tests.e2e.parts import sdk_parts, soi_to_eoi
from tests.e2e.pictures import decode_jpeg
from tests.e2e.received_stream import SOUND
from tests.gstreamer import settled

pytestmark = pytest.mark.slow

PLAIN = ("/cgi/mjpg/mjpg.cgi", "/cgi/mjpg/mjpeg.cgi?header=no")
RAW = {"h264": "/cgi/mpeg/stream1.cgi?header=no&codec=h264", "mpeg4": "/cgi/mpeg/stream2.cgi?header=no&codec=mpeg4"}


def run(*command: str, seconds: float = 40) -> subprocess.CompletedProcess[str]:
    """Run a foreign program; it must end well."""
    environment = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=seconds, stdin=subprocess.DEVNULL, env=environment
    )
    code, _ = settled(done.returncode, done.stderr)
    assert code == 0, f"{command}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done


def ffprobe_all(url: str, *options: str) -> list[dict[str, object]]:
    """Return ffprobe's description of each stream; it must report no errors."""
    done = run("ffprobe", "-v", "error", *options, "-show_streams", "-of", "json", url)
    assert not done.stderr, done.stderr
    streams: list[dict[str, object]] = json.loads(done.stdout)["streams"]
    return streams


def ffprobe(url: str, *options: str) -> dict[str, object]:
    (stream,) = ffprobe_all(url, *options)
    return stream


@pytest.mark.parametrize("path", PLAIN)
def test_ffmpeg_plays_the_plain_mjpeg_forms(client: Client, path: str) -> None:
    stream = ffprobe(client.url(path))
    assert (stream["codec_name"], stream["width"], stream["height"]) == ("mjpeg", 1280, 720)
    done = run("ffmpeg", "-v", "error", "-i", client.url(path), "-frames:v", "20", "-f", "null", "-")
    assert not done.stderr


@pytest.mark.parametrize(
    ("path", "muxer", "framed"),
    [
        (PLAIN[0], "mjpeg", "/cgi/mjpg/mjpeg.cgi"),
        (PLAIN[1], "mjpeg", "/cgi/mjpg/mjpeg.cgi"),
        (RAW["h264"], "h264", "/cgi/mpeg/stream1.cgi"),
    ],
)
def test_ffmpeg_gets_every_picture_once_and_unchanged(
    unhurried: Client, tmp_path: Path, path: str, muxer: str, framed: str
) -> None:
    """All viewers share one encoding: its pictures are among those of another viewer in the same time."""
    copy, done = tmp_path / "copy", threading.Event()

    def get() -> None:
        source = ("-probesize", "300000", "-i", unhurried.url(path))
        try:
            run("ffmpeg", "-v", "error", *source, "-frames:v", "10", "-c", "copy", "-f", muxer, str(copy))
        finally:
            done.set()

    with unhurried.open(framed) as answer, ThreadPoolExecutor(1) as player:
        parts = (part for part in sdk_parts(answer) if part.type != SOUND)
        sent = [next(parts).payload]
        played = player.submit(get)
        while not done.is_set():
            sent.append(next(parts).payload)
        played.result()
    got = copy.read_bytes()
    assert got in b"".join(sent)
    assert sum(payload in got for payload in sent) >= 10


@pytest.mark.parametrize("codec", RAW)
def test_ffmpeg_plays_the_raw_forms(client: Client, codec: str) -> None:
    stream = ffprobe(client.url(RAW[codec]))
    assert (stream["codec_name"], stream["width"], stream["height"]) == (codec, 1280, 720)
    quick = ("-probesize", "300000")  # an elementary stream has no times: by default ffmpeg analyses it for seconds
    done = run("ffmpeg", "-v", "error", *quick, "-i", client.url(RAW[codec]), "-frames:v", "20", "-f", "null", "-")
    assert not done.stderr


@pytest.mark.parametrize(
    ("path", "decode"),
    [
        (PLAIN[0], ("multipartdemux", "jpegdec")),
        (PLAIN[1], ("multipartdemux", "jpegdec")),
        (RAW["h264"], ("h264parse", "avdec_h264")),
        (RAW["mpeg4"], ("mpeg4videoparse", "avdec_mpeg4")),
    ],
)
def test_gstreamer_plays_every_plain_form(client: Client, path: str, decode: Sequence[str]) -> None:
    source = [
        "souphttpsrc",
        f"location=http://127.0.0.1:{client.port}{path}",
        "user-id=admin",
        f"user-pw={PASSWORD}",
        "is-live=true",
    ]
    chain = itertools.chain.from_iterable(("!", element) for element in decode)
    run("gst-launch-1.0", "-q", *source, *chain, "!", "fakesink", "num-buffers=20")


MP4 = "/cgi/mp4/live.mp4"


def test_players_play_the_mp4_stream(start_camera: StartCamera) -> None:
    camera = start_camera("--source=scene", "--audio=tone")
    camera.client.update("Audio", MicEnabled="yes")
    url = camera.client.url(MP4)
    video, sound = ffprobe_all(url)
    assert (video["codec_name"], video["width"], video["height"]) == ("h264", 1280, 720)
    assert (sound["codec_name"], sound["sample_rate"], sound["channels"]) == ("aac", "16000", 1)
    assert not run("ffmpeg", "-v", "error", "-i", url, "-frames:v", "20", "-f", "null", "-").stderr
    run("mpv", "--no-config", "--really-quiet", "--vo=null", "--ao=null", "--frames=15", url)
    for decode in (("video/x-h264", "avdec_h264"), ("audio/mpeg", "avdec_aac")):
        chain = itertools.chain.from_iterable(("!", element) for element in decode)
        source = f"souphttpsrc location=http://127.0.0.1:{camera.port}{MP4} user-id=admin is-live=true".split()
        run(
            "gst-launch-1.0",
            "-q",
            *source,
            f"user-pw={PASSWORD}",
            "!",
            "qtdemux",
            *chain,
            "!",
            "fakesink",
            "num-buffers=20",
        )


@pytest.mark.parametrize("path", [PLAIN[0], RAW["h264"]])
def test_mpv_plays(client: Client, path: str) -> None:
    run("mpv", "--no-config", "--really-quiet", "--vo=null", "--ao=null", "--frames=15", client.url(path))


@pytest.mark.parametrize("scheme", ["--basic", "--digest", "--anyauth"])
def test_curl_takes_a_snapshot_with_each_login(client: Client, scheme: str, tmp_path: object) -> None:
    file = f"{tmp_path}/snapshot.jpg"
    url = f"http://127.0.0.1:{client.port}/cgi/jpg/image.cgi"
    done = run("curl", "-sS", scheme, "-u", f"admin:{PASSWORD}", "-o", file, "-w", "%{http_code} %{content_type}", url)
    assert done.stdout == "200 image/jpeg"
    assert ffprobe(file)["codec_name"] == "mjpeg"


@pytest.mark.parametrize("path", ["/cgi/mjpg/mjpeg.cgi", *PLAIN])
def test_scripts_that_look_for_jpeg_markers_find_whole_pictures(client: Client, path: str) -> None:
    with client.open(path) as answer:
        pictures = list(itertools.islice(soi_to_eoi(answer), 5))
    assert [decode_jpeg(picture).shape for picture in pictures] == [(720, 1280, 3)] * 5


def test_a_player_that_asks_for_a_range_is_answered_with_the_live_stream(client: Client) -> None:
    with client.open(PLAIN[0], Range="bytes=0-") as answer:
        assert answer.status == 200
