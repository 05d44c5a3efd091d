"""State directory: private, and owned by one camera at a time."""

import fcntl
import logging
import os
from pathlib import Path

from ipcamd.errors import ConfigError
from ipcamd.store.durable_files import create_private, sync_directory

LOCK = "ipcamd.lock"
"""Lock file: its lock marks the directory as owned. It contains the owner's process id."""

_log = logging.getLogger(__name__)


class StateDirectory:
    """State directory owned until `close`, or until the process ends in any way.

    Raises `ConfigError` if it cannot be created or written, or if another camera owns it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            _make(path)
            create_private(path / LOCK)
            self._handle = os.open(path / LOCK, os.O_RDWR | os.O_CLOEXEC)
        except OSError as error:
            raise ConfigError(
                f"the state directory {path} cannot be used ({error}): choose another one with --state"
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
                "stop that camera, or choose another directory with --state"
            ) from error
        except OSError as error:
            raise ConfigError(
                f"the state directory {self.path} cannot be locked ({error}): choose one on a local disk with --state"
            ) from error
        try:
            os.ftruncate(self._handle, 0)
            os.pwrite(self._handle, b"%d\n" % os.getpid(), 0)
        except OSError:  # a full disk: the process id is only information in the error message above
            _log.debug("the process id could not be written to %s", self.path / LOCK)


def _make(path: Path) -> None:
    """Create the directory for its owner only; restrict access to one that is empty or the camera's."""
    missing = [place for place in (path, *path.parents) if not place.exists()]
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    for place in missing:
        sync_directory(place.parent)
    if not path.stat().st_mode & 0o077:
        return
    names = {entry.name for entry in path.iterdir()}
    if not names or LOCK in names:
        path.chmod(0o700)
    else:  # possibly a home directory or /tmp: its access must not change; the camera's files are private anyway
        _log.warning("the state directory %s holds other files and is open to other users: chmod 700 is advised", path)
