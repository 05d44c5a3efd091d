"""TLS: memory of silent connections, and processor time that encryption adds to the fan-out of MJPEG."""

import resource
import select
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench import load, servers
from bench.servers import Target
from bench.table import Row, Yardstick
from tests.e2e.camera import Client, eventually

SILENT = 6000
ADDRESSES = 50
"""Loopback addresses of the connections, whose number per address is limited."""
HALF_HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(40)
"""Beginning of a handshake."""
VIEWERS = 20


def rows(folder: Path, seconds: float) -> list[Row]:
    """Measure all figures."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    waiting = [(f"memory of {SILENT:,} {what}", _growth_mb(folder, first)) for what, first in _KINDS.items()]
    plain, secure = _watching_ms(folder, seconds)
    return [
        *(Row(title, grown, "MB", None, 50, 15, less=True) for title, grown in waiting),
        Row(
            f"CPU of a picture for each of {VIEWERS} viewers over TLS",
            secure,
            "ms",
            Yardstick("plain", plain),
            less=True,
        ),
    ]


_KINDS = {"silent TLS connections": b"", "TLS connections with half a hello": HALF_HELLO}


@contextmanager
def _camera(folder: Path) -> Iterator[tuple[Target, int]]:
    """Run a camera with HTTPS; yield it and its HTTPS port."""
    with servers.ipcamd(folder, "--source=scene") as target:
        target.client.update("Network.Advanced.HTTPS", Enabled="yes")
        yield target, int(target.client.value("Network.Advanced.HTTPS", "HttpsPort"))


def _growth_mb(folder: Path, first: bytes) -> float:
    with _camera(folder) as (target, port), ExitStack() as connections:
        Client(port, tls=True).get("/cgi/admin/date.cgi", action="get")
        before = _memory_mb(target.pid)
        for number in range(SILENT):
            source = f"127.0.{number % ADDRESSES + 1}.1", 0
            connection = connections.enter_context(socket.create_connection(("127.0.0.1", port), 30, source))
            connection.sendall(first)
        eventually(lambda: len(list(Path(f"/proc/{target.pid}/fd").iterdir())) >= SILENT, "they are not accepted")
        return _memory_mb(target.pid) - before


def _memory_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def _watching_ms(folder: Path, seconds: float) -> tuple[float, float]:
    """Return the server's processor time per picture and viewer, in ms, without and with TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with _camera(folder) as (target, port):
        plain = _picture_ms(target, target.port, seconds, lambda sock: sock)
        return plain, _picture_ms(target, port, seconds, context.wrap_socket)


def _picture_ms(target: Target, port: int, seconds: float, wrap: Callable[[socket.socket], socket.socket]) -> float:
    with ExitStack() as stack:
        viewers = [stack.enter_context(wrap(socket.create_connection(("127.0.0.1", port), 30))) for _ in range(VIEWERS)]
        for viewer in viewers:
            viewer.sendall(f"GET {target.stream} HTTP/1.1\r\n{target.login}\r\n\r\n".encode())
        _read(viewers, 1.0)
        before = load.processor_seconds(target.pid)
        pictures = _read(viewers, seconds)
        return (load.processor_seconds(target.pid) - before) * 1000 / pictures


def _read(viewers: list[socket.socket], seconds: float) -> int:
    """Read the streams for this time; return the number of pictures."""
    end, pictures = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        for viewer in select.select(viewers, [], [], 0.1)[0]:
            pictures += viewer.recv(1 << 20).count(b"\xff\xd8\xff")
    return pictures
