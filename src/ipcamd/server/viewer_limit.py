"""Viewer limit over all protocols; the last places are reserved for administrators."""

from collections import Counter
from functools import lru_cache
from typing import NamedTuple

from ipcamd.access.accounts import Account
from ipcamd.errors import ViewerLimitReached
from ipcamd.params.group import Rank

RESERVED = 20
"""Places reserved for administrators; at most a tenth of all."""
LEAST_PER_ACCOUNT = 4
"""Minimum number of places that each account may take, regardless of the number of accounts."""


class ViewerPlace(NamedTuple):
    """Place of a viewer."""

    holder: str
    """Account or address that it counts for; "" for an administrator."""
    protocol: str
    """``http``, ``rtsp``, ``multicast`` ..."""


_place = lru_cache(maxsize=64)(ViewerPlace)
"""Cached, because the places of one holder are equal."""


class ViewerLimit:
    """Limit on viewers, in total and per account. Administrators have no limit of their own."""

    def __init__(self, total: int) -> None:
        """`total` is the maximum number of viewers over all protocols."""
        self.total = total
        self.taken = 0
        self.by_protocol = Counter[str]()
        """Places taken, by protocol: ``http``, ``rtsp``, ``multicast`` ..."""
        self.per_account = max(LEAST_PER_ACCOUNT, total // 4)
        self._reserved = min(RESERVED, total // 10)
        self._held: Counter[str] = Counter()

    def take(self, account: Account, address: str, protocol: str) -> ViewerPlace:
        """Take a place and return it; release it once. Viewers without a login (RTSP with ``RTSPAuth=no``) are counted
        by address.

        Raises ``ViewerLimitReached``.
        """
        if self.taken >= self.total:
            raise ViewerLimitReached(f"all {self.total} viewers' places are taken")
        holder = _holder(account, address)
        if holder:
            self._check(holder)
            self._held[holder] += 1
        self.taken += 1
        self.by_protocol[protocol] += 1
        return _place(holder, protocol)

    def release(self, place: ViewerPlace) -> None:
        """Release a place."""
        holder, protocol = place
        self.taken -= 1
        self.by_protocol[protocol] -= 1
        if holder:
            self._held[holder] -= 1
            if not self._held[holder]:
                del self._held[holder]

    def _check(self, holder: str) -> None:
        if self._held[holder] >= self.per_account:
            raise ViewerLimitReached(
                f"{holder} has {self.per_account} of {self.total} viewers' places and gets no more"
            )
        if self.taken >= self.total - self._reserved:
            raise ViewerLimitReached(
                f"the last {self._reserved} of {self.total} viewers' places are kept for administrators"
            )


def _holder(account: Account, address: str) -> str:
    """Return the account that a place counts for; without a login, the address; "" for administrators."""
    if account.rank >= Rank.ADMIN:
        return ""
    return account.name or f"the address {address}"
