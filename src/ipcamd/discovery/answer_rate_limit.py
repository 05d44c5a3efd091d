"""Rate limit of answers to searches by SSDP and WS-Discovery: in total, and per address."""

from collections import deque

from ipcamd.store.lru_dict import LruDict

PERIOD_S = 1.0
"""Length of a period, in seconds."""
SSDP_ANSWERS = 40
"""Answers to all searches by SSDP in one period."""
WS_DISCOVERY_ANSWERS = 10
"""Answers to all searches by WS-Discovery in one period, because the sender of a search can be forged."""
ANSWERS_PER_ADDRESS = 10
"""Answers to one address in one period."""
ADDRESSES = 256
"""Maximum number of addresses that are stored."""


class AnswerRateLimit:
    """Counts answers by address. Forged senders increase neither its size nor the number of answers."""

    def __init__(self, total: int) -> None:
        """`total` answers are allowed in one period."""
        self._total: deque[float] = deque(maxlen=total)
        self._by_address = LruDict[str, deque[float]](ADDRESSES)

    def allows(self, address: str, now_s: float) -> bool:
        """Count one answer to `address`; return False if it exceeds the limit."""
        own = self._by_address.touch(address, lambda: deque(maxlen=ANSWERS_PER_ADDRESS))
        if _is_full(own, now_s) or _is_full(self._total, now_s):
            return False
        own.append(now_s)
        self._total.append(now_s)
        return True


def _is_full(times: deque[float], now_s: float) -> bool:
    return len(times) == times.maxlen and now_s - times[0] < PERIOD_S
