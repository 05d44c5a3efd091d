"""Permission to talk over UDP, which has no login: for addresses that have logged in recently (SDK 5.3)."""

from collections.abc import Callable

from ipcamd.access.accounts import Accounts, StoredAccount
from ipcamd.params.group import Rank
from ipcamd.store.lru_dict import LruDict

VALID_S = 60.0
"""Seconds for which a login permits its address to talk."""
ADDRESSES = 1024
"""Maximum number of addresses in memory."""


class UdpTalkPermission:
    """Addresses from which an account with permission to talk has logged in."""

    def __init__(self, accounts: Accounts, now_s: Callable[[], float]) -> None:
        self._accounts = accounts
        self._now_s = now_s
        self._logins = LruDict[str, tuple[float, StoredAccount]](ADDRESSES)

    def note(self, address: str, entry: StoredAccount) -> None:
        """Record a login."""
        if entry.account.rank >= Rank.USERS:
            self._logins.put(address, (self._now_s(), entry))

    def may_talk_over_udp(self, address: str) -> bool:
        """Whether an account with permission to talk has logged in from this address within the last minute."""
        if address not in self._logins:
            return False
        logged_in, entry = self._logins[address]
        return self._accounts.entry(entry.account.name) is entry and self._now_s() - logged_in <= VALID_S
