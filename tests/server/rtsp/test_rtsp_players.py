"""Players of other projects: ffmpeg and GStreamer play every path over every transport without an error message."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.access.opened_accounts import make_audit_log, make_authenticator, open_accounts
from tests.gstreamer import settled
from tests.networks import Network, ip, needs_networks, network
from tests.server.rtsp.live_streams import RATE, LiveStreams
from tests.server.rtsp.player import RtspRig
from tests.server.rtsp.test_rtsp_tunnel import open_http

from ipcamd.media import codecs
from ipcamd.server.rtp.udp_viewer import LOWEST_RTP_PORT
from ipcamd.server.rtsp.authenticator import RtspAuthenticator
from ipcamd.server.rtsp.multicast import MulticastSettings
from ipcamd.store.database import Database

__all__ = ["network"]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("ffmpeg"), reason="needs ffmpeg"),
]
GSTREAMER = pytest.mark.skipif(not shutil.which("gst-launch-1.0"), reason="needs GStreamer")
PASSWORD = "correct horse"
PATIENCE_US = 60_000_000
"""Microseconds without UDP packets after which GStreamer complains and changes to TCP; by default five seconds."""


@pytest.fixture(scope="session")
def streams() -> LiveStreams:
    return LiveStreams()


@pytest.fixture
async def live(rig: RtspRig, streams: LiveStreams) -> AsyncIterator[RtspRig]:
    task = asyncio.create_task(streams.run(rig.hubs))
    yield rig
    task.cancel()


@pytest.fixture
async def guarded(live: RtspRig, tmp_path: Path) -> AsyncIterator[RtspRig]:
    """With real accounts and logins."""
    with Database(tmp_path / "db") as database:
        accounts = open_accounts(database)
        accounts.ensure_administrator("admin", PASSWORD)
        live.service.context.authenticator = RtspAuthenticator(
            make_authenticator(accounts, make_audit_log(database), lambda: "Front authenticator")
        )
        yield live


async def run(*command: str) -> tuple[int, str]:
    """Return exit code and error messages."""
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    async with asyncio.timeout(60):
        output, _ = await process.communicate()
    return process.returncode or 0, output.decode(errors="replace")


async def ffmpeg(url: str, way: str, *options: str) -> tuple[int, str]:
    if way == "udp":  # ffmpeg warns if the port that it chooses is in use: the camera's ports are above
        options += ("-max_port", str(LOWEST_RTP_PORT - 1))
    return await run(
        "ffmpeg", "-v", "warning", "-rtsp_transport", way, *options, "-i", url, "-t", "1", "-f", "null", "-"
    )


@pytest.mark.parametrize("way", ["tcp", "udp"])
@pytest.mark.parametrize("path", ["", "h264", "mpeg4", "mjpeg", "audio", "live/stream2.cgi"])
async def test_ffmpeg(live: RtspRig, path: str, way: str) -> None:
    code, complaints = await ffmpeg(f"rtsp://127.0.0.1:{live.port}/{path}", way)
    assert (code, complaints) == (0, "")
    await live.quiet()
    assert len(live.service.context.sessions) == 0


async def test_duration_and_rate(live: RtspRig, tmp_path: Path) -> None:
    url = f"rtsp://127.0.0.1:{live.port}/"
    file = str(tmp_path / "out.mkv")
    copy = ["ffmpeg", "-v", "error", "-rtsp_transport", "tcp", "-i", url, "-t", "2", "-c", "copy", file]
    assert await run(*copy) == (0, "")
    count = ["ffprobe", "-v", "error", "-count_packets", "-show_entries", "stream=nb_read_packets", "-of", "csv=p=0"]
    _, output = await run(*count, file)
    video, audio = (int(line) for line in output.split())
    assert abs(video - 2 * RATE) <= 2
    assert abs(audio - 2 * RATE) <= 3


@GSTREAMER
@pytest.mark.parametrize("way", ["tcp", "udp"])
@pytest.mark.parametrize("path", ["", "mpeg4", "mjpeg"])
async def test_gstreamer(live: RtspRig, path: str, way: str) -> None:
    assert await gstreamer(f"rtsp://127.0.0.1:{live.port}/{path}", f"protocols={way}") == (0, "")
    await live.quiet()
    assert len(live.service.context.sessions) == 0


async def gstreamer(url: str, *options: str) -> tuple[int, str]:
    source = ["rtspsrc", f"location={url}", "latency=100", f"timeout={PATIENCE_US}", "name=s", *options]
    decode = "! decodebin ! videoconvert ! identity eos-after=20 ! fakesink"
    return settled(*await run("gst-launch-1.0", "-q", *source, *f"s. ! application/x-rtp,media=video {decode}".split()))


async def test_ffmpeg_over_http(live: RtspRig) -> None:
    listener = await open_http(live)
    assert await ffmpeg(f"rtsp://127.0.0.1:{listener.port}/h264", "http") == (0, "")
    await live.quiet()
    assert not len(live.registry)
    listener.close()


@GSTREAMER
async def test_gstreamer_over_http(live: RtspRig) -> None:
    listener = await open_http(live)
    assert await gstreamer(f"rtsph://127.0.0.1:{listener.port}/h264") == (0, "")
    listener.close()


@pytest.mark.parametrize("way", ["tcp", "udp"])
async def test_ffmpeg_logs_in(guarded: RtspRig, way: str) -> None:
    secret = PASSWORD.replace(" ", "%20")
    assert await ffmpeg(f"rtsp://admin:{secret}@127.0.0.1:{guarded.port}/", way) == (0, "")
    for login in ("", "admin:wrong@", "nobody:wrong@"):
        code, complaints = await ffmpeg(f"rtsp://{login}127.0.0.1:{guarded.port}/", way)
        assert code
        assert "401 Unauthorized" in complaints


@GSTREAMER
async def test_gstreamer_logs_in(guarded: RtspRig) -> None:
    url = f"rtsp://127.0.0.1:{guarded.port}/"
    assert await gstreamer(url, "protocols=tcp", "user-id=admin", f"user-pw={PASSWORD}") == (0, "")
    code, complaints = await gstreamer(url, "protocols=tcp", "user-id=admin", "user-pw=wrong")
    assert code
    assert "Unauthorized" in complaints


@pytest.fixture
def loopback_multicast(network: Network) -> None:
    """Move into a network where multicast stays on the loopback interface."""
    ip("link", "set", "lo", "multicast", "on")
    ip("route", "add", "239.0.0.0/8", "dev", "lo")


@needs_networks
@pytest.mark.parametrize("player", ["ffmpeg", "gstreamer"])
async def test_by_multicast(loopback_multicast: None, live: RtspRig, player: str) -> None:
    settings = MulticastSettings("239.255.7.7", ((codecs.JPEG, 7568), (codecs.ULAW, 7572)), 1, "127.0.0.1")
    live.service.context.multicast.configure(settings)
    url = f"rtsp://127.0.0.1:{live.port}/mjpeg"
    if player == "gstreamer":
        assert await gstreamer(url, "protocols=udp-mcast") == (0, "")
    else:
        assert await ffmpeg(url, "udp_multicast") == (0, "")
