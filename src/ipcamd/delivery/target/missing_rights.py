"""Missing rights of the account at a target, detected by uploads, and stored until its settings change."""

import json
from collections.abc import Iterable
from enum import Enum

from ipcamd.delivery.target.config import TargetConfig
from ipcamd.delivery.target.error_text import redact
from ipcamd.store.keyvalue import KeyValueStore


class Right(Enum):
    """A right that an upload uses if it is granted. The value names the refused action, and the consequence."""

    TEMPORARY_NAME = "no files with a temporary name (*.part): files get their final name before they are whole"
    RENAME = "no renaming of files: they get their final name before they are whole"
    DELETE = "no deletion of files: what is left of a failed upload stays there"
    OVERWRITE = "no overwriting of files: an upload that broke off is repeated under another name"
    RESUME = "no resumption of uploads: one that broke off is repeated from its beginning"
    SIZE = "no sizes of files: whether a file has arrived already, and whole, is not checked"


class TargetState:
    """Findings about one target, written by the sessions' threads."""

    def __init__(self, missing: Iterable[Right] = ()) -> None:
        self._missing = set(missing)
        self._news: list[tuple[Right, str]] = []
        self.is_saved = True
        """Whether the findings are on disk."""
        self.partial: dict[str, str] = {}
        """Unfinished uploads with a final name: token of the item to that name."""

    def lacks(self, *rights: Right) -> bool:
        """Whether one of these rights is missing."""
        return not self._missing.isdisjoint(rights)

    def learn(self, right: Right, said: str) -> None:
        """Record a missing right, with the message that the target `said`."""
        if right not in self._missing:
            self._missing.add(right)
            self._news.append((right, said))
            self.is_saved = False

    def take_news(self, secret: str) -> list[str]:
        """Return a text about the rights found missing since the last call, without `secret`."""
        news, self._news = self._news, []
        return [f"the target allows {right.value} ({redact(said, secret)})" for right, said in news]

    def dump(self) -> list[str]:
        """Return the missing rights by name."""
        return sorted(right.name for right in self._missing)


class TargetStates:
    """States of all targets on disk, each with the fingerprint of the settings at that time."""

    def __init__(self, keyvalue: KeyValueStore) -> None:
        self._keyvalue = keyvalue

    def load(self, target: str, config: TargetConfig) -> TargetState:
        """Return the stored state of a target; an empty one if its settings have changed."""
        stored = json.loads(self._keyvalue.get(_key(target)) or "{}")
        missing = stored.get("missing", []) if stored.get("settings") == config.fingerprint else []
        return TargetState(Right[name] for name in missing if name in Right.__members__)

    async def save(self, target: str, config: TargetConfig, state: TargetState) -> None:
        """Store the state of a target, if it has changed. Raises ``StoreError``."""
        if not state.is_saved:
            found = {"settings": config.fingerprint, "missing": state.dump()}
            await self._keyvalue.set(_key(target), json.dumps(found))
            state.is_saved = True


def _key(target: str) -> str:
    return f"delivery.{target}.rights"
