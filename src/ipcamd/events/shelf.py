"""Where clips lie until those who want them have made links or copies of them. Everything here is for threads."""

import os
import shutil
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from ipcamd.store.files import sync_directory

MOST_BYTES = 256 << 20
"""What lies here at most, the newest clip aside, and no more than is free besides; beyond, the oldest go."""

Draft = tuple[str, Iterable[bytes], bytes]
"""A file to be: its name, its pieces, and what finally replaces its beginning."""


class Shelf:
    """A directory that is ours alone. Nothing in it outlives a restart."""

    def __init__(self, path: Path, most: int = MOST_BYTES) -> None:
        self._path = path
        self._most = most
        self._places: deque[tuple[Path, int]] = deque()
        self._number = 0

    def clear(self) -> None:
        """Throw away what lies there, and make the directory if it is missing. Raises ``OSError``."""
        _delete(self._path)
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._places.clear()

    def put(self, files: Iterable[Draft]) -> list[Path]:
        """Keep files that belong together; they are whole and durable on return.

        Raises ``OSError``, then none of them is there.
        """
        drafts = list(files)
        try:
            place = self._keep(drafts)
        except OSError:
            if not self._places:
                raise
            self._clear_out(0)  # the disk may be full of what nobody wants any more
            place = self._keep(drafts)
        paths = [place / name for name, _, _ in drafts]
        self._clear_out(min(self._most, shutil.disk_usage(self._path).free))
        self._places.append((place, sum(path.stat().st_size for path in paths)))
        return paths

    def _keep(self, drafts: Iterable[Draft]) -> Path:
        """Write files into a new place."""
        self._number += 1
        place = self._path / str(self._number)
        place.mkdir(mode=0o700, parents=True)
        try:
            for name, pieces, head in drafts:
                _write(place / name, pieces, head)
            sync_directory(place)
        except OSError:
            _delete(place)
            raise
        return place

    def _clear_out(self, most: int) -> None:
        while self._places and sum(size for _, size in self._places) > most:
            _delete(self._places.popleft()[0])


def _write(path: Path, pieces: Iterable[bytes], head: bytes) -> None:
    with path.open("xb") as file:
        path.chmod(0o600)
        file.writelines(pieces)
        file.seek(0)
        file.write(head)
        file.flush()
        os.fsync(file.fileno())


def _delete(place: Path) -> None:
    """Delete a directory with the files and directories in it, as far as that can be done."""
    if not place.is_dir():
        return
    for path in place.iterdir():
        with suppress(OSError):
            _delete(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    with suppress(OSError):
        place.rmdir()
