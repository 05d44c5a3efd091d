"""Congestion limit: the rate at which a viewer over UDP gets frames after its reports have shown that its line is too
slow."""

from collections import deque

from ipcamd.server.rtp.frame import RtpFrame
from ipcamd.wire.rtp.rtcp import ReceptionReport

MOST_LOSS = 0.15
"""Fraction of lost packets above which a line counts as too slow. Radio links lose less."""
_LITTLE_LOSS = 0.05
"""Fraction of lost packets from which the rate grows no more."""
LEAST_PACKETS = 100
"""Number of packets after which their loss is judged: among fewer ones, a few lost by chance exceed `MOST_LOSS`."""
_SHARE = 0.8
"""Share of the received rate that is sent next after losses."""
_GROWTH = 1.05
"""Growth of the rate from report to report with little loss."""
_HASTE = 1.25
"""Speed of the packets of one frame, relative to the rate."""
_LEAST_BYTES_PER_S = 8_000
_EASY_REPORTS = 10
"""Reports in a row without a skipped frame after which the limit ends."""
_FRAMES = 64
"""Number of frames of which packets may be retransmitted."""
_UNREPORTED = 256
"""Number of sent frames that wait for the report that covers them."""
_PACKET_BYTES = 1200


def measure_loss(earlier: ReceptionReport, later: ReceptionReport) -> float:
    """Return the fraction of packets lost between two reports, retransmitted ones not counted as lost.

    The fraction in a report covers only the time since the last report: a browser adds one to each request for lost
    packets, a few packets after the last one, so that a single lost packet is a large fraction.
    """
    expected = later.highest - earlier.highest
    return (later.lost - earlier.lost) / expected if expected > 0 else 0.0


class CongestionLimit:
    """Limit of one viewer. It selects whole frames; the viewer skips to the next key frame after each one left out."""

    def __init__(self, bytes_per_s: float, report: ReceptionReport, now_s: float) -> None:
        """`bytes_per_s` is the rate at which the viewer received, `report` the report that shows the congestion."""
        self._bytes_per_s = max(_LEAST_BYTES_PER_S, _SHARE * bytes_per_s)
        self._credit_bytes, self._now_s = 0.0, now_s
        self._report = report
        self._has_skipped, self._easy_reports = False, 0
        self._frames: deque[int] = deque(maxlen=_FRAMES)
        """First sequence numbers of the newest frames that were sent."""
        self._unreported: deque[tuple[int, int]] = deque(maxlen=_UNREPORTED)
        """First sequence number and number of the packets that were sent and that no report covers yet."""

    def admits(self, frame: RtpFrame, now_s: float) -> bool:
        """Return whether to send a frame now. A key frame may exceed the rate; later frames wait."""
        self._refill(now_s)
        if self._credit_bytes < 0:
            self._has_skipped = True
            return False
        self._credit_bytes -= frame.size_bytes
        self._frames.append(frame.sequence)
        self._unreported.append((frame.sequence, len(frame.packets)))
        return True

    def admits_repetition(self, frame: RtpFrame, now_s: float) -> bool:
        """Return whether to retransmit a packet of a frame, and count it: only of frames that were sent, and not for
        more than a second in advance."""
        self._refill(now_s)
        if frame.sequence not in self._frames or self._credit_bytes < -self._bytes_per_s:
            return False
        self._credit_bytes -= _PACKET_BYTES
        return True

    def pause_s(self, packets: list[bytes]) -> float:
        """Return the seconds from these packets to the next ones."""
        return sum(map(len, packets)) / (_HASTE * self._bytes_per_s)

    def is_over(self, report: ReceptionReport) -> bool:
        """Adapt the rate to the next report; return whether the line is no longer too slow."""
        received = (report.highest - report.lost) - (self._report.highest - self._report.lost)
        sent, self._report = self._take_sent(report.highest), report
        if not sent:  # nothing has arrived since the last report, which is no sign of an easy line
            return False
        loss = 1 - received / sent
        if loss > MOST_LOSS:
            self._bytes_per_s = max(_LEAST_BYTES_PER_S, self._bytes_per_s * max(0.5, 1 - loss))
        elif loss < _LITTLE_LOSS:
            self._bytes_per_s *= _GROWTH
        is_easy = loss <= MOST_LOSS and not self._has_skipped
        self._easy_reports = self._easy_reports + 1 if is_easy else 0
        self._has_skipped = False
        return self._easy_reports >= _EASY_REPORTS

    def _take_sent(self, highest: int) -> int:
        """Return how many sent packets are covered by a report for the first time; later ones are still on their
        way."""
        taken = 0
        while self._unreported:
            first, count = self._unreported.popleft()
            covered = min(count, (highest - first + 0x8000 & 0xFFFF) - 0x8000 + 1)
            if covered < count:
                reached = max(0, covered)
                self._unreported.appendleft((first + reached & 0xFFFF, count - reached))
                return taken + reached
            taken += covered
        return taken

    def _refill(self, now_s: float) -> None:
        gained = (now_s - self._now_s) * self._bytes_per_s
        self._credit_bytes, self._now_s = min(self._bytes_per_s / 2, self._credit_bytes + gained), now_s
