"""From the hubs to the viewers: every frame laid out once and sent to all from the same memory.

A frame's part (boundary, headers, payload) is written once into a memfd, and each viewer's share of the work is one
``sendfile``, without a copy in this process: that is what lets Python serve more viewers than servers in C that copy.
A viewer whose socket is full never delays another; see `ipcamd.server.viewer`.
"""

import asyncio
import logging
import os
import time
from collections.abc import Callable, Iterator

from ipcamd.cgi.endpoint import Framing, Join
from ipcamd.errors import HttpError
from ipcamd.media.frame import Codec, Encoded
from ipcamd.media.hub import Hub
from ipcamd.server.answer import stream_head
from ipcamd.server.part import Part
from ipcamd.server.seats import Seats
from ipcamd.server.viewer import SecureViewer, Viewer
from ipcamd.wire.multipart import OPENING, plain_part, sdk_part

log = logging.getLogger(__name__)

WAITING = {Codec.JPEG: 1}
"""Parts that may wait for a slow viewer; JPEG stands alone, so only the newest is worth sending."""
WAITING_GROUP = 30
GROUP_LIMIT = 300
"""Parts kept for those who join; a longer group makes them wait for the next key frame."""


class Feed:
    """One hub's frames in one framing, for as long as somebody watches."""

    __slots__ = ("_clock", "_framing", "_group", "_hub", "_short", "_viewers")

    def __init__(self, hub: Hub, framing: Framing, clock: Callable[[], float]) -> None:
        self._hub = hub
        self._framing = framing
        self._clock = clock
        self._viewers: dict[Viewer, None] = {}
        self._group: list[Part] = []
        self._short = False  # of file descriptors or memory

    def add(self, viewer: Viewer) -> list[Part]:
        """Send to `viewer` from now on; return what it needs to start. Raises ``OSError`` without descriptors."""
        if not self._viewers:
            try:
                self._group = [self._part(frame) for frame in self._hub.join(self._publish)]
            except OSError:
                self._hub.leave(self._publish)
                raise
        self._viewers[viewer] = None
        return self._group if self._hub.group else []

    def remove(self, viewer: Viewer) -> bool:
        """Send no more to `viewer`; return whether others are left."""
        if viewer in self._viewers:
            del self._viewers[viewer]
            if not self._viewers:
                self._hub.leave(self._publish)
                self._group = []
        return bool(self._viewers)

    def _part(self, frame: Encoded) -> Part:
        sound = frame.codec is Codec.ULAW
        limit = WAITING.get(frame.codec, WAITING_GROUP)
        key = frame.key and (sound or bool(self._hub.group))  # what the hub keeps for nobody is no start
        return Part(_layout(frame, self._framing), key=key, limit=limit, sound=sound, made=self._clock())

    def _publish(self, frame: Encoded) -> None:
        try:
            part = self._part(frame)
        except OSError as error:
            if not self._short:
                log.warning("frames of %s are lost: %s", self._hub.name, error)
            self._short = True
            return
        self._short = False
        if frame.key or len(self._group) == GROUP_LIMIT:
            self._group = []
        if frame.key or self._group:
            self._group.append(part)
        self._send(part)

    def _send(self, part: Part) -> None:
        # the hottest loop of the camera: nothing is called per viewer but the kernel
        fd, size, sendfile = part.fd, part.size, os.sendfile
        for viewer in self._viewers:
            if not viewer.ready:
                viewer.offer(part)
                continue
            try:
                sent = sendfile(viewer.fd, fd, 0, size)
            except BlockingIOError:
                sent = 0
            except OSError:
                viewer.lose()
                continue
            if sent == size:
                viewer.sent += 1
            else:
                viewer.hold(part, sent)


class Fanout:
    """All viewers of the camera's streams over HTTP."""

    def __init__(
        self, seats: Seats | int = 1000, stall: float = 10.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`seats` are shared with other protocols, or a number; a viewer that takes nothing for `stall` s is cut."""
        self._seats = Seats(seats) if isinstance(seats, int) else seats
        self._stall = stall
        self._clock = clock
        self._feeds: dict[tuple[Hub, Framing], Feed] = {}
        self._openings: dict[tuple[str, Framing], Part] = {}
        self._viewers: dict[Viewer, Join] = {}
        self._tos = (0, 0)

    def __len__(self) -> int:
        return len(self._viewers)

    def __iter__(self) -> Iterator[Viewer]:
        return iter(tuple(self._viewers))

    def join(self, join: Join, transport: asyncio.Transport, address: str) -> Viewer:
        """Start sending the streams of `join` to a connection, head first. Raises ``HttpError`` 503 when full."""
        if not self._seats.admit():
            raise _full()
        make = SecureViewer if transport.get_extra_info("ssl_object") else Viewer
        try:
            viewer = make(transport, address, self._clock)
        except OSError:
            self._seats.release()
            raise _full() from None
        self._viewers[viewer] = join
        viewer.mark(self._tos[join.sound])
        try:
            viewer.start(self._head(join), self._pictures(join, viewer))
        except OSError:
            self.leave(viewer)
            raise _full() from None
        return viewer

    def leave(self, viewer: Viewer) -> None:
        """Forget a viewer whose connection ended."""
        viewer.close()
        if not (join := self._viewers.pop(viewer, None)):
            return
        self._seats.release()
        for key in ((hub, join.framing) for hub in join.hubs):
            if key in self._feeds and not self._feeds[key].remove(viewer):
                del self._feeds[key]

    def sweep(self) -> None:
        """Cut the viewers that take nothing any more."""
        for viewer in self:
            if viewer.stalled(self._stall):
                log.info("viewer %s took nothing for %g s and is cut", viewer.address, self._stall)
                viewer.lose()

    def mark(self, video: int, audio: int) -> None:
        """Mark what viewers get with this DSCP, 0 for none, and what those get who only listen (SDK 10.29)."""
        self._tos = video << 2, audio << 2
        for viewer, join in self._viewers.items():
            viewer.mark(self._tos[join.sound])

    def hush(self) -> None:
        """Cut those who only listen: there is no sound any more."""
        for viewer in self:
            if self._viewers[viewer].sound:
                viewer.lose()

    def _pictures(self, join: Join, viewer: Viewer) -> list[Part]:
        parts: list[Part] = []
        for hub in join.hubs:
            feed = self._feeds.setdefault((hub, join.framing), Feed(hub, join.framing, self._clock))
            parts += (part for part in feed.add(viewer) if not part.sound)
        return parts

    def _head(self, join: Join) -> Part:
        key = join.content_type, join.framing
        if key not in self._openings:
            first = b"" if join.framing is Framing.RAW else OPENING
            self._openings[key] = Part((stream_head(join.content_type), first))
        return self._openings[key]


def _full() -> HttpError:
    return HttpError(503, "too many viewers", (("Retry-After", "10"),))


def _layout(frame: Encoded, framing: Framing) -> tuple[bytes, ...]:
    if framing is Framing.SDK:
        return sdk_part(frame.header, frame.payload)
    if framing is Framing.PLAIN:
        return plain_part(frame.payload)
    return (frame.payload,)
