"""Target in the test's process, controlled by the test."""

import threading
from collections.abc import Callable, Sequence

from ipcamd.delivery.queue.spool_item import SpoolItem
from ipcamd.delivery.target.blocking_session import BlockingSession
from ipcamd.delivery.target.config import TargetConfig
from ipcamd.delivery.target.missing_rights import TargetState
from ipcamd.params.event.server import FTP
from ipcamd.settings.settings import Settings


class FakeUploader:
    """A kind of target, with one server that records the received files."""

    title = "FakeUploader"
    groups = (FTP.name,)
    joins_series = True

    def __init__(self) -> None:
        self.arrived: list[tuple[str, bytes]] = []
        self.tried: list[bool] = []
        self.batches: list[list[str]] = []
        self.logins = 0
        self.troubles: list[Exception | Callable[[BlockingSession], object]] = []
        """Failures of the next files, one each; after that all is well."""
        self.judge: Callable[[list[str]], object] = lambda names: None
        """Raises what a file meets, by its name."""
        self.busy = threading.Event()

    def config(self, settings: Settings) -> TargetConfig:
        return TargetConfig("127.0.0.1", 9, settings[FTP.name], "cam", "sesame")

    def open(self, config: TargetConfig, address: str, blocking: BlockingSession, state: TargetState) -> "FakeUploader":
        self.logins += 1
        self.blocking = blocking
        return self

    def send(self, items: Sequence[SpoolItem], attempt: int) -> str:
        self.tried.append(items[0].tried)
        contents = [(item.name, item.path.read_bytes()) for item in items]
        self.busy.set()
        if self.troubles:
            trouble = self.troubles.pop(0)
            if isinstance(trouble, Exception):
                raise trouble
            trouble(self.blocking)
        self.judge([name for name, _ in contents])
        self.batches.append([name for name, _ in contents])
        self.arrived += contents
        return ""

    def close(self) -> None:
        pass

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.arrived]


def hang_until_cut(blocking: BlockingSession) -> None:
    """Hang until the session is aborted, then fail as a closed socket does."""
    cut = threading.Event()
    blocking.on_abort(cut.set)
    cut.wait()
    raise ConnectionResetError
