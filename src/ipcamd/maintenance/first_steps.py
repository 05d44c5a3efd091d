"""First steps: who is led from the live page to the setup of password, name, time and picture (``/welcome``)."""

from ipcamd.access.accounts import Account, Accounts
from ipcamd.params.group import Rank
from ipcamd.store.keyvalue import KeyValueStore

ENDED = "first_steps.ended"
"""Key of the stored password with which the first steps were ended."""


class FirstSteps:
    """They are due in a browser while an administrator has the printed password, until they are ended.

    A new printed password, after a factory default, makes them due again.
    """

    def __init__(self, accounts: Accounts, key_values: KeyValueStore) -> None:
        self._accounts = accounts
        self._key_values = key_values

    def are_due(self, account: Account, accept: str) -> bool:
        """Whether the live page leads this account to them. `accept` is the request's ``Accept``: that of a browser
        begins with ``text/html``."""
        if not accept.startswith("text/html"):
            return False
        has_printed = account.rank is Rank.ADMIN and self._accounts.has_printed_password(account.name)
        return has_printed and self._key_values.get(ENDED) != self._mark(account)

    async def end(self, account: Account) -> None:
        """End them, completed or not; durable on return. Raises ``StoreError``."""
        await self._key_values.set(ENDED, self._mark(account))

    def _mark(self, account: Account) -> str:
        entry = self._accounts.entry(account.name)
        return entry.encrypted_password.hex()[:32] if entry else ""
