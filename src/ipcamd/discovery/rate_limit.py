"""Rate limit of answers: so many in a second, and fewer of them to one address."""

from collections import OrderedDict, deque

PERIOD_S = 1.0
"""Seconds of a period."""
TOTAL = 40
"""Answers in one period."""
PER_ADDRESS = 10
"""Answers to one address in one period."""
ADDRESSES = 256
"""Addresses that are remembered."""


class AnswerRateLimit:
    """Counts answers by address. Forged senders cannot make it grow, nor the camera send more than `TOTAL`."""

    def __init__(self, total: int = TOTAL) -> None:
        """`total` answers are allowed in one period."""
        self._total: deque[float] = deque(maxlen=total)
        self._by_address: OrderedDict[str, deque[float]] = OrderedDict()

    def allows(self, address: str, now_s: float) -> bool:
        """Count one answer to `address`, and return True; or False if it would be one too many."""
        own = self._by_address.setdefault(address, deque(maxlen=PER_ADDRESS))
        self._by_address.move_to_end(address)
        if len(self._by_address) > ADDRESSES:
            self._by_address.popitem(last=False)
        if _is_full(own, now_s) or _is_full(self._total, now_s):
            return False
        own.append(now_s)
        self._total.append(now_s)
        return True


def _is_full(times: deque[float], now_s: float) -> bool:
    return len(times) == times.maxlen and now_s - times[0] < PERIOD_S
