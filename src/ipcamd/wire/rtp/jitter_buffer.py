"""Jitter buffer: sorts sound packets, and waits a limited time for missing ones (RFC 3550, appendix A.1).

The order is that of the sequence numbers. Time stamps are ignored, because old talkers send arbitrary ones.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from ipcamd.wire.rtp.rtp import RtpPacket

BEGIN_S = 0.1
"""Seconds for which the first packet waits for an earlier one, which also provides a reserve for later delays."""

WAIT_S = 0.5
"""Seconds that packets wait for a missing one; also the most seconds of waiting sound."""

LEAP = 100
"""Difference of sequence numbers from which a new count starts."""


class Gap(NamedTuple):
    """Sound that was lost."""

    seconds: float


class JitterBuffer:
    """Packets of one talker. Times are seconds on a clock that never jumps.

    Every method yields the payloads that are complete by then, and gaps of the length of the lost ones.
    """

    def __init__(self, duration_s: Callable[[bytes], float]) -> None:
        """`duration_s` returns the length of a payload in seconds."""
        self._duration_s = duration_s
        self.late = 0
        """Packets that were late or repeated."""
        self._source: int | None = None
        self._next = 0
        """Number of the next packet."""
        self._begun = False
        self._held: dict[int, tuple[bytes, float]] = {}
        """Waiting packets by number, which continues beyond 2**16: payload and arrival time."""
        self._length_s = 0.0
        """Length of the newest payload, which is the assumed length of lost ones."""

    @property
    def due(self) -> float | None:
        """Time at which to call `take` without a new packet; None for never."""
        if not self._held:
            return None
        return min(came for _, came in self._held.values()) + (WAIT_S if self._begun else BEGIN_S)

    def put(self, packet: RtpPacket, now_s: float) -> Iterator[bytes | Gap]:
        """Add a packet."""
        yield from self.take(now_s)
        if packet.ssrc != self._source or not -LEAP <= self._ahead(packet.sequence) <= LEAP:
            yield from self._rest()
            self._source, self._next, self._begun = packet.ssrc, packet.sequence, False
        number = self._next + self._ahead(packet.sequence)
        if number in self._held or (self._begun and number < self._next):
            self.late += 1
            return
        self._held[number] = packet.payload, now_s
        self._length_s = self._duration_s(packet.payload)
        yield from self.take(now_s)

    def take(self, now_s: float) -> Iterator[bytes | Gap]:
        """Stop waiting for packets that have been missing too long."""
        while self._held and (self._ready() or self._overdue(now_s)):
            first = min(self._held)
            if self._begun and first > self._next:
                yield Gap(min((first - self._next) * self._length_s, WAIT_S))
            self._begun, self._next = True, first + 1
            yield self._held.pop(first)[0]

    def _ready(self) -> bool:
        return self._begun and self._next in self._held

    def _overdue(self, now_s: float) -> bool:
        held_s = sum(self._duration_s(payload) for payload, _ in self._held.values())
        return held_s > WAIT_S or (self.due is not None and now_s >= self.due)

    def _rest(self) -> Iterator[bytes | Gap]:
        """Stop waiting for all missing packets."""
        for number in sorted(self._held):
            yield self._held.pop(number)[0]

    def _ahead(self, sequence: int) -> int:
        """Return the distance of a number from the next one, modulo 2**16."""
        return (sequence - self._next + 0x8000) % 0x10000 - 0x8000
