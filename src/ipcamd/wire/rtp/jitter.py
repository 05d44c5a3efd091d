"""Jitter buffer: puts sound packets in order, and waits a while for missing ones (RFC 3550, appendix A.1).

Order is what the sequence numbers say. Time stamps are not looked at: old talkers write anything there.
"""

from collections.abc import Iterator

from ipcamd.wire.rtp.rtp import RtpPacket

BEGIN_S = 0.1
"""Seconds that the first packet waits for one that was sent before it: a start for what comes late later on."""

WAIT_S = 0.5
"""Seconds that packets wait for a missing one at most; so much sound, too."""

LEAP = 100
"""Packets: a number that is farther off begins a new count."""

_RATE = 8000
_SILENCE = b"\xff"


class JitterBuffer:
    """The packets of one talker of u-law. Times are seconds on a clock that never jumps.

    Every method yields the sound that is complete by then; a gap in it is filled with silence, and no longer than the
    sound that was lost.
    """

    def __init__(self) -> None:
        self.late = 0
        """Packets that were too late, or came twice."""
        self._source: int | None = None
        self._next = 0
        """The number of the packet that is due."""
        self._begun = False
        self._held: dict[int, tuple[bytes, float]] = {}
        """By number, which goes on beyond 2**16: payload, and when it came."""
        self._length = 0
        """Bytes of the newest payload: the lost ones were as long, probably."""

    @property
    def due(self) -> float | None:
        """When to call `take`, if nothing comes; None for never."""
        if not self._held:
            return None
        return min(came for _, came in self._held.values()) + (WAIT_S if self._begun else BEGIN_S)

    def put(self, packet: RtpPacket, now_s: float) -> Iterator[bytes]:
        """Take a packet."""
        yield from self.take(now_s)
        if packet.ssrc != self._source or not -LEAP <= self._ahead(packet.sequence) <= LEAP:
            yield from self._rest()
            self._source, self._next, self._begun = packet.ssrc, packet.sequence, False
        number = self._next + self._ahead(packet.sequence)
        if number in self._held or (self._begun and number < self._next):
            self.late += 1
            return
        self._held[number] = packet.payload, now_s
        self._length = len(packet.payload)
        yield from self.take(now_s)

    def take(self, now_s: float) -> Iterator[bytes]:
        """Wait no longer for what is missing too long."""
        while self._held and (self._ready() or self._overdue(now_s)):
            first = min(self._held)
            if self._begun and first > self._next:
                yield _SILENCE * min((first - self._next) * self._length, int(WAIT_S * _RATE))
            self._begun, self._next = True, first + 1
            yield self._held.pop(first)[0]

    def _ready(self) -> bool:
        return self._begun and self._next in self._held

    def _overdue(self, now_s: float) -> bool:
        held = sum(len(payload) for payload, _ in self._held.values())
        return held > WAIT_S * _RATE or (self.due is not None and now_s >= self.due)

    def _rest(self) -> Iterator[bytes]:
        """Give up waiting altogether."""
        for number in sorted(self._held):
            yield self._held.pop(number)[0]

    def _ahead(self, sequence: int) -> int:
        """Return how far a number is from the one that is due: numbers go round."""
        return (sequence - self._next + 0x8000) % 0x10000 - 0x8000
