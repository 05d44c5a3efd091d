"""Target state: rights that the account lacks, found by trying, and kept until the target's settings change."""

import json
from collections.abc import Iterable
from enum import Enum

from ipcamd.delivery.target.config import TargetConfig
from ipcamd.delivery.target.error_text import redact
from ipcamd.store.keyvalue import KeyValueStore


class Right(Enum):
    """A right that an upload uses where it is given. The value says what is refused, and what follows."""

    TEMPORARY_NAME = "no files with a temporary name (*.part): files get their final name before they are whole"
    RENAME = "no renaming of files: they get their final name before they are whole"
    DELETE = "no deletion of files: what is left of a failed upload stays there"
    OVERWRITE = "no overwriting of files: an upload that broke off is repeated under another name"
    RESUME = "no resumption of uploads: one that broke off is repeated from its beginning"
    SIZE = "no sizes of files: whether a file has arrived already, and whole, is not checked"


class TargetState:
    """Findings about one target. Sessions write them in their threads."""

    def __init__(self, missing: Iterable[Right] = ()) -> None:
        self._missing = set(missing)
        self._news: list[tuple[Right, str]] = []
        self.is_saved = True
        """The findings are on the disk."""
        self.partial: dict[str, str] = {}
        """Uploads that were begun under a final name and not finished: token of the item to that name."""

    def lacks(self, *rights: Right) -> bool:
        """Whether one of these rights is missing."""
        return not self._missing.isdisjoint(rights)

    def learn(self, right: Right, said: str) -> None:
        """Note that a right is missing, since the target `said` so."""
        if right not in self._missing:
            self._missing.add(right)
            self._news.append((right, said))
            self.is_saved = False

    def take_news(self, secret: str) -> list[str]:
        """Return in words which rights were found to be missing since the last call, `secret` not among the words."""
        news, self._news = self._news, []
        return [f"the target allows {right.value} ({redact(said, secret)})" for right, said in news]

    def dump(self) -> list[str]:
        """Return the missing rights by name."""
        return sorted(right.name for right in self._missing)


class TargetStates:
    """The states of all targets on the disk, each with the fingerprint of the settings that it was found out with."""

    def __init__(self, keyvalue: KeyValueStore) -> None:
        self._keyvalue = keyvalue

    def load(self, target: str, config: TargetConfig) -> TargetState:
        """Return what is known of a target; nothing if its settings were others then."""
        stored = json.loads(self._keyvalue.get(_key(target)) or "{}")
        missing = stored.get("missing", []) if stored.get("settings") == config.fingerprint else []
        return TargetState(Right[name] for name in missing if name in Right.__members__)

    async def save(self, target: str, config: TargetConfig, state: TargetState) -> None:
        """Keep what is known of a target, if something new was found out. Raises ``StoreError``."""
        if not state.is_saved:
            found = {"settings": config.fingerprint, "missing": state.dump()}
            await self._keyvalue.set(_key(target), json.dumps(found))
            state.is_saved = True


def _key(target: str) -> str:
    return f"delivery.{target}.rights"
