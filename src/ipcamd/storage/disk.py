"""File system of a card: accesses only the card's two folders and follows no links.

All calls block; they are for worker threads (several at once) and raise ``OSError``. No descriptor stays open between
calls, so an idle card can be unmounted.
"""

import errno
import os
import shutil
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from ipcamd.dataclass import dataclass
from ipcamd.storage.recording import FOLDERS, Recording
from ipcamd.storage.recording_name import NAME

DRAFT = ".part"
"""Suffix of files that are being copied to the card."""

CardId = tuple[int, int, int]
"""Device, inode and file system number; they identify a card."""

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_LINKLESS = os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class FileEntry:
    """File on the card."""

    folder: str
    name: str
    size_bytes: int
    modified_ns: int
    """Time of the last change according to the file system."""

    def recording(self, started_ns: int, ended_ns: int) -> Recording:
        """Return the file as a recording of that time span, in nanoseconds since the epoch, UTC."""
        return Recording(self.folder, self.name, self.size_bytes, self.modified_ns, started_ns, ended_ns)


class Disk:
    """Directory of a card, or an empty mount point."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._was_mount = False
        self._lock = threading.Lock()
        self._writing: set[tuple[str, str]] = set()

    def card(self) -> CardId | None:
        """Return the identity of the mounted card; None without a writable card.

        A directory that was a mount point before, and is not one now, means that the card was removed.
        """
        try:
            found, above, system = os.stat(self.root), os.stat(self.root / ".."), os.statvfs(self.root)  # noqa: PTH116
            usable = stat.S_ISDIR(found.st_mode) and os.access(self.root, os.W_OK | os.X_OK)
        except OSError:
            return None
        mount = usable and found.st_dev != above.st_dev
        self._was_mount = self._was_mount or mount
        return (found.st_dev, found.st_ino, system.f_fsid) if usable and mount == self._was_mount else None

    def is_read_only(self) -> bool:
        """Return whether the directory exists but cannot be written."""
        return self.root.is_dir() and not os.access(self.root, os.W_OK | os.X_OK)

    def space(self) -> tuple[int, int]:
        """Return the size of the file system and the space available to the camera, in bytes."""
        found = os.statvfs(self.root)
        return found.f_blocks * found.f_frsize, found.f_bavail * found.f_frsize

    def make(self) -> None:
        """Create the card's directory if it is missing."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)

    def prepare(self, card: CardId) -> None:
        """Create the missing folders of this card. Raises ``OSError`` if another card, or none, is mounted now."""
        with _closing(os.open(self.root, _FOLDER)) as root:
            found = os.fstat(root)
            if (found.st_dev, found.st_ino) != card[:2]:
                raise OSError(errno.ENODEV, "the card was removed")
            for folder in FOLDERS:
                with suppress(FileExistsError):
                    os.mkdir(folder, 0o700, dir_fd=root)

    def holds(self, fd: int) -> bool:
        """Return whether an open file is on the card that is mounted now."""
        return os.fstat(fd).st_dev == os.stat(self.root).st_dev  # noqa: PTH116 - the pair reads better

    def entries(self) -> Iterator[FileEntry]:
        """Yield the files whose names are valid names of recordings, except those that are being written."""
        with self._lock:
            writing = set(self._writing)
        for folder in FOLDERS:
            with self._folder(folder) as fd, os.scandir(fd) as listing:
                for entry in listing:
                    if not NAME.fullmatch(entry.name) or (folder, entry.name) in writing:
                        continue
                    if entry.is_file(follow_symlinks=False):
                        with suppress(FileNotFoundError):
                            found = entry.stat(follow_symlinks=False)
                            yield FileEntry(folder, entry.name, found.st_size, found.st_mtime_ns)

    def find(self, folder: str, name: str) -> list[FileEntry]:
        """Return the file of that name in a list; an empty list if it does not exist."""
        with self._folder(folder) as fd, suppress(FileNotFoundError):
            found = os.stat(name, dir_fd=fd, follow_symlinks=False)
            if stat.S_ISREG(found.st_mode):
                return [FileEntry(folder, name, found.st_size, found.st_mtime_ns)]
        return []

    def create(self, folder: str, name: str) -> int:
        """Create a file and return its descriptor, open for reading and writing.

        Call `done` when the file is complete.
        """
        with self._lock:
            self._writing.add((folder, name))
        try:
            with self._folder(folder) as fd:
                return os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL | _LINKLESS, 0o600, dir_fd=fd)
        except OSError:
            self.done(folder, name)
            raise

    def done(self, folder: str, name: str) -> None:
        """Note that a file is no longer being written."""
        with self._lock:
            self._writing.discard((folder, name))

    def open(self, folder: str, name: str, *, change: bool = False) -> int:
        """Return the descriptor of a file, open for reading, or for reading and writing (`change`).

        Raises ``OSError``; ``FileNotFoundError`` also for anything but a regular file.
        """
        # NONBLOCK: opening a named pipe must not block
        mode = (os.O_RDWR if change else os.O_RDONLY) | os.O_NONBLOCK | _LINKLESS
        with self._folder(folder) as at:
            fd = os.open(name, mode, dir_fd=at)
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            os.close(fd)
            raise FileNotFoundError(errno.ENOENT, "not a regular file", name)
        return fd

    def opened(self, folder: str, name: str, *, change: bool = False) -> AbstractContextManager[int]:
        """Open a file as `open` does, for a ``with`` statement that closes it."""
        return _closing(self.open(folder, name, change=change))

    def remove(self, folder: str, name: str) -> None:
        """Delete a file."""
        with self._folder(folder) as fd:
            os.unlink(name, dir_fd=fd)

    def sync(self, folder: str) -> None:
        """Sync the directory entries of a folder."""
        with self._folder(folder) as fd:
            os.fsync(fd)

    def add_file(self, path: Path, folder: str, name: str) -> FileEntry:
        """Add a complete file under a new name, as a hard link if possible, otherwise as a copy.

        The file is durable on return. Raises ``FileExistsError`` if the name is taken.
        """

        def fill(draft: str, fd: int) -> None:
            try:
                os.link(path, draft, dst_dir_fd=fd, follow_symlinks=False)
            except OSError:
                with path.open("rb") as source:
                    _copy(source, draft, fd)

        return self._add(folder, name, fill)

    def add_content(self, folder: str, name: str, content: bytes) -> FileEntry:
        """Add a small file; it is complete and durable on return. Raises ``FileExistsError`` if the name is taken."""
        return self._add(folder, name, lambda draft, fd: _copy(BytesIO(content), draft, fd))

    def _add(self, folder: str, name: str, fill: Callable[[str, int], None]) -> FileEntry:
        with self._folder(folder) as fd:
            draft = f".{name}{DRAFT}"
            with suppress(FileNotFoundError):
                os.unlink(draft, dir_fd=fd)
            fill(draft, fd)
            try:
                _name(draft, name, fd)
            except OSError:
                os.unlink(draft, dir_fd=fd)
                raise
            os.fsync(fd)
            found = os.stat(name, dir_fd=fd, follow_symlinks=False)
        return FileEntry(folder, name, found.st_size, found.st_mtime_ns)

    def clear(self, note_progress: Callable[[float], None] = lambda _: None) -> None:
        """Delete everything in the two folders. `note_progress` is called with the fraction done, 0 to 1."""
        with ExitStack() as folders:
            fds = [folders.enter_context(self._folder(folder)) for folder in FOLDERS]
            files = [(name, fd) for fd in fds for name in _names(fd)]
            for count, (name, fd) in enumerate(files, 1):
                _delete(name, fd)
                note_progress(count / len(files))
            for fd in fds:
                os.fsync(fd)

    def clear_drafts(self) -> None:
        """Delete incomplete copies left by a power loss."""
        for folder in FOLDERS:
            with self._folder(folder) as fd:
                for name in _names(fd):
                    if name.startswith(".") and name.endswith(DRAFT) and NAME.fullmatch(name[1 : -len(DRAFT)]):
                        os.unlink(name, dir_fd=fd)

    @contextmanager
    def _folder(self, folder: str) -> Iterator[int]:
        if folder not in FOLDERS:
            raise FileNotFoundError(errno.ENOENT, "no such folder", folder)
        with (
            _closing(os.open(self.root, _FOLDER)) as root,
            _closing(os.open(folder, _FOLDER | os.O_NOFOLLOW, dir_fd=root)) as fd,
        ):
            yield fd


