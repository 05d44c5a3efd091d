"""Retransmission to WebRTC clients (NACK, RFC 4585): the stored frames of a stream, and the limit per viewer."""

from collections import deque
from collections.abc import Sequence

from ipcamd.server.rtp.frame import RtpFrame

FRAMES = 64
"""Number of stored frames: two seconds of video or more."""
PACKETS_PER_S = 500
"""Maximum number of packets per second that are retransmitted to one viewer."""


class PacketRing:
    """The newest frames of one stream, shared by all its viewers."""

    def __init__(self) -> None:
        self._frames: deque[RtpFrame] = deque(maxlen=FRAMES)

    def add(self, frame: RtpFrame) -> None:
        """Store a frame; the same one may be added once per batch of viewers."""
        if not self._frames or self._frames[-1] is not frame:
            self._frames.append(frame)

    def fill(self, gop: Sequence[RtpFrame]) -> None:
        """Store the first frames of a new viewer, unless they are stored already."""
        if gop and (not self._frames or self._frames[-1] is not gop[-1]):
            self._frames.clear()
            self._frames.extend(gop)

    def find(self, sequence: int) -> tuple[RtpFrame, int] | None:
        """Return the frame and the place in it of the packet with this sequence number; None if it is no longer
        stored."""
        for frame in reversed(self._frames):
            place = sequence - frame.sequence & 0xFFFF
            if place < len(frame.packets):
                return frame, place
        return None


class RetransmissionLimit:
    """Limit on the packets that are retransmitted to one viewer."""

    __slots__ = ("_packets", "_since_s")

    def __init__(self) -> None:
        self._packets, self._since_s = 0, 0.0

    def admit(self, now_s: float) -> bool:
        """Count a packet if fewer than `PACKETS_PER_S` were counted in this second; return whether it was."""
        if now_s - self._since_s >= 1:
            self._packets, self._since_s = 0, now_s
        if self._packets >= PACKETS_PER_S:
            return False
        self._packets += 1
        return True
