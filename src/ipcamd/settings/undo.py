"""Undo history: the last changes that accounts made on pages; each can be undone once."""

from secrets import token_hex

from ipcamd.errors import RequestFailed
from ipcamd.settings.change_records import Applied, Requester
from ipcamd.settings.secret_mask import leaves_secret
from ipcamd.settings.settings import Settings
from ipcamd.store.lru_dict import LruDict

MOST = 32
"""Maximum number of stored changes, of all accounts together."""


class UndoHistory:
    """Changes that can be undone, in memory. For the event loop."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._kept = LruDict[str, tuple[str, Applied]](MOST)
        """Token to the account and its change."""

    def keep(self, applied: Applied, by: Requester) -> str:
        """Store a change made by `by`; return the token that undoes it, "" if nothing can be undone."""
        if not applied.undo:
            return ""
        token = token_hex(16)
        self._kept.put(token, (by.name, applied))
        return token

    async def undo(self, token: str, by: Requester) -> Applied:
        """Undo a change. Raises ``RequestFailed``, also if the same parameters have changed since then, and the errors
        of ``Settings.update``."""
        account, applied = self._kept.get(token, ("", None))
        if applied is None or account != by.name:
            raise RequestFailed("there is nothing to undo")
        self._refuse_changed(applied)
        undone = await self._settings.update(applied.undo, by=by)
        del self._kept[token]
        return undone

    def _refuse_changed(self, applied: Applied) -> None:
        for change in (*applied.sent, *applied.followed):
            stored = self._settings[change.group.name].get(change.param.name)
            if stored is not None and stored != change.value and not leaves_secret(change.param, change.value):
                raise RequestFailed(f"{change.asked}.{change.param.name} has been changed since")
