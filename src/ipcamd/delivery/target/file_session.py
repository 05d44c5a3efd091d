"""File session: shared code of uploads to servers with directories (FTP, Samba)."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from ipcamd.delivery.queue.spool_item import SpoolItem
from ipcamd.delivery.target.file_names import NAMES, candidate_names, describe_rename, find_arrived
from ipcamd.delivery.target.missing_rights import TargetState
from ipcamd.errors import DeliveryError


class FileSession(ABC):
    """One login at a server where each file gets a name of its own."""

    _explained: Callable[[], AbstractContextManager[None]]
    """Converts the protocol's errors to ``DeliveryError``."""

    def __init__(self, state: TargetState) -> None:
        self._state = state

    def send(self, items: Sequence[SpoolItem], attempt: int) -> str:
        """See `UploadSession`."""
        with self._explained():
            return "; ".join(filter(None, map(self._send, items)))

    def _send(self, item: SpoolItem) -> str:
        if item.tried and (found := find_arrived(item, self._size)):
            return f"{found} had arrived already"
        return describe_rename(item, self._deliver(item))

    def _free_name(self, name: str) -> str:
        """Return the name, or its first variant that no file has. Raises ``DeliveryError`` if all are taken."""
        for candidate in candidate_names(name):
            if self._size(candidate) is None:
                return candidate
        raise DeliveryError(f"{NAMES} other files are named like {name}")

    @abstractmethod
    def _size(self, name: str) -> int | None:
        """Return the size of a file on the server in bytes; None if it does not exist."""

    @abstractmethod
    def _deliver(self, item: SpoolItem) -> str:
        """Upload the complete file; return its name."""