def reader_of(fd: int) -> Callable[[int, int], bytes]:
    """Return the function ``read(offset, length)`` of an open file."""
    return lambda place, length: os.pread(fd, length, place)


@contextmanager
def _closing(fd: int) -> Iterator[int]:
    try:
        yield fd
    finally:
        os.close(fd)


def _names(fd: int) -> list[str]:
    with os.scandir(fd) as listing:
        return [entry.name for entry in listing]


def _copy(source: BinaryIO, draft: str, fd: int) -> None:
    target = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _LINKLESS, 0o600, dir_fd=fd)
    try:
        with os.fdopen(target, "wb") as copy:
            shutil.copyfileobj(source, copy, 1 << 20)
            copy.flush()
            os.fsync(copy)
    except OSError:
        os.unlink(draft, dir_fd=fd)
        raise


def _name(draft: str, name: str, fd: int) -> None:
    """Rename a draft to a name that must be free. Not every file system has hard links."""
    try:
        os.link(draft, name, src_dir_fd=fd, dst_dir_fd=fd, follow_symlinks=False)
        os.unlink(draft, dir_fd=fd)
    except FileExistsError:
        raise
    except OSError:
        with suppress(FileNotFoundError):
            os.stat(name, dir_fd=fd, follow_symlinks=False)
            raise FileExistsError(errno.EEXIST, "a file of that name already exists", name) from None
        os.rename(draft, name, src_dir_fd=fd, dst_dir_fd=fd)


def _delete(name: str, fd: int) -> None:
    if stat.S_ISDIR(os.stat(name, dir_fd=fd, follow_symlinks=False).st_mode):
        shutil.rmtree(name, dir_fd=fd)
    else:
        os.unlink(name, dir_fd=fd)
