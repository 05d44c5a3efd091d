"""Hardware decoder: decodes packets in hardware, which may return pictures late."""

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

import av
from av.error import FFmpegError, InvalidDataError

from ipcamd.errors import SourceError
from ipcamd.media.decode.picture_decoder import open_decoder
from ipcamd.media.frame import Packet
from ipcamd.media.hardware_trial import MOST_WAITING, explain_failure

_TICK = {"pkt_timebase": "1/1000"}
"""Unit of the numbers that packets and pictures have in place of time stamps. Drivers convert them to microseconds or
units of 1/90000 s and back, which does not change a whole number of milliseconds."""


class DecodedPicture(NamedTuple):
    """Decoded picture."""

    frame: av.VideoFrame
    captured_ns: int
    """Capture time of its packet: nanoseconds since the epoch, UTC."""


class HardwareFailure(ValueError):
    """The hardware can no longer decode; the message is the reason."""


class HardwareDecoder:
    """Decoder of one stream, at most one picture per packet. For one thread."""

    def __init__(self, name: str, size: tuple[int, int], note_failure: Callable[[str], None] = lambda _: None) -> None:
        """`name` is FFmpeg's, `size` the pictures' width and height in pixels. `note_failure` gets the reason of a
        failure, once. Raises ``av.FFmpegError`` or ``ValueError`` if it cannot be opened, and `SourceError` if pictures
        of this size are too large."""
        self._context = open_decoder(name, size)
        self._context.options = self._context.options | _TICK
        self._context.open()
        self._note_failure = note_failure
        self._count = 0
        self._waiting: dict[int, int] = {}
        """Capture times of the packets without a picture yet, by number."""
        self._ready = deque[DecodedPicture]()
        """Pictures that came together with others."""
        self._unanswered = 0
        """Packets since the last picture."""

    def decode(self, packet: Packet) -> list[DecodedPicture]:
        """Return the picture of this packet or of an earlier one; none if none is complete. Raises
        `HardwareFailure`."""
        try:
            frames = self._decode(packet)
        except (FFmpegError, OSError, ValueError) as error:
            self._note_failure(reason := explain_failure(error))
            raise HardwareFailure(reason) from None
        self._ready.extend(DecodedPicture(frame, self._find_time(frame, packet)) for frame in frames)
        return [self._ready.popleft()] if self._ready else []

    def owes(self, captured_ns: int) -> bool:
        """Return whether the picture with this capture time is still to come."""
        return captured_ns in self._waiting.values() or any(each.captured_ns == captured_ns for each in self._ready)

    def _decode(self, packet: Packet) -> list[av.VideoFrame]:
        sent = av.Packet(packet.payload)
        sent.pts = self._count
        self._waiting[self._count] = packet.captured_ns
        self._count += 1
        if len(self._waiting) > MOST_WAITING:  # of damaged packets
            del self._waiting[min(self._waiting)]
        try:
            frames = self._context.decode(sent)
        except InvalidDataError:  # the packet is damaged
            frames = []
        self._unanswered = 0 if frames else self._unanswered + 1
        if self._unanswered > MOST_WAITING:
            raise ValueError("it returns no pictures")
        return frames

    def _find_time(self, frame: av.VideoFrame, packet: Packet) -> int:
        """Return the capture time of a picture; one without a number belongs to the oldest packet."""
        number = frame.pts if frame.pts in self._waiting else min(self._waiting, default=None)
        return packet.captured_ns if number is None else self._waiting.pop(number)


def open_hardware_decoder(
    name: str, size: tuple[int, int], note_failure: Callable[[str], None]
) -> HardwareDecoder | None:
    """Return a decoder; None, and the reason to `note_failure`, if it cannot be opened."""
    try:
        return HardwareDecoder(name, size, note_failure)
    except (FFmpegError, SourceError, OSError, ValueError) as error:
        note_failure(explain_failure(error))
        return None
