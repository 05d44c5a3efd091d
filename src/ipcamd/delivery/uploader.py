"""The shape of a way to take files to another host."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ipcamd.delivery.blocking_session import BlockingSession
from ipcamd.delivery.spool_item import SpoolItem
from ipcamd.params.group import Values
from ipcamd.settings.service import Settings


@dataclass(frozen=True, slots=True)
class TargetConfig:
    """Where to, as it is set."""

    host: str
    port: int
    values: Values
    """The parameters of the target's group."""
    user: str = ""
    """Empty: no login."""
    password: str = ""


class UploadSession(Protocol):
    """One login at the target. Everything here blocks, and runs in threads, one call after the other."""

    def send(self, items: Sequence[SpoolItem], attempt: int) -> str:
        """Deliver one file, or the pictures of one event; return how, in words for the log, or "". `attempt` counts
        from 1, those aside at which nobody answered.

        Raises ``DeliveryError`` and ``OSError``; then the session is of no more use.
        """

    def close(self) -> None:
        """Say goodbye. Raises ``OSError`` or nothing."""


class Uploader(Protocol):
    """One kind of target."""

    @property
    def title(self) -> str:
        """Its name for people."""

    @property
    def groups(self) -> tuple[str, ...]:
        """The parameters that say where and how; the first group has ``Enable``."""

    def config(self, settings: Settings) -> TargetConfig:
        """Return where to. Raises ``DeliveryError`` if that is not set."""

    def open(self, config: TargetConfig, address: str, blocking: BlockingSession) -> UploadSession:
        """Connect to `address`, which is the host's, and log in. Blocks. Raises ``DeliveryError``, ``OSError``."""
