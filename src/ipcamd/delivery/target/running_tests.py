"""Running tests of targets: one at a time per target."""

from collections.abc import Iterator
from contextlib import contextmanager

from ipcamd.errors import RequestFailed


class RunningTests:
    """Names of the targets that are being tested."""

    def __init__(self) -> None:
        self._targets: set[str] = set()

    @contextmanager
    def enter(self, target: str) -> Iterator[None]:
        """Run one test of a target. Raises ``RequestFailed`` while another one runs."""
        if target in self._targets:
            raise RequestFailed("another test of it is running")
        self._targets.add(target)
        try:
            yield
        finally:
            self._targets.discard(target)
