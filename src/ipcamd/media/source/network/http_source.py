"""HTTP source: pictures, streams and video files, recognized by content instead of declared type."""

import threading
from collections.abc import Iterator
from contextlib import closing
from enum import Enum, auto
from functools import partial

from ipcamd.errors import SourceError
from ipcamd.media.decode.picture_decoder import is_image_file
from ipcamd.media.frame import SourceItem
from ipcamd.media.source.ffmpeg import open_media
from ipcamd.media.source.media_file.loop_player import play_in_loop
from ipcamd.media.source.media_file.media_file import MediaFile
from ipcamd.media.source.network.ffmpeg_receiver import receive_bytes
from ipcamd.media.source.network.hls_playlist import BEGINNING, PlaylistMemory, play_playlist
from ipcamd.media.source.network.http_client import HttpAnswer, fetch
from ipcamd.media.source.network.http_login import split_login
from ipcamd.media.source.network.http_stream_receiver import PushReceiver
from ipcamd.media.source.network.remote_file import FFMPEG_OPTIONS, RemoteFile
from ipcamd.media.source.network.tls_password_policy import TlsPolicy
from ipcamd.media.source.pacing import Ticker
from ipcamd.media.source.reception import Reception
from ipcamd.media.source.source_timeout import SourceTimeout
from ipcamd.time_units import SECOND_NS
from ipcamd.wire.http.multipart_parser import PART_LIMIT_BYTES
from ipcamd.wire.jpeg_scanner import SOI

_HEAD_BYTES = 16
"""Number of first bytes that determine the kind."""

_BURST = 3 * SECOND_NS
_STILLS = 10
"""Most requests for single pictures per second."""


class ContentKind(Enum):
    """Kind of content of a response."""

    PARTS = auto()
    """Pictures in a multipart body, or a sequence of JPEGs, even a single one."""
    STILL = auto()
    """One picture that is not a JPEG."""
    PLAYLIST = auto()
    """An HLS playlist (RFC 8216)."""
    DASH = auto()
    """An MPEG-DASH list, which PyAV's FFmpeg cannot read."""
    PAGE = auto()
    """A web page."""
    FILE = auto()
    """A video file."""
    STREAM = auto()
    """Endless video."""


_MAGIC = (
    (ContentKind.PARTS, (SOI, b"--", b"Content-", b"content-", b"CONTENT-")),
    (ContentKind.PLAYLIST, (BEGINNING,)),
    (ContentKind.DASH, (b"<MPD",)),
    (ContentKind.PAGE, (b"<!DOCTYPE", b"<!doctype", b"<html", b"<HTML", b"<head", b"<HEAD")),
)
_FORMS = {
    "video/h264": ("h264", b"\0\0"),
    "video/h265": ("hevc", b"\0\0"),
    "video/mp4v-es": ("m4v", b"\0\0\1"),
    "video/mp2t": ("mpegts", b"G"),
    "video/x-flv": ("flv", b"FLV"),
}
"""Media types whose format FFmpeg need not detect: its name, and the start of the data."""


_UNFIT = {
    ContentKind.PAGE: "answers with a web page; use the address of the picture or stream itself",
    ContentKind.DASH: "is an MPEG-DASH list, which is not supported; use an HLS or RTSP address",
}


def kind_of(answer: HttpAnswer) -> ContentKind:
    """Return the kind of an answer; its declared type is used only if its first bytes are ambiguous."""
    head = answer.peek(_HEAD_BYTES).lstrip(b"\r\n \t")
    for kind, beginnings in _MAGIC:
        if head.startswith(beginnings):
            return kind
    if is_image_file(head):
        return ContentKind.STILL
    if answer.type.startswith("multipart/"):
        return ContentKind.PARTS
    if "dash+xml" in answer.type:
        return ContentKind.DASH
    return ContentKind.STREAM if answer.length is None else ContentKind.FILE


def play_http(url: str, tls: TlsPolicy, memory: PlaylistMemory, reception: Reception) -> Iterator[SourceItem]:
    """Yield an address's pictures and sound (see `Source.play`). A single picture is requested repeatedly. Raises
    `SourceError`."""
    receiver, ticker = PushReceiver(reception), Ticker(reception.clock, reception.stop)
    while not reception.stop.is_set():
        with closing(fetch(url, tls, reception.limit, reception.stop)) as answer:
            kind = kind_of(answer)
            if kind in _UNFIT:
                raise SourceError(_UNFIT[kind])
            if kind is ContentKind.STREAM:
                yield from _stream(answer, reception)
            if kind not in (ContentKind.PARTS, ContentKind.STILL):
                break
            yield from _pictures(kind, answer, receiver, reception)
        ticker.wait(min(reception.wanted().rate, _STILLS))
    if reception.stop.is_set():
        return
    if kind is ContentKind.PLAYLIST:
        yield from play_playlist(url, tls, memory, reception)
    else:
        yield from play_in_loop(partial(_open_file, url, tls, reception.stop), reception)


def _pictures(
    kind: ContentKind, answer: HttpAnswer, receiver: PushReceiver, reception: Reception
) -> Iterator[SourceItem]:
    """Yield an answer's pictures. Raises `SourceError` if it is a stream that ended, or damaged."""
    pictures, damaged = receiver.pictures, receiver.damaged
    if kind is ContentKind.STILL:
        yield from receiver.still(_whole(answer, receiver))
    else:
        yield from receiver.receive(answer.read, answer.boundary)
    if receiver.pictures != pictures + 1 and not reception.stop.is_set():
        raise SourceError("ended")
    if receiver.damaged != damaged:
        raise SourceError("sends a picture that cannot be decoded")


def _whole(answer: HttpAnswer, receiver: PushReceiver) -> bytes:
    """Return a picture. Raises `SourceError` if it is too large or takes too long."""
    data = bytearray()
    while piece := answer.read():
        data += piece
        if len(data) > PART_LIMIT_BYTES:
            raise SourceError(f"sends a picture of more than {PART_LIMIT_BYTES >> 20} MiB")
        receiver.expect_picture()
    return bytes(data)


def _stream(answer: HttpAnswer, reception: Reception) -> Iterator[SourceItem]:
    form, beginning = _FORMS.get(answer.type, ("", b""))
    known = form if form and answer.peek(_HEAD_BYTES).startswith(beginning) else None
    return receive_bytes(answer, known, reception, _BURST)


def _open_file(url: str, tls: TlsPolicy, stop: threading.Event) -> MediaFile:
    """Open a video file; `fetch` opens every address that FFmpeg needs."""
    limit = SourceTimeout()

    def open_address(place: str, _flags: int, _options: dict[str, str]) -> RemoteFile:
        return RemoteFile(lambda first_byte: fetch(url, tls, limit, stop, place, first_byte))

    place = split_login(url)[0]
    return MediaFile(lambda: open_media(place, FFMPEG_OPTIONS, None, limit, open_address), limit)
