"""NAL units of H.264 and H.265 in RTP: access units in Annex B form from single, aggregated and fragmented units."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import NamedTuple

from ipcamd.wire.bitstream.framer import MAX_BYTES
from ipcamd.wire.packetize.nal_units import START_CODE

_MOST_PARTS = 1 << 16
"""Maximum number of units and fragments of one picture."""
_LENGTH_BYTES = 2
_FIRST, _LAST = 0x80, 0x40
"""Bits of the header of a fragment."""


class TimedUnit(NamedTuple):
    """One access unit."""

    data: bytes
    """NAL units in Annex B form."""
    timestamp: int
    """RTP time stamp."""


class NalDepacketizer(ABC):
    """Depacketizer of one track, whose packets arrive in order. A subclass knows the codec's headers.

    A fragmented unit of which a packet is missing is left out; the other units of the picture remain.
    """

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size_bytes = 0
        self._timestamp = 0
        self._fragment: tuple[int, bool] | None = None
        """Position in `_parts` of an incomplete fragmented unit, and `_has_picture` before it."""
        self._has_picture = False
        """Whether a part of a picture has arrived."""
        self._picture_time: int | None = None
        """Time stamp of the last picture."""
        self._trusts_marker = True
        """Whether the marker ends a picture; some senders set it in each packet."""

    def add(self, payload: bytes, timestamp: int, marker: bool, gap: bool) -> list[TimedUnit]:
        """Return the access units that are complete with this packet. `gap`: packets before it are missing. Raises
        ``ValueError`` for packets of an unknown kind, and for a picture that is too large."""
        complete: list[TimedUnit] = []
        if gap:
            self._drop_fragment()
        if timestamp != self._timestamp:
            if self._parts:
                complete.append(self._take())
            self._timestamp = timestamp
        if payload:
            self._unpack(payload)
        if self._size_bytes > MAX_BYTES or len(self._parts) > _MOST_PARTS:
            raise ValueError(f"a picture of more than {MAX_BYTES >> 20} MB")
        if marker and self._trusts_marker and self._parts and not self._fragment:
            complete.append(self._take())
        return complete

    @abstractmethod
    def _unpack(self, payload: bytes) -> None:
        """Add the units of a payload, which is not empty. Raises ``ValueError`` for an unknown kind."""

    @staticmethod
    @abstractmethod
    def _is_picture(first: int) -> bool:
        """Return whether the unit that starts with this byte is a part of a picture."""

    def _add_unit(self, unit: bytes) -> None:
        self._fragment = None
        self._has_picture |= self._is_picture(unit[0])
        self._parts += (START_CODE, unit)
        self._size_bytes += len(unit)

    def _add_fragment(self, header: bytes, flags: int, data: bytes) -> None:
        """Add a part of a unit; `header` is that of the unit, `flags` are those of the fragment."""
        if flags & _FIRST:
            self._fragment = len(self._parts), self._has_picture
            self._has_picture |= self._is_picture(header[0])
            self._parts.append(START_CODE + header)
        elif self._fragment is None:  # its first part is missing
            return
        self._parts.append(data)
        self._size_bytes += len(data)
        if flags & _LAST:
            self._fragment = None

    def _drop_fragment(self) -> None:
        if self._fragment:
            at, self._has_picture = self._fragment
            del self._parts[at:]
            self._fragment = None

    def _take(self) -> TimedUnit:
        """Return the present access unit, and begin the next one."""
        if self._has_picture:
            if self._picture_time == self._timestamp:  # a part of the picture that the marker has ended
                self._trusts_marker = False
            self._picture_time = self._timestamp
        unit = TimedUnit(b"".join(self._parts), self._timestamp)
        self._parts, self._size_bytes, self._fragment, self._has_picture = [], 0, None, False
        return unit


def split_aggregate(payload: bytes, at: int) -> Iterator[bytes]:
    """Yield the units of an aggregate whose first length is at this position, without a truncated one."""
    while (start := at + _LENGTH_BYTES) < len(payload):
        at = start + int.from_bytes(payload[at:start])
        if start < at <= len(payload):
            yield payload[start:at]
