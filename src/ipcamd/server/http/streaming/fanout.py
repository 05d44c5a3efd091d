"""Fan-out of frames to HTTP viewers: each frame is formatted once and sent to all viewers from the same memory.

A frame's part (boundary, headers, payload) is written once to a memfd and sent to each viewer with one ``sendfile``.
This process copies nothing per viewer, so it serves more viewers than C servers that copy. A viewer whose socket is
full never delays another; see `ipcamd.server.http.streaming.http_viewer`.
"""

import asyncio
import logging
import os
import time
from collections.abc import Callable, Iterator
from functools import lru_cache

from ipcamd.cgi.endpoint import Framing, Join
from ipcamd.errors import HttpError
from ipcamd.logs import SummaryLog
from ipcamd.media.frame import EncodedFrame
from ipcamd.media.stream.gop_cache import PackedGop
from ipcamd.media.stream.hub import Hub
from ipcamd.media.stream.traffic import StreamTraffic, Traffic, ViewerIdentity
from ipcamd.server.connection_timeouts import STALL_TIMEOUT_S
from ipcamd.server.http.response import format_stream_head
from ipcamd.server.http.streaming.http_viewer import TlsViewer, Viewer, max_frames
from ipcamd.server.http.streaming.payload_header_values import pack_payload_header
from ipcamd.server.http.streaming.shared_buffer import SharedBuffer
from ipcamd.wire.http.multipart_writer import OPENING, plain_part, sdk_part

log = logging.getLogger(__name__)

PROTOCOL = "http"
"""Protocol name for counting its viewers and frames."""


class Feed:
    """One hub's frames in one framing while there are viewers."""

    __slots__ = ("_framing", "_gop", "_hub", "_now_s", "_out_of_memory", "_traffic", "_viewers")

    def __init__(self, hub: Hub, framing: Framing, traffic: StreamTraffic, now_s: Callable[[], float]) -> None:
        self._hub = hub
        self._framing = framing
        self._traffic = traffic
        self._now_s = now_s
        self._viewers: dict[Viewer, None] = {}
        self._gop: PackedGop[SharedBuffer] = PackedGop(hub.gop_cache)
        self._out_of_memory = False  # or of file descriptors

    def add(self, viewer: Viewer) -> list[SharedBuffer]:
        """Send to `viewer` from now on; return the present GOP. Raises ``OSError`` without file descriptors."""
        if not self._viewers:
            self._hub.subscribe(self._publish)
            try:
                self._gop.fill(self._format)
            except OSError:
                self._hub.unsubscribe(self._publish)
                raise
        self._viewers[viewer] = None
        return self._gop.items()

    def remove(self, viewer: Viewer) -> bool:
        """Stop sending to `viewer`; return whether there are other viewers."""
        if viewer in self._viewers:
            del self._viewers[viewer]
            if not self._viewers:
                self._hub.unsubscribe(self._publish)
                self._gop.clear()
        return bool(self._viewers)

    def _format(self, frame: EncodedFrame) -> SharedBuffer:
        sound = frame.codec.is_audio
        key = frame.key and (sound or bool(self._hub.gop))  # viewers start only with frames that the hub keeps
        pieces = _format_part(frame, self._framing)
        return SharedBuffer(pieces, key=key, sound=sound, made_s=self._now_s(), traffic=self._traffic)

    def _publish(self, frame: EncodedFrame) -> None:
        try:
            buffer = self._format(frame)
        except OSError as error:
            if not self._out_of_memory:
                log.warning("frames of %s are lost: %s", self._hub.name, error)
            self._out_of_memory = True
            return
        self._out_of_memory = False
        self._gop.add(frame, buffer)
        self._send(buffer)

    def _send(self, buffer: SharedBuffer) -> None:
        # the hottest loop of the camera: for each viewer it makes only kernel calls
        fd, size, sendfile, behind = buffer.fd, buffer.size_bytes, os.sendfile, 0
        for viewer in self._viewers:
            if not viewer.ready:
                behind += 1
                viewer.offer(buffer)
                continue
            try:
                sent = sendfile(viewer.fd, fd, 0, size)
            except BlockingIOError:
                sent = 0
            except OSError:
                behind += 1
                viewer.abort()
                continue
            if sent == size:
                viewer.sent += 1
            else:
                behind += 1
                viewer.hold(buffer, sent)
        self._traffic.send(len(self._viewers) - behind, size)


