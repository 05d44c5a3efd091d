"""Strict parsers of the camera's endless responses, written from the specification alone: each wrong byte fails."""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from tests.e2e.camera import Client


class Readable(Protocol):
    def read(self, size: int) -> bytes: ...


@dataclass(frozen=True)
class Part:
    """One part of the SDK's framing (SDK 3.1)."""

    counter: int
    size: int
    type: int
    second: int
    microsecond: int
    format: int
    status: int
    payload: bytes

    @property
    def captured(self) -> float:
        """Seconds since the epoch."""
        return self.second + self.microsecond / 1e6


@dataclass(frozen=True)
class Format:
    """The Format word of a picture (SDK 3.1, 0x14)."""

    type: int
    scale: int
    rate: int
    ip_ratio: int
    quality: int
    scale_more: int
    reserved: int

    @classmethod
    def of(cls, word: int) -> "Format":
        def bits(low: int, high: int) -> int:
            return word >> low & ((1 << high - low + 1) - 1)

        return cls(bits(0, 3), bits(4, 7), bits(8, 13), bits(14, 21), bits(22, 25), bits(26, 29), bits(30, 31))


class FramingError(AssertionError):
    """The framing of the response is wrong."""


def exactly(stream: Readable, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        piece = stream.read(size - len(data))
        if not piece:
            raise EOFError(f"the stream ended {size - len(data)} bytes too early")
        data += piece
    return bytes(data)


def until_blank_line(stream: Readable) -> bytes:
    data = bytearray()
    while not data.endswith(b"\r\n\r\n"):
        data += exactly(stream, 1)
        if len(data) > 1000:
            raise FramingError(f"no empty line in {bytes(data[:100])!r}")
    return bytes(data)


def sdk_parts(stream: Readable) -> Iterator[Part]:
    """Give the parts of a ``multipart/mixed`` answer: boundary, length, 28 bytes, payload, and nothing in between."""
    while True:
        head = until_blank_line(stream)
        match = re.fullmatch(rb"--myboundary\r\nContent-Length: (\d{1,8})\r\n\r\n", head)
        if not match:
            raise FramingError(f"a part starts with {head!r}")
        body = exactly(stream, int(match[1]))
        words = struct.unpack_from("<7I", body)
        part = Part(*words, payload=body[28:])
        if part.size != len(part.payload):
            raise FramingError(f"Size is {part.size}, Content-Length {len(body)}")
        yield part


def plain_parts(stream: Readable) -> Iterator[bytes]:
    """Give the JPEGs of a ``multipart/x-mixed-replace`` answer; a CRLF stands before each boundary but the first."""
    opening = b"--myboundary\r\n"
    while True:
        head = until_blank_line(stream)
        if not head.startswith(opening):
            raise FramingError(f"a part starts with {head!r}")
        fields = dict(line.split(b": ", 1) for line in head[len(opening) : -4].split(b"\r\n"))
        if fields.get(b"Content-Type") != b"image/jpeg":
            raise FramingError(f"fields are {fields}")
        yield exactly(stream, int(fields[b"Content-Length"]))
        if exactly(stream, 2) != b"\r\n":
            raise FramingError("no CRLF after the picture")


def soi_to_eoi(stream: Readable) -> Iterator[bytes]:
    """Give JPEGs as many scripts find them: all bytes from FFD8 to FFD9."""
    data = b""
    while True:
        data += exactly(stream, 4096)
        start = data.find(b"\xff\xd8")
        end = data.find(b"\xff\xd9", start + 2)
        if start >= 0 and end >= 0:
            yield data[start : end + 2]
            data = data[end + 2 :]


STREAMS = {"MJPEG": "/cgi/mjpg/mjpeg.cgi", "H264": "/cgi/mpeg/stream1.cgi", "MPEG4": "/cgi/mpeg/stream2.cgi"}


def wait_in_stream(client: Client, seconds: float, encoding: str = "H264") -> None:
    """Wait until a stream has pictures of so many seconds of the camera's clock: recorders then have them, too."""
    with client.open(STREAMS[encoding]) as answer:
        parts = sdk_parts(answer)
        until = next(parts).captured + seconds
        while next(parts).captured < until:
            pass
