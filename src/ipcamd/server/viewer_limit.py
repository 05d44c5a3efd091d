"""Viewer limit over all protocols; the last places are reserved for administrators."""

from collections import Counter
from collections.abc import Callable
from functools import partial

from ipcamd.access.accounts import Account
from ipcamd.errors import ViewerLimitReached
from ipcamd.params.group import Rank

RESERVED = 20
"""The last places, at most a tenth of all, are kept for administrators."""
LEAST_PER_ACCOUNT = 4


class ViewerLimit:
    """Counts viewers, in all and per account that is no administrator's."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.taken = 0
        self.per_account = max(LEAST_PER_ACCOUNT, total // 4)
        self._reserved = min(RESERVED, total // 10)
        self._held: Counter[str] = Counter()

    def take(self, account: Account, address: str) -> Callable[[], None]:
        """Take a place; return what gives it back, to be called once. Raises ``ViewerLimitReached``, which says why.

        Viewers without a login (RTSP with ``RTSPAuth=no``) count by their address.
        """
        if self.taken >= self.total:
            raise ViewerLimitReached(f"all {self.total} viewers' places are taken")
        if account.rank >= Rank.ADMIN:
            self.taken += 1
            return partial(self._release, "")
        key = f"account {account.name}" if account.name else f"address {address}"
        if self._held[key] >= self.per_account:
            raise ViewerLimitReached(f"{key} has {self.per_account} of {self.total} viewers' places and gets no more")
        if self.taken >= self.total - self._reserved:
            raise ViewerLimitReached(
                f"the last {self._reserved} of {self.total} viewers' places are kept for administrators"
            )
        self.taken += 1
        self._held[key] += 1
        return partial(self._release, key)

    def _release(self, key: str) -> None:
        self.taken -= 1
        if key:
            self._held[key] -= 1
            self._held += Counter()  # drops the zeros
