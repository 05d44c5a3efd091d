"""HTTP cameras of every kind, on a port of this machine."""

import gzip
import hashlib
import itertools
import re
import ssl
import struct
import threading
from collections.abc import Iterator
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import ClassVar
from urllib.parse import unquote

import av
from PIL import Image
from tests.media.source.clips import grey

from ipcamd.wire.http.digest import (
    MD5,
    BasicCredentials,
    DigestCredentials,
    answer,
    basic_challenge,
    challenge,
    parse,
    secret,
)

LEVELS = tuple(range(20, 240, 20))
USER, PASSWORD = "me", "top@secret:1"
LOGIN = "me:top%40secret%3A1"
PART_INTERVAL_S = 0.8
"""Seconds between two pictures of the slow server."""


def jpegs() -> list[bytes]:
    """Pictures that grow brighter."""
    codec = av.VideoCodecContext.create("mjpeg", "w")
    codec.width, codec.height, codec.pix_fmt, codec.time_base = 64, 48, "yuvj420p", Fraction(1, 30)
    return [bytes(packet) for luma in LEVELS for packet in codec.encode(grey((64, 48), luma, "yuvj420p"))]


def md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


def png(luma: int) -> bytes:
    file = BytesIO()
    Image.new("L", (64, 48), luma).save(file, "PNG")
    return file.getvalue()


def sdk(counter: int, kind: str, form: int, data: bytes) -> bytes:
    header = struct.pack("<7I", counter, len(data), ord(kind), 1_700_000_000, 0, form, 0)
    return b"--myboundary\r\nContent-Length: %d\r\n\r\n" % (28 + len(data)) + header + data


