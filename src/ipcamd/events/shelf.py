"""Where clips lie until those who want them have made links or copies of them. Everything here is for threads."""

import os
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from ipcamd.store.files import sync_directory

MOST_BYTES = 256 << 20
"""What lies here at most, the newest clip aside; beyond, the oldest go."""


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

    def put(self, files: Iterable[tuple[str, Iterable[bytes], bytes]]) -> list[Path]:
        """Keep files that belong together, each a name, its pieces, and what finally replaces its beginning.

        They are whole and durable on return. Raises ``OSError``, then none of them is there.
        """
        self._number += 1
        place = self._path / str(self._number)
        place.mkdir(mode=0o700, parents=True)
        try:
            paths = [_write(place / name, pieces, head) for name, pieces, head in files]
            sync_directory(place)
        except OSError:
            _delete(place)
            raise
        self._places.append((place, sum(path.stat().st_size for path in paths)))
        self._clear_out()
        return paths

    def _clear_out(self) -> None:
        while len(self._places) > 1 and sum(size for _, size in self._places) > self._most:
            _delete(self._places.popleft()[0])


def _write(path: Path, pieces: Iterable[bytes], head: bytes) -> Path:
    with path.open("xb") as file:
        path.chmod(0o600)
        file.writelines(pieces)
        file.seek(0)
        file.write(head)
        file.flush()
        os.fsync(file.fileno())
    return path


def _delete(place: Path) -> None:
    """Delete a directory with the files and directories in it, as far as that can be done."""
    if not place.is_dir():
        return
    for path in place.iterdir():
        with suppress(OSError):
            _delete(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    with suppress(OSError):
        place.rmdir()
