"""HTTP cameras of every kind, on a port of this machine."""

import itertools
import re
import struct
import threading
from collections.abc import Iterator
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import av
from tests.media.source.clips import grey

from ipcamd.wire.digest import MD5, Digest, answer, challenge, parse, secret

LEVELS = tuple(range(20, 240, 20))
USER, PASSWORD = "me", "top@secret:1"
LOGIN = "me:top%40secret%3A1"


def jpegs() -> list[bytes]:
    """Pictures that grow brighter."""
    codec = av.VideoCodecContext.create("mjpeg", "w")
    codec.width, codec.height, codec.pix_fmt, codec.time_base = 64, 48, "yuvj420p", Fraction(1, 30)
    return [bytes(packet) for luma in LEVELS for packet in codec.encode(grey((64, 48), luma, "yuvj420p"))]


def sdk(counter: int, kind: str, form: int, data: bytes) -> bytes:
    header = struct.pack("<7I", counter, len(data), ord(kind), 1_700_000_000, 0, form, 0)
    return b"--myboundary\r\nContent-Length: %d\r\n\r\n" % (28 + len(data)) + header + data


class Peer(BaseHTTPRequestHandler):
    """Answers one request; the path says how."""

    pictures: ClassVar[list[bytes]] = jpegs()
    folder: ClassVar[Path]
    asked: ClassVar[list[str]] = []
    gone = threading.Event()
    """Set when the server ends: who pretends to be frozen waits for it."""

    def log_message(self, *_: object) -> None:
        """Be quiet."""

    def do_GET(self) -> None:
        self.asked.append(self.path)
        try:
            getattr(self, re.split(r"[/.?]", self.path)[1])()
        except (BrokenPipeError, ConnectionResetError):
            return

    def head(self, kind: str, length: int | None = None, status: int = 200, **more: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if length is not None:
            self.send_header("Content-Length", str(length))
        for name, value in more.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def push(self, parts: Iterator[bytes], kind: str = "multipart/x-mixed-replace; boundary=b") -> None:
        self.head(kind)
        for part in parts:
            self.wfile.write(part)

    def counted(self, count: int | None = None) -> Iterator[bytes]:
        for picture in itertools.islice(itertools.cycle(self.pictures), count):
            yield b"--b\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%b\r\n" % (len(picture), picture)

    def mjpg(self) -> None:
        self.push(self.counted())

    def uncounted(self) -> None:
        self.push(b"--b\r\n\r\n" + picture + b"\r\n" for picture in itertools.cycle(self.pictures))

    def sdk(self) -> None:
        sound = sdk(0, "A", 0x3 | 1 << 9, b"\x80" * 320)
        pictures = (sdk(n, "J", 5 << 4 | 30 << 8 | 1 << 14, p) for n, p in enumerate(itertools.cycle(self.pictures)))
        self.push((picture + sound for picture in pictures), "multipart/mixed;boundary=myboundary")

    def end(self) -> None:
        self.push(self.counted(5))

    def freeze(self) -> None:
        self.push(self.counted(5))
        self.gone.wait(20)

    def mute(self) -> None:
        self.gone.wait(20)

    def sick(self) -> None:
        self.push(iter([b"--b\r\nContent-Length: 9\r\n\r\nnopicture", *self.counted(3), b"\r\n--b\r\n\r\n<html>" * 10]))

    def silly(self) -> None:
        self.push(itertools.repeat(b"<html>" * 1000, 5))

    def useless(self) -> None:
        self.push(b"--b\r\nContent-Length: 9\r\n\r\nnopicture" for _ in iter(lambda: self.gone.wait(0.02), True))

    def snapshot(self) -> None:
        picture = self.pictures[self.asked.count(self.path) % len(self.pictures)]
        self.head("image/jpeg", len(picture))
        self.wfile.write(picture)

    def page(self) -> None:
        self.head("text/html", 9)
        self.wfile.write(b"<p>hello\n")

    def missing(self) -> None:
        self.head("text/html", 0, 404)

    def moved(self) -> None:
        self.head("text/plain", 0, 302, Location="/login")

    def loop(self) -> None:
        self.head("text/plain", 0, 307, Location="/loop")

    def astray(self) -> None:
        self.head("text/plain", 0, 302, Location="file:///etc/passwd")

    def login(self) -> None:
        try:
            login = parse(self.headers["Authorization"] or "")
            assert isinstance(login, Digest)
            assert login.response == answer(login, "GET", secret(MD5, USER, "cam", PASSWORD))
        except (ValueError, AssertionError):
            return self.head("text/plain", 0, 401, WWW_Authenticate=challenge("cam", "nonce", MD5))
        return self.mjpg()

    def film(self) -> None:
        data = (self.folder / "film.mp4").read_bytes()
        first = int((self.headers["Range"] or "bytes=0-").removeprefix("bytes=").partition("-")[0])
        more = {"Content_Range": f"bytes {first}-{len(data) - 1}/{len(data)}", "Accept_Ranges": "bytes"}
        self.head("video/mp4", len(data) - first, 206 if "Range" in self.headers else 200, **more)
        self.wfile.write(data[first:])

    def stream(self) -> None:
        self.head("video/mp2t")
        self.wfile.write((self.folder / "stream.ts").read_bytes())
        self.gone.wait(20)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
