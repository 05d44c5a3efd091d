"""Clip store: the directory where clips are written, and kept until all users have links or copies."""

import secrets
import shutil
from collections import deque
from collections.abc import Container
from pathlib import Path

from ipcamd.storage.disk import Disk
from ipcamd.store.durable_files import sync_directory

MAX_RELEASED_BYTES = 256 << 20
"""Maximum size of the released clips, without the newest; the free space limits them too. The oldest are deleted
first."""


class ClipStore:
    """Directory of clips. Each clip has its own subdirectory with the layout of an SD card."""

    def __init__(self, path: Path, max_bytes: int = MAX_RELEASED_BYTES) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._released: deque[tuple[Disk, int]] = deque()

    def clear(self, keep: Container[str]) -> None:
        """Delete all clips whose token is not in `keep`. Blocks; raises ``OSError``."""
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in self._path.iterdir():
            if path.name not in keep:
                _delete(path)

    def disk(self, token: str = "") -> Disk:
        """Return the directory of that clip, or a new one."""
        return Disk(self._path / (token or secrets.token_hex(16)))

    def prepare(self, disk: Disk) -> None:
        """Make the directory; durable on return. Blocks; raises ``OSError``."""
        disk.make()
        if card := disk.card():
            disk.prepare(card)
        sync_directory(disk.root)
        sync_directory(self._path)

    def release(self, disk: Disk, size_bytes: int) -> None:
        """Allow a clip of that size to be deleted when space is needed. Blocks."""
        self._released.append((disk, size_bytes))
        while len(self._released) > 1 and self._is_over_limit(0):
            self.delete(self._released.popleft()[0])

    def make_room(self, need_bytes: int) -> None:
        """Delete released clips until `need_bytes` more fit, as far as possible. Blocks."""
        while self._released and self._is_over_limit(need_bytes):
            self.delete(self._released.popleft()[0])

    def _is_over_limit(self, need_bytes: int) -> bool:
        released_bytes = sum(size for _, size in self._released)
        return released_bytes > self._max_bytes or released_bytes + need_bytes > shutil.disk_usage(self._path).free

    def delete(self, disk: Disk) -> None:
        """Delete a clip. Blocks."""
        _delete(disk.root)


def _delete(path: Path) -> None:
    """Delete a directory, or a file that does not belong here, as far as possible."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
