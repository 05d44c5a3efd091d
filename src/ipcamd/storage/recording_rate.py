"""Recording rate: bytes recorded per day, from which the pages derive the recording time left on the card."""

from ipcamd.storage.card import Card
from ipcamd.time_units import SECOND_NS

_HOUR_NS = 3600 * SECOND_NS
_DAY_NS = 24 * _HOUR_NS
_WEEK_NS = 7 * _DAY_NS


def bytes_per_day(card: Card, now_ns: int) -> int:
    """Return the bytes recorded per day, averaged over the last week; 0 if nothing was recorded."""
    recent = [r for r in card.index if now_ns - _WEEK_NS <= r.started_ns <= now_ns]
    if not recent:
        return 0
    span_ns = max(_HOUR_NS, now_ns - min(r.started_ns for r in recent))
    return sum(r.size_bytes for r in recent) * _DAY_NS // span_ns
