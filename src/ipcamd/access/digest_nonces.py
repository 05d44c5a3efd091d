"""Nonces of Digest logins (RFC 7616, 3.3 and 5.12): they contain proof of their age, and each use counts once.

An issued nonce costs no memory: it contains its time and an authentication code. Only nonces of successful logins are
stored, so that a recorded login cannot be replayed.
"""

import hmac
import os
from collections import OrderedDict
from collections.abc import Callable

LIFE_S = 300.0
"""Validity of a nonce, in seconds."""

REMEMBERED = 4096
"""Maximum number of used nonces in memory; above it, one is dropped, and older unused ones become stale."""

_WINDOW = 64  # requests over several connections may arrive out of order by at most this many
_ALL = (1 << _WINDOW) - 1
_SPENT = 1 << 32  # higher than any count


class _Use:
    """Use counts of one nonce."""

    __slots__ = ("highest", "issued_s", "seen")

    def __init__(self, issued_s: float) -> None:
        self.issued_s = issued_s
        self.highest = 0
        self.seen = _ALL  # bit i: the count `highest - i` was used; 0 and less are invalid

    def take(self, count: int) -> bool:
        """Record this count; False if it was used before, or is too old to tell."""
        ahead = count - self.highest
        if ahead > 0:
            self.seen = (self.seen << min(ahead, _WINDOW) | 1) & _ALL
            self.highest = count
            return True
        if -ahead >= _WINDOW or self.seen >> -ahead & 1:
            return False
        self.seen |= 1 << -ahead
        return True


class Nonces:
    """Issues nonces, and checks its own."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        """`now_s` returns seconds on a monotonic clock."""
        self._now_s = now_s
        self._key = os.urandom(32)
        self._used: OrderedDict[str, _Use] = OrderedDict()
        self._forgotten_s = -1.0
        """Time of the newest nonce whose counts were dropped."""

    def issue(self) -> str:
        """Return a new nonce."""
        body = f"{int(self._now_s() * 1_000_000):016x}{os.urandom(8).hex()}"
        return body + self._code(body)

    def use(self, nonce: str, nc: str, since_s: float) -> bool:
        """Record a successful login; False if it is stale: too old, issued before `since_s`, not ours, or used before.

        `nc` is the count in hexadecimal; if it is empty, the nonce is valid for one login only (RFC 2069).
        """
        use = self._used.get(nonce) or self._first(nonce)
        if use is None or use.issued_s < since_s or self._now_s() - use.issued_s > LIFE_S:
            return False
        if nc:
            return use.take(int(nc, 16))
        return use.highest == 0 and use.take(_SPENT)

    def _first(self, nonce: str) -> _Use | None:
        body, code = nonce[:32], nonce[32:]
        if not nonce.isascii() or not hmac.compare_digest(self._code(body), code):
            return None
        issued_s = int(body[:16], 16) / 1_000_000
        if issued_s <= self._forgotten_s or self._now_s() - issued_s > LIFE_S:
            return None
        if len(self._used) >= REMEMBERED:
            _, oldest = self._used.popitem(last=False)
            self._forgotten_s = max(self._forgotten_s, oldest.issued_s)
        use = self._used[nonce] = _Use(issued_s)
        return use

    def _code(self, body: str) -> str:
        return hmac.digest(self._key, body.encode(), "sha256").hex()[:32]
