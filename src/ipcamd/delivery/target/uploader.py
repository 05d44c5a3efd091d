"""Uploader: the shape of a way to take files to another host."""

from collections.abc import Sequence
from typing import Protocol

from ipcamd.delivery.queue.spool_item import SpoolItem
from ipcamd.delivery.target.blocking_session import BlockingSession
from ipcamd.delivery.target.config import TargetConfig
from ipcamd.delivery.target.state import TargetState
from ipcamd.settings.settings import Settings


class UploadSession(Protocol):
    """One login at the target. Everything here blocks, and runs in threads, one call after the other."""

    def send(self, items: Sequence[SpoolItem], attempt: int) -> str:
        """Deliver one file, or a series of pictures; return how, in words for the log, or "".

        `attempt` counts from 1; failures at which nobody answered do not count. Raises ``DeliveryError`` and
        ``OSError``; then the session cannot be used any more.
        """

    def close(self) -> None:
        """Log out. Raises ``OSError`` or nothing."""


class Uploader(Protocol):
    """One kind of target."""

    @property
    def title(self) -> str:
        """Its name for people."""

    @property
    def groups(self) -> tuple[str, ...]:
        """The parameters that say where and how; the first group has ``Enable``."""

    @property
    def joins_series(self) -> bool:
        """Whether the pictures of one event are sent together (in one mail), and not one by one."""

    def config(self, settings: Settings) -> TargetConfig:
        """Return where to deliver. Raises ``DeliveryError`` if that is not set."""

    def open(self, config: TargetConfig, address: str, blocking: BlockingSession, state: TargetState) -> UploadSession:
        """Connect to `address`, which is the host's, and log in. Blocks. Raises ``DeliveryError``, ``OSError``."""
