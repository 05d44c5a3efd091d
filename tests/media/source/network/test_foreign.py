"""Foreign sources: ffmpeg's HTTP, GStreamer's RTSP, an X server; also when they freeze."""

import contextlib
import itertools
import os
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.media.source.clips import pictures, sounds
from tests.media.source.conftest import Play
from tests.ports import free_port

from ipcamd.errors import ConfigError, SourceError
from ipcamd.media.frame import AudioChunk, Packet, Picture
from ipcamd.media.planes import planes
from ipcamd.media.source import source_timeout
from ipcamd.media.source.network.network_source import NetworkSource
from ipcamd.media.source.source import Wanted
from ipcamd.media.source.source_choice import make_source
from ipcamd.time_units import SECOND_NS

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_timeout, "SILENCE_S", 1.0)


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
    """Play as soon as a server listens at the address."""
    for _ in range(100):
        items = make_source(url).play(lambda: Wanted((320, 240), 30, sound), threading.Event())
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
    assert (shown[-1].captured_ns - shown[0].captured_ns) / (len(shown) - 1) == pytest.approx(SECOND_NS / 25, rel=0.1)
    assert abs(heard[-1].samples).max() > 2000
    assert abs(heard[-1].captured_ns - shown[-1].captured_ns) < SECOND_NS // 2


def test_a_peer_that_freezes_is_noticed(ffmpeg: tuple[str, subprocess.Popen[str]]) -> None:
    url, process = ffmpeg
    items = connected(url)
    taken = [next(items)]
    while len(pictures(taken)) < 5:
        taken.append(next(items))
    process.send_signal(signal.SIGSTOP)
    with pytest.raises(SourceError, match="sends nothing"):
        for _ in range(200):
            next(items)


RTSP_SERVER = ["/usr/bin/python3", str(Path(__file__).parents[3] / "e2e/rtsp_server.py")]