class Fanout:
    """All viewers of the camera's streams over HTTP."""

    def __init__(
        self,
        stall_timeout_s: float = STALL_TIMEOUT_S,
        now_s: Callable[[], float] = time.monotonic,
        traffic: Traffic | None = None,
    ) -> None:
        """A viewer that accepts no bytes for `stall_timeout_s` s is disconnected."""
        self._stall_timeout_s = stall_timeout_s
        self._now_s = now_s
        self.traffic = traffic or Traffic()
        """Frames sent and dropped, by stream."""
        self._feeds: dict[tuple[Hub, Framing], Feed] = {}
        self._openings: dict[tuple[str, Framing], SharedBuffer] = {}
        self._viewers: dict[Viewer, Join] = {}
        self._tos = (0, 0)
        self._note_cut = SummaryLog(log, logging.INFO, now_s)

    def __len__(self) -> int:
        return len(self._viewers)

    def __iter__(self) -> Iterator[Viewer]:
        return iter(tuple(self._viewers))

    def join(self, join: Join, transport: asyncio.Transport, address: str, account: str = "") -> Viewer:
        """Start sending the streams of `join` to a connection, header first.

        `address` and `account` identify the viewer in logs. Raises ``HttpError`` 503 without file descriptors.
        """
        make = TlsViewer if transport.get_extra_info("ssl_object") else Viewer
        try:
            viewer = make(transport, _identity(address, PROTOCOL, account), max_frames(join.hubs[0].codec), self._now_s)
        except OSError:
            raise _full() from None
        self._viewers[viewer] = self._shared(join)
        viewer.mark(self._tos[join.sound])
        try:
            viewer.start(self._head(join), self._pictures(join, viewer))
        except OSError:
            self.leave(viewer)
            raise _full() from None
        return viewer

    def streams_of(self, viewer: Viewer) -> tuple[str, ...]:
        """Return the names of the streams that a viewer receives."""
        join = self._viewers.get(viewer)
        return tuple(hub.name for hub in join.hubs) if join else ()

    def leave(self, viewer: Viewer) -> None:
        """Remove a viewer whose connection has ended."""
        viewer.close()
        if not (join := self._viewers.pop(viewer, None)):
            return
        for key in ((hub, join.framing) for hub in join.hubs):
            if key in self._feeds and not self._feeds[key].remove(viewer):
                del self._feeds[key]

    def close(self) -> None:
        """Remove all viewers and stop sending. Their connections stay open."""
        for viewer in self:
            self.leave(viewer)

    def disconnect_stalled(self) -> None:
        """Disconnect the viewers that accept no more bytes."""
        for viewer in self:
            if viewer.stalled(self._stall_timeout_s):
                self._note_cut(
                    "viewer %s accepted no data for %g s and is disconnected", viewer.identity, self._stall_timeout_s
                )
                viewer.abort()

    def mark(self, video: int, audio: int) -> None:
        """Set the DSCPs of packets to viewers of pictures, and of audio only; 0 for none (SDK 10.29)."""
        self._tos = video << 2, audio << 2
        for viewer, join in self._viewers.items():
            viewer.mark(self._tos[join.sound])

    def drop_audio_viewers(self) -> None:
        """Disconnect the audio-only viewers: the microphone is disabled."""
        for viewer in self:
            if self._viewers[viewer].sound:
                viewer.abort()

    def end_stream(self, hub: Hub) -> None:
        """Disconnect the viewers of a stream that ends."""
        for viewer in self:
            if hub in self._viewers[viewer].hubs:
                viewer.abort()
                self.leave(viewer)

    def _shared(self, join: Join) -> Join:
        """Return an equal object of the newest viewer: most viewers receive the same streams, so they share it."""
        newest = next(reversed(self._viewers.values()), None)
        return newest if newest == join else join

    def _pictures(self, join: Join, viewer: Viewer) -> list[SharedBuffer]:
        buffers: list[SharedBuffer] = []
        for hub in join.hubs:
            buffers += (buffer for buffer in self._feed(hub, join.framing).add(viewer) if not buffer.sound)
        return buffers

    def _feed(self, hub: Hub, framing: Framing) -> Feed:
        if (hub, framing) not in self._feeds:
            self._feeds[hub, framing] = Feed(hub, framing, self.traffic.of(hub.name, PROTOCOL), self._now_s)
        return self._feeds[hub, framing]

    def _head(self, join: Join) -> SharedBuffer:
        if join.opening:
            return SharedBuffer((format_stream_head(join.content_type), join.opening))
        key = join.content_type, join.framing
        if key not in self._openings:
            first = b"" if join.framing is Framing.RAW else OPENING
            self._openings[key] = SharedBuffer((format_stream_head(join.content_type), first))
        return self._openings[key]


_identity = lru_cache(maxsize=64)(ViewerIdentity)
"""Cached, because the viewers of one client are named alike."""


def _full() -> HttpError:
    return HttpError(503, "out of file descriptors", (("Retry-After", "10"),))


def _format_part(frame: EncodedFrame, framing: Framing) -> tuple[bytes, ...]:
    if framing is Framing.SDK:
        return sdk_part(pack_payload_header(frame), frame.payload)
    if framing is Framing.PLAIN:
        return plain_part(frame.payload, frame.codec.content_type.encode())
    return (frame.payload,)
