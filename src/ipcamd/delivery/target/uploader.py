"""Uploader: interface of a protocol that delivers files to another host."""

from collections.abc import Sequence
from typing import Protocol

from ipcamd.delivery.queue.spool_item import SpoolItem
from ipcamd.delivery.target.blocking_session import BlockingSession
from ipcamd.delivery.target.config import TargetConfig
from ipcamd.delivery.target.missing_rights import TargetState
from ipcamd.settings.settings import Settings


class UploadSession(Protocol):
    """One login at the target. All methods block, and run in threads, one call after the other."""

    def send(self, items: Sequence[SpoolItem], attempt: int) -> str:
        """Deliver one file, or a series of pictures; return a text for the log, or "". `attempt` counts from 1, without
        failures to reach the host. Raises ``DeliveryError`` and ``OSError``; then the session is unusable."""

    def close(self) -> None:
        """Log out. Raises only ``OSError``."""


class Uploader(Protocol):
    """One kind of target."""

    @property
    def title(self) -> str:
        """Display name."""

    @property
    def groups(self) -> tuple[str, ...]:
        """Groups of parameters of the target; the first one has ``Enable``."""

    @property
    def joins_series(self) -> bool:
        """Whether the pictures of one event are sent together (in one mail), not one by one."""

    def config(self, settings: Settings) -> TargetConfig:
        """Return the configuration. Raises ``DeliveryError`` if it is incomplete."""

    def open(self, config: TargetConfig, address: str, blocking: BlockingSession, state: TargetState) -> UploadSession:
        """Connect to `address`, the checked one, and log in. Blocks. Raises ``DeliveryError``, ``OSError``."""
