"""Clip store: the directory where clips are written, and kept until all users have links or copies."""

import shutil
import uuid
from collections import deque
from collections.abc import Container
from pathlib import Path

from ipcamd.storage.disk import Disk
from ipcamd.store.files import sync_directory

MOST_BYTES = 256 << 20
"""What nobody waits for lies here at most, the newest clip aside, and never more than is free besides; beyond, the
oldest go."""


class ClipStore:
    """A directory that is ours alone. In it each capture has a place, which is written like an SD card of its own."""

    def __init__(self, path: Path, most: int = MOST_BYTES) -> None:
        self._path = path
        self._most = most
        self._spare: deque[tuple[Disk, int]] = deque()

    def clear(self, keep: Container[str]) -> None:
        """Throw away what an earlier life left, but the places to `keep`; for a thread. Raises ``OSError``."""
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in self._path.iterdir():
            if path.name not in keep:
                _delete(path)

    def place(self, token: str = "") -> Disk:
        """Return the place of that name, or a new one."""
        return Disk(self._path / (token or uuid.uuid4().hex))

    def prepare(self, place: Disk) -> None:
        """Make a new place, durably; for a thread. Raises ``OSError``."""
        place.make()
        if card := place.card():
            place.prepare(card)
        sync_directory(place.root)
        sync_directory(self._path)

    def spare(self, place: Disk, size: int) -> None:
        """Let a place with so many bytes go when there is need for them; for a thread."""
        self._spare.append((place, size))
        while len(self._spare) > 1 and self._is_too_much(0):
            self.drop(self._spare.popleft()[0])

    def make_room(self, need: int) -> None:
        """Let so many bytes more find room, as far as that can be done here; for a thread."""
        while self._spare and self._is_too_much(need):
            self.drop(self._spare.popleft()[0])

    def _is_too_much(self, need: int) -> bool:
        lying = sum(size for _, size in self._spare)
        return lying > self._most or lying + need > shutil.disk_usage(self._path).free

    def drop(self, place: Disk) -> None:
        """Throw away what lies there; for a thread."""
        _delete(place.root)


def _delete(path: Path) -> None:
    """Delete a directory, or a file that somebody put here, as far as that can be done."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
