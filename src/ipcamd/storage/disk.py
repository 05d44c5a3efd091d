"""File system of a card: touches nothing outside its two folders and follows no link.

All calls block, are for worker threads (several at once), and raise ``OSError``. No descriptor stays open between
calls, so an idle card can be unmounted.
"""

import errno
import os
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from ipcamd.dataclass import dataclass
from ipcamd.storage.recording import FOLDERS, NAME, Recording

DRAFT = ".part"
"""Suffix of files that are being copied to the card."""

CardId = tuple[int, int, int]
"""Device, inode and file system number: different for each card."""

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_LINKLESS = os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class FileEntry:
    """File on the card."""

    folder: str
    name: str
    size_bytes: int
    modified_ns: int
    """Time of the last change, by the file system."""

    def recording(self, started_ns: int, ended_ns: int) -> Recording:
        """Return it as a recording of that time, in nanoseconds since the epoch, UTC."""
        return Recording(self.folder, self.name, self.size_bytes, self.modified_ns, started_ns, ended_ns)


class Disk:
    """Directory that is a card, or an empty mount point."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._was_mount = False
        self._lock = threading.Lock()
        self._writing: set[tuple[str, str]] = set()

    def card(self) -> CardId | None:
        """Return the identity of the card that is mounted; None if there is none that can be written.

        A directory that was a mount point before and is none now is the empty place of a card that was removed.
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
        """Return whether there is a directory that cannot be written."""
        return self.root.is_dir() and not os.access(self.root, os.W_OK | os.X_OK)

    def space(self) -> tuple[int, int]:
        """Return the size of the file system and the space that is free for us, in bytes."""
        found = os.statvfs(self.root)
        return found.f_blocks * found.f_frsize, found.f_bavail * found.f_frsize

    def make(self) -> None:
        """Make the card's directory if it is missing."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)

    def prepare(self, card: CardId) -> None:
        """Make the folders of this card that are missing, unless another card or none is mounted now.

        Raises ``OSError`` then.
        """
        with self._at(_FOLDER, self.root) as root:
            found = os.fstat(root)
            if (found.st_dev, found.st_ino) != card[:2]:
                raise OSError(errno.ENODEV, "the card is gone")
            for folder in FOLDERS:
                with suppress(FileExistsError):
                    os.mkdir(folder, 0o700, dir_fd=root)

    def holds(self, fd: int) -> bool:
        """Return whether an open file is on the card that is mounted now."""
        return os.fstat(fd).st_dev == os.stat(self.root).st_dev  # noqa: PTH116 - the pair reads better

    def entries(self) -> Iterator[FileEntry]:
        """Yield the files whose names are a recording's, except those that are being written."""
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
        """Return the file of that name, or nothing."""
        with self._folder(folder) as fd, suppress(FileNotFoundError):
            found = os.stat(name, dir_fd=fd, follow_symlinks=False)
            if stat.S_ISREG(found.st_mode):
                return [FileEntry(folder, name, found.st_size, found.st_mtime_ns)]
        return []

    def create(self, folder: str, name: str) -> int:
        """Return the descriptor of a new file, open for reading and writing; call `done` when it is written."""
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

        Raises ``OSError``; ``FileNotFoundError`` also for what is no plain file.
        """
        # NONBLOCK: opening a named pipe must not wait for its other end
        mode = (os.O_RDWR if change else os.O_RDONLY) | os.O_NONBLOCK | _LINKLESS
        with self._folder(folder) as at:
            fd = os.open(name, mode, dir_fd=at)
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            os.close(fd)
            raise FileNotFoundError(errno.ENOENT, "not a file", name)
        return fd

    def remove(self, folder: str, name: str) -> None:
        """Delete a file."""
        with self._folder(folder) as fd:
            os.unlink(name, dir_fd=fd)

    def sync(self, folder: str) -> None:
        """Sync the directory entries of a folder."""
        with self._folder(folder) as fd:
            os.fsync(fd)

    def add_file(self, path: Path, folder: str, name: str) -> FileEntry:
        """Add a whole file under a new name, as a hard link if possible, else as a copy; durable on return.

        Raises ``FileExistsError`` if the name is taken.
        """

        def fill(draft: str, fd: int) -> None:
            try:
                os.link(path, draft, dst_dir_fd=fd, follow_symlinks=False)
            except OSError:
                with path.open("rb") as source:
                    _copy(source, draft, fd)

        return self._add(folder, name, fill)

    def add_content(self, folder: str, name: str, content: bytes) -> FileEntry:
        """Add a small file; whole and durable on return. Raises ``FileExistsError`` if the name is taken."""
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
        """Delete everything in the two folders; `note_progress` is told which part is done, 0 to 1."""
        with ExitStack() as folders:
            fds = [folders.enter_context(self._folder(folder)) for folder in FOLDERS]
            files = [(name, fd) for fd in fds for name in _names(fd)]
            for count, (name, fd) in enumerate(files, 1):
                _delete(name, fd)
                note_progress(count / len(files))
            for fd in fds:
                os.fsync(fd)

    def clear_drafts(self) -> None:
        """Delete copies that a power loss interrupted."""
        for folder in FOLDERS:
            with self._folder(folder) as fd:
                for name in _names(fd):
                    if name.startswith(".") and name.endswith(DRAFT) and NAME.fullmatch(name[1 : -len(DRAFT)]):
                        os.unlink(name, dir_fd=fd)

    @contextmanager
    def _folder(self, folder: str) -> Iterator[int]:
        if folder not in FOLDERS:
            raise FileNotFoundError(errno.ENOENT, "no such folder", folder)
        with self._at(_FOLDER, self.root) as root, self._at(_FOLDER | os.O_NOFOLLOW, folder, root) as fd:
            yield fd

    @contextmanager
    def _at(self, flags: int, path: str | Path, at: int | None = None) -> Iterator[int]:
        fd = os.open(path, flags, dir_fd=at)
        try:
            yield fd
        finally:
            os.close(fd)


def _names(fd: int) -> list[str]:
    with os.scandir(fd) as listing:
        return [entry.name for entry in listing]


def _copy(source: BinaryIO, draft: str, fd: int) -> None:
    import shutil  # it brings three compressors; seldom needed

    target = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _LINKLESS, 0o600, dir_fd=fd)
    try:
        with os.fdopen(os.dup(target), "wb") as copy:
            shutil.copyfileobj(source, copy, 1 << 20)
        os.fsync(target)
    except OSError:
        os.unlink(draft, dir_fd=fd)
        raise
    finally:
        os.close(target)


def _name(draft: str, name: str, fd: int) -> None:
    """Give a draft its name, which must be free. Not every file system has hard links."""
    try:
        os.link(draft, name, src_dir_fd=fd, dst_dir_fd=fd, follow_symlinks=False)
        os.unlink(draft, dir_fd=fd)
    except FileExistsError:
        raise
    except OSError:
        with suppress(FileNotFoundError):
            os.stat(name, dir_fd=fd, follow_symlinks=False)
            raise FileExistsError(errno.EEXIST, "there is such a file", name) from None
        os.rename(draft, name, src_dir_fd=fd, dst_dir_fd=fd)


def _delete(name: str, fd: int) -> None:
    if stat.S_ISDIR(os.stat(name, dir_fd=fd, follow_symlinks=False).st_mode):
        import shutil

        shutil.rmtree(name, dir_fd=fd)
    else:
        os.unlink(name, dir_fd=fd)
