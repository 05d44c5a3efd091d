"""Packet ring: a stream's newest frames, for packets that WebRTC clients ask for again."""

from collections import deque
from collections.abc import Sequence

from ipcamd.server.rtp.frame import RtpFrame

FRAMES = 64
"""Frames that are kept: two seconds of video, or more."""


class PacketRing:
    """The newest frames of one stream, shared by all its viewers."""

    def __init__(self) -> None:
        self._frames: deque[RtpFrame] = deque(maxlen=FRAMES)

    def add(self, frame: RtpFrame) -> None:
        """Keep a frame; the same one may come once for each batch of viewers."""
        if not self._frames or self._frames[-1] is not frame:
            self._frames.append(frame)

    def fill(self, gop: Sequence[RtpFrame]) -> None:
        """Keep the frames that a new viewer gets, unless they are kept already."""
        if gop and (not self._frames or self._frames[-1] is not gop[-1]):
            self._frames.clear()
            self._frames.extend(gop)

    def find(self, sequence: int) -> bytes | None:
        """Return the packet with this sequence number; None if it is gone."""
        for frame in reversed(self._frames):
            place = sequence - frame.sequence & 0xFFFF
            if place < len(frame.packets):
                return frame.packets[place]
        return None