class Peer(BaseHTTPRequestHandler):
    """Answers one request; the path selects the answer."""

    pictures: ClassVar[list[bytes]] = jpegs()
    folder: ClassVar[Path]
    asked: ClassVar[list[str]] = []
    logins: ClassVar[list[str]] = []
    """The logins that were sent to `basic`."""
    gone = threading.Event()
    """Set when the server ends: who pretends to be frozen waits for it."""

    def log_message(self, *_: object) -> None:
        """Suppress the log."""

    def do_GET(self) -> None:
        self.asked.append(self.path)
        try:
            getattr(self, re.split(r"[/.?]", self.path)[1])()
        except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
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
        self.push(itertools.repeat(b"silly " * 1000, 5))

    def declared(self) -> None:
        self.push(itertools.repeat(b"<html>" * 1000, 5))

    def useless(self) -> None:
        self.push(b"--b\r\nContent-Length: 9\r\n\r\nnopicture" for _ in iter(lambda: self.gone.wait(0.02), True))

    def snapshot(self) -> None:
        picture = self.pictures[self.asked.count(self.path) % len(self.pictures)]
        self.head("image/jpeg", len(picture))
        self.wfile.write(picture)

    def still(self) -> None:
        """One more picture at each request, indicated in different ways."""
        picture, way = self.pictures[len(self.asked) % len(LEVELS)], self.path.rpartition("/")[2]
        if way == "chunked":
            self.protocol_version = "HTTP/1.1"
            self.head("image/jpeg", Transfer_Encoding="chunked")
            self.wfile.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(picture), picture))
        elif way == "parts":
            self.push(iter([b"--b\r\nContent-Type: image/jpeg\r\n\r\n" + picture + b"\r\n--b--\r\n"]))
        elif way == "png":
            self.head("image/jpeg")
            self.wfile.write(png(LEVELS[len(self.asked) % len(LEVELS)]))
        elif way == "gzip":
            self.head("image/jpeg", Content_Encoding="gzip")
            self.wfile.write(gzip.compress(picture))
        elif way == "nothing":
            self.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n" + picture)
        else:
            kind = {"wrong": "video/mp4", "octets": "application/octet-stream"}.get(way, "image/jpeg")
            self.head(kind, len(picture) if way in ("octets", "kept") else None)
            self.wfile.write(picture)
            self.wfile.flush()
            self.gone.wait(20 if way == "kept" else 0)

    def drip(self) -> None:
        """Two pictures that are no JPEGs, then one that never ends."""
        self.head("image/png")
        self.wfile.write(png(90))
        while self.asked.count(self.path) > 2 and not self.gone.wait(0.02):
            self.wfile.write(b"\0")

    def images(self) -> None:
        """Parts that are no JPEGs."""
        pictures = [png(level) for level in LEVELS]
        self.push(b"--b\r\nContent-Type: image/png\r\n\r\n" + part + b"\r\n" for part in itertools.cycle(pictures))

    def run(self) -> None:
        """JPEG after JPEG without any framing, of the type in the path."""
        self.head(self.path.removeprefix("/run/").partition("?")[0], 999_999_999 if "?" in self.path else None)
        for picture in itertools.cycle(self.pictures):
            self.wfile.write(picture)

    def parts(self) -> None:
        self.push(self.counted(), self.path.removeprefix("/parts/"))

    def esp(self) -> None:
        """As the ESP32's example program: the boundary stands behind each picture."""
        self.head(self.path.removeprefix("/esp/"))
        for picture in itertools.cycle(self.pictures):
            self.wfile.write(b"Content-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(picture))
            self.wfile.write(picture + b"\r\n--123456789000000000000987654321\r\n")

    def damaged(self) -> None:
        self.head("image/jpeg")
        self.wfile.write(b"\xff\xd8\xff\xd9")

    def late(self) -> None:
        picture_only = self.path.endswith("picture")
        self.gone.wait(0 if picture_only else PART_INTERVAL_S)
        self.head("multipart/x-mixed-replace; boundary=b")
        self.wfile.flush()
        self.gone.wait(PART_INTERVAL_S if picture_only else 0)
        for part in self.counted():
            self.wfile.write(part)

    def noise(self) -> None:
        self.head("application/octet-stream")
        while not self.gone.wait(0.01):
            self.wfile.write(b"\x5a" * 700)

    def slow(self) -> None:
        self.head("multipart/x-mixed-replace; boundary=b")
        for part in self.counted():
            self.wfile.write(part)
            self.gone.wait(PART_INTERVAL_S)

    def page(self) -> None:
        self.head("text/html", 9)
        self.wfile.write(b"<p>hello\n")

    def site(self) -> None:
        self.head("text/html", 15)
        self.wfile.write(b"<html>hello\r\n\r\n")

    def missing(self) -> None:
        self.head("text/html", 0, 404)

    def moved(self) -> None:
        self.head("text/plain", 0, 302, Location="/login")

    def loop(self) -> None:
        self.head("text/plain", 0, 307, Location="/loop")

    def astray(self) -> None:
        self.head("text/plain", 0, 302, Location="file:///etc/passwd")

    def login(self) -> None:
        if self.logged_in():
            self.mjpg()

    def logged_in(self) -> bool:
        """Whether the request has the right Digest login; if not, it is answered."""
        try:
            login = parse(self.headers["Authorization"] or "")
            assert isinstance(login, DigestCredentials)
            assert login.response == answer(login, "GET", secret(MD5, USER, "cam", PASSWORD))
        except (ValueError, AssertionError):
            self.head("text/plain", 0, 401, WWW_Authenticate=challenge("cam", "nonce", MD5))
            return False
        return True

    def renewed(self) -> None:
        """Digest with a new nonce for each request; the one of the first answer is old at once, or all are."""
        number = self.asked.count(self.path)
        try:
            login = parse(self.headers["Authorization"] or "")
            assert isinstance(login, DigestCredentials)
            assert login.response == answer(login, "GET", secret(MD5, USER, "cam", PASSWORD))
            assert login.nonce == f"n{number - 1}"
        except (ValueError, AssertionError):
            return self.head("text/plain", 0, 401, WWW_Authenticate=challenge("cam", f"n{number}", MD5))
        if number < 3 or self.path.endswith("always"):
            return self.head("text/plain", 0, 401, WWW_Authenticate=challenge("cam", f"n{number}", MD5, stale=True))
        return self.mjpg()

    def basic(self) -> None:
        sent = self.headers["Authorization"]
        self.logins.append(str(sent))
        if sent and parse(sent) == BasicCredentials(USER, PASSWORD):
            return self.mjpg()
        return self.head("text/plain", 0, 401, WWW_Authenticate=basic_challenge("cam"))

    def session(self) -> None:
        """Digest MD5-sess, checked by the arithmetic of RFC 7616, 3.4.2."""
        sent = dict(re.findall(r'(\w+)="?([^",]*)', self.headers["Authorization"] or ""))
        first = md5(f"{md5(f'{USER}:cam:{PASSWORD}')}:n1:{sent.get('cnonce')}")
        once = f"n1:{sent.get('nc')}:{sent.get('cnonce')}:auth"
        if sent.get("response") == md5(f"{first}:{once}:{md5(f'GET:{self.path}')}") and sent["algorithm"] == "MD5-sess":
            return self.mjpg()
        told = 'Digest realm="cam", nonce="n1", qop="auth", algorithm=MD5-sess'
        return self.head("text/plain", 0, 401, WWW_Authenticate=told)

    def astray_to(self) -> None:
        """Redirect to the address in the query."""
        self.head("text/plain", 0, 302, Location=unquote(self.path.partition("?")[2]))

    def hls(self) -> None:
        if not self.logged_in():
            return None
        if self.path.endswith("list"):
            lines = ["#EXTM3U", "#EXT-X-TARGETDURATION:1", *["#EXTINF:1,", "piece"] * 2, "#EXT-X-ENDLIST", ""]
            data = "\n".join(lines).encode()
        else:
            data = (self.folder / "stream.ts").read_bytes()
        self.head("text/plain", len(data))
        return self.wfile.write(data) and None

    def list_of_mute(self) -> None:
        """A live playlist, or with ``complete`` a complete one, of a segment that is never sent."""
        end = "#EXT-X-ENDLIST\n" if self.path.endswith("complete") else ""
        data = f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n/mute\n{end}".encode()
        self.head("text/plain", len(data))
        self.wfile.write(data)

    def video(self) -> None:
        data = (self.folder / "video.mp4").read_bytes()
        first = int((self.headers["Range"] or "bytes=0-").removeprefix("bytes=").partition("-")[0])
        more = {"Content_Range": f"bytes {first}-{len(data) - 1}/{len(data)}", "Accept_Ranges": "bytes"}
        self.head("video/mp4", len(data) - first, 206 if "Range" in self.headers else 200, **more)
        self.wfile.write(data[first:])

    def stream(self) -> None:
        self.head(self.path.removeprefix("/stream").removeprefix("/") or "video/mp2t")
        self.wfile.write((self.folder / "stream.ts").read_bytes())
        self.gone.wait(20)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