@pytest.fixture
def rtsp() -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """GStreamer's RTSP server, run by Debian's Python, which has its bindings."""
    probe = ["/usr/bin/python3", "-c", "import gi; gi.require_version('GstRtspServer', '1.0')"]
    if subprocess.run(probe, stderr=subprocess.DEVNULL, check=False).returncode:
        pytest.skip("GStreamer's RTSP server is not installed (Debian: gir1.2-gst-rtsp-server-1.0, python3-gi)")
    with subprocess.Popen(RTSP_SERVER, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield f"rtsp://127.0.0.1:{int(process.stdout.readline())}/ball", process
        process.kill()


def test_an_rtsp_camera_that_freezes_is_noticed(rtsp: tuple[str, subprocess.Popen[str]]) -> None:
    url, process = rtsp
    items = make_source(url).play(lambda: Wanted((320, 240), 30, True), threading.Event())
    taken = [next(items) for _ in range(10)]
    assert len(pictures(taken)) == 10
    process.send_signal(signal.SIGSTOP)
    with pytest.raises(SourceError, match="sends nothing for"):
        for _ in range(200):
            next(items)


def test_an_rtsp_camera_that_supports_only_udp(rtsp: tuple[str, subprocess.Popen[str]]) -> None:
    source = make_source(rtsp[0].replace("/ball", "/datagrams"))
    for _ in range(2):
        items = source.play(lambda: Wanted((320, 240), 30, True), threading.Event())
        assert len(pictures([next(items) for _ in range(10)])) == 10
        items.close()
    assert isinstance(source, NetworkSource)
    assert source._rtsp and next(iter(source._rtsp._order)) == "udp"


class Relay:
    """A firewall that passes only HTTP to a server."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.refused = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self._pass, args=(self._listener.accept()[0],), daemon=True).start()

    def _pass(self, client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", self._port)) as server, contextlib.suppress(OSError):
            first = client.recv(4096)
            if not first.startswith((b"GET ", b"POST ")):
                self.refused += 1
                return
            server.sendall(first)
            threading.Thread(target=self._copy, args=(client, server), daemon=True).start()
            self._copy(server, client)

    def _copy(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)

    def close(self) -> None:
        self._listener.close()


class Firewall:
    """Puts relays in front of servers."""

    def __init__(self) -> None:
        self.relays: list[Relay] = []

    def __call__(self, url: str) -> str:
        """Return the address of a server behind a relay."""
        port = url.split(":")[2].partition("/")[0]
        self.relays.append(relay := Relay(int(port)))
        return url.replace(port, str(relay.port))


@pytest.fixture
def firewall() -> Iterator[Firewall]:
    made = Firewall()
    yield made
    for relay in made.relays:
        relay.close()


@pytest.mark.parametrize("way", ["TCP", "UDP", "tunnel"])
def test_an_rtsp_camera_makes_key_frames_on_demand_and_at_most_one_a_second(
    rtsp: tuple[str, subprocess.Popen[str]], firewall: Firewall, way: str
) -> None:
    asked = threading.Event()

    def want() -> Wanted:
        return Wanted((320, 240), 30, False, frozenset(("h264",)), decoded_rate=0, key_frame=asked.is_set())

    url = rtsp[0].replace("/ball", "/asked_datagrams" if way == "UDP" else "/asked")
    packets = make_source(firewall(url) if way == "tunnel" else url).play(want, threading.Event())
    assert not any(packet.key for packet in itertools.islice(packets, 2, 30) if isinstance(packet, Packet))
    asked.set()
    answered = (packet for packet in itertools.islice(packets, 600) if isinstance(packet, Packet) and packet.key)
    first, second, third = (packet.captured_ns for packet in itertools.islice(answered, 3))
    assert min(second - first, third - second) > 0.9 * SECOND_NS


def test_an_rtsp_camera_behind_a_firewall_that_passes_only_http(
    rtsp: tuple[str, subprocess.Popen[str]], firewall: Firewall
) -> None:
    source = make_source(firewall(rtsp[0]))
    for _ in range(2):
        items = source.play(lambda: Wanted((320, 240), 30, True), threading.Event())
        assert len(pictures([next(items) for _ in range(10)])) == 10
        items.close()
    assert firewall.relays[0].refused == 2, "the tunnel was not remembered"


def test_a_name_is_resolved_once_and_ffmpeg_asks_for_none(
    rtsp: tuple[str, subprocess.Popen[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve, asked = socket.getaddrinfo, []

    def answer(host: str, *rest: object, **more: object) -> object:
        """Answer with the camera's address, and later with another one."""
        if host == "camera.test":
            asked.append(host)
            host = "127.0.0.1" if len(asked) == 1 else "192.0.2.1"
        return resolve(host, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    port = rtsp[0].split(":")[2].partition("/")[0]
    relay = Relay(int(port))  # a tunnel takes several connections
    source = make_source(f"rtsp://camera.test:{relay.port}/ball")
    items = source.play(lambda: Wanted((320, 240), 30, True), threading.Event())
    assert len(pictures([next(items) for _ in range(10)])) == 10
    items.close()
    relay.close()
    assert asked == ["camera.test"]


def test_a_redirect_of_an_rtsp_camera_is_not_followed() -> None:
    def redirect() -> None:
        with contextlib.suppress(OSError):
            while True:
                with server.accept()[0] as client:
                    client.recv(4096)
                    client.sendall(
                        b"RTSP/1.0 302 Moved\r\nCSeq: 1\r\nLocation: rtsp://me:secret@127.0.0.1:%d/x\r\n\r\n" % port
                    )

    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_server(("127.0.0.1", 0)) as trap:
        port = trap.getsockname()[1]
        threading.Thread(target=redirect, daemon=True).start()
        with pytest.raises(SourceError, match=rf"redirects to 127\.0\.0\.1:{port}: use that address"):
            first_of(f"rtsp://127.0.0.1:{server.getsockname()[1]}/ball", "auto")
        trap.setblocking(False)
        with pytest.raises(BlockingIOError):
            trap.accept()
        server.shutdown(socket.SHUT_RDWR)


def test_an_rtsp_camera_that_starts_on_demand(rtsp: tuple[str, subprocess.Popen[str]]) -> None:
    items = make_source(rtsp[0].replace("/ball", "/late")).play(lambda: Wanted((320, 240), 30, True), threading.Event())
    assert len(pictures([next(items) for _ in range(10)])) == 10


@pytest.fixture
def rtsps(rtsp: object, certificate: Path) -> Iterator[str]:
    """The same behind TLS, with a certificate of its own."""
    with subprocess.Popen([*RTSP_SERVER, str(certificate)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield f"rtsps://127.0.0.1:{int(process.stdout.readline())}/ball"
        process.kill()


def first_of(url: str, tls: str) -> Picture | AudioChunk:
    return next(make_source(url, tls=tls).play(lambda: Wanted((320, 240), 30, False), threading.Event()))


def test_a_login_goes_to_a_verified_rtsps_camera_alone(
    rtsps: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_login = rtsps.replace("//", "//me:secret@")
    with pytest.raises(SourceError, match="401"):
        first_of(rtsps, "auto")
    with pytest.raises(SourceError, match="SSL_CERT_FILE"):
        first_of(rtsps, "verify")
    with pytest.raises(SourceError, match="--source-tls any"):
        first_of(with_login, "auto")
    assert isinstance(first_of(with_login, "any"), Picture)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    for tls in ("auto", "verify"):
        assert isinstance(first_of(with_login, tls), Picture)


def test_a_server_that_does_not_answer_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_timeout, "OPENING_S", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        for scheme in ("rtsp", "rtsps", "http", "https"):
            url = f"{scheme}://127.0.0.1:{mute.getsockname()[1]}/x"
            with pytest.raises(SourceError, match=r"does not answer for 0\.5 s"):
                next(make_source(url).play(lambda: Wanted((320, 240), 30, False), threading.Event()))


def test_a_wrong_path_is_reported(rtsp: tuple[str, subprocess.Popen[str]]) -> None:
    url = rtsp[0].replace("/ball", "/cube").replace("//", "//me:secret@")
    with pytest.raises(SourceError, match="404") as failed:
        next(make_source(url).play(lambda: Wanted((320, 240), 30, False), threading.Event()))
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


def intervals(shown: list[Picture]) -> list[int]:
    """Return the nanoseconds between pictures; a busy machine makes some of them longer."""
    return [after.captured_ns - before.captured_ns for before, after in itertools.pairwise(shown)]


def test_a_screen(screen: tuple[str, subprocess.Popen[bytes]], play: Play) -> None:
    source = make_source(f"screen{screen[0]}")
    source.check()
    shown = pictures(play(source, 10, size=(640, 480), rate=20))
    video = shown[0].video
    assert (video.width, video.height, video.format.name) == (640, 480, "yuvj420p")
    assert planes(video)[0].mean() < 5
    assert (shown[-1].captured_ns - shown[0].captured_ns) / 9 > SECOND_NS / 20 * 0.8, "faster than wanted"
    assert min(intervals(shown)) < SECOND_NS / 20 * 1.9, "slower than wanted"


def test_a_screen_at_another_rate_and_size(screen: tuple[str, subprocess.Popen[bytes]]) -> None:
    wanted = [Wanted((640, 480), 10, False)]
    items = make_source(f"screen{screen[0]}").play(lambda: wanted[0], threading.Event())
    next(items)
    wanted[0] = Wanted((320, 240), 50, False)
    later = pictures([next(items) for _ in range(12)])
    assert later[-1].video.width == 320
    assert min(intervals(later[1:])) < SECOND_NS / 50 * 1.9, "slower than wanted"


def test_a_screen_that_goes_away(screen: tuple[str, subprocess.Popen[bytes]]) -> None:
    display, server = screen
    items = make_source(f"screen{display}").play(lambda: Wanted((640, 480), 30, False), threading.Event())
    next(items)
    server.kill()
    server.wait()
    with pytest.raises(SourceError):
        for _ in range(10):
            next(items)
    with pytest.raises(ConfigError, match="is not reachable"):
        make_source(f"screen{display}").check()
