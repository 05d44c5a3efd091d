"""The state directory: private, and owned by one camera at a time."""

import fcntl
import logging
import os
from pathlib import Path

from ipcamd.errors import ConfigError
from ipcamd.store.files import create_private, sync_directory

LOCK = "ipcamd.lock"
"""The file whose lock means: this directory has an owner. It holds the owner's process id."""

_log = logging.getLogger(__name__)


class StateDirectory:
    """A state directory that is ours until `close`, or until the process ends in whatever way.

    Raises `ConfigError` if it cannot be made or written, or if another camera owns it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            _make(path)
            create_private(path / LOCK)
            self._handle = os.open(path / LOCK, os.O_RDWR | os.O_CLOEXEC)
        except OSError as error:
            raise ConfigError(
                f"the state directory {path} cannot be used ({error}): give another one with --state"
            ) from error
        try:
            self._own()
        except BaseException:
            os.close(self._handle)
            raise

    def close(self) -> None:
        """Release the directory."""
        os.close(self._handle)

    def _own(self) -> None:
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            owner = os.pread(self._handle, 20, 0).decode("ascii", "replace").strip() or "unknown"
            raise ConfigError(
                f"the state directory {self.path} is in use by another camera (process {owner}): "
                "stop that one or give another directory with --state"
            ) from error
        except OSError as error:
            raise ConfigError(
                f"the state directory {self.path} cannot be locked ({error}): give one on a local disk"
            ) from error
        try:
            os.ftruncate(self._handle, 0)
            os.pwrite(self._handle, b"%d\n" % os.getpid(), 0)
        except OSError:  # a full disk; the process id is only a help to the reader of the message above
            _log.debug("no process id in %s", self.path / LOCK)


def _make(path: Path) -> None:
    """Make it, for its owner only; tighten one that is ours or empty."""
    missing = [place for place in (path, *path.parents) if not place.exists()]
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    for place in missing:
        sync_directory(place.parent)
    if not path.stat().st_mode & 0o077:
        return
    names = {entry.name for entry in path.iterdir()}
    if not names or LOCK in names:
        path.chmod(0o700)
    else:  # perhaps a home directory, or /tmp: not ours to close to others; our files in it are private in any case
        _log.warning("the state directory %s holds other files and is open to other users: chmod 700 is advised", path)
