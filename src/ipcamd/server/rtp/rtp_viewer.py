"""RTP viewer over any transport: its start, and its skip to the next key frame when it is slow; and what sends to
it."""

from abc import ABC, abstractmethod
from collections.abc import Collection
from typing import Any, Protocol, Self

from ipcamd.media.stream.key_frame_queue import KeyFrameGate
from ipcamd.media.stream.traffic import StreamTraffic, ViewerIdentity
from ipcamd.server.rtp.frame import RtpFrame
from ipcamd.wire.packetize.payload_format import PayloadFormat


class RtpViewer(KeyFrameGate, ABC):
    """Receiver of one stream's packets."""

    __slots__ = ("_bytes_sent", "_newest", "identity", "traffic")

    def __init__(self, identity: ViewerIdentity) -> None:
        super().__init__()
        self.identity = identity
        self.traffic: StreamTraffic | None = None
        """Counter of its frames; set by its stream."""
        self._bytes_sent = 0
        self._newest: RtpFrame | None = None

    @property
    def bytes_sent(self) -> int:
        """Bytes of the frames sent to it."""
        return self._bytes_sent

    @property
    @abstractmethod
    def batch_key(self) -> Any:
        """Hashable key shared by all viewers of one `send_batch`."""

    @classmethod
    @abstractmethod
    def send_batch(cls, batch_key: Any, viewers: Collection[Self], frame: RtpFrame) -> int:
        """Send a frame to all viewers of one batch.

        This is the hot loop: it makes only kernel calls. A viewer that is behind gets the frame by `offer`. Return how
        many were behind, or failed.
        """

    @classmethod
    def report_batch(cls, batch_key: Any, viewers: Collection[Self], packet: bytes) -> None:
        """Send an RTCP packet to all viewers of one batch."""
        del batch_key  # for transports that send to all at once
        for viewer in tuple(viewers):
            viewer.report(packet)

    def start(self, gop: list[RtpFrame]) -> None:
        """Send the frames that a decoder needs to start now; after a pause, only those that it has not received."""
        if self._newest in gop:
            gop = [] if self.skipping else gop[gop.index(self._newest) + 1 :]
        else:
            self.skipping = not gop
        if gop:
            self._begun = True
            self._send_first(gop)
            self._count(len(gop), sum(frame.size_bytes for frame in gop))

    def offer(self, frame: RtpFrame) -> None:
        """Send the next frame, or skip it. Never blocks."""
        if not self.passes(frame):
            return
        if self._send(frame):
            self._count(1, frame.size_bytes)
        else:
            self.drop(1)

    def drop(self, count: int) -> None:
        """See `KeyFrameGate`."""
        before = self.dropped
        super().drop(count)
        if self.traffic and self.dropped > before:
            self.traffic.drop(self.identity, self.dropped - before)

    def _count(self, frames: int, size_bytes: int) -> None:
        self._bytes_sent += size_bytes
        if self.traffic:
            self.traffic.frames_sent += frames
            self.traffic.bytes_sent += size_bytes

    def pause(self, newest: RtpFrame | None) -> None:
        """Stop sending for now; `newest` was the last frame. Waiting frames are dropped."""
        self._newest = newest

    @abstractmethod
    def report(self, packet: bytes) -> None:
        """Send an RTCP packet."""

    @abstractmethod
    def _send_first(self, gop: list[RtpFrame]) -> None:
        """Send the first frames at the pace of the transport."""

    @abstractmethod
    def _send(self, frame: RtpFrame) -> bool:
        """Send a frame; return False if the viewer cannot take it now."""


class RtpSender(Protocol):
    """Sender of one live or recorded track's packets."""

    format: PayloadFormat

    @property
    def label(self) -> str:
        """Name for lists of viewers."""

    @property
    def ssrc(self) -> int:
        """SSRC of its packets (RFC 3550)."""

    def add(self, viewer: RtpViewer) -> None:
        """Start sending to `viewer`."""

    def remove(self, viewer: RtpViewer) -> None:
        """Stop sending to `viewer`."""

    def ask_key(self) -> None:
        """Request a key frame."""
