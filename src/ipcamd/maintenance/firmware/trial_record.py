"""Trial record: data needed to revert the trial of a version, even after a power cut.

``firmware/trial`` contains a copy of the database and, when that is complete, the name of the version on trial.
``firmware/outcome.json`` reports a failed trial to the next camera process.
"""

import fcntl
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from ipcamd.errors import ConfigError
from ipcamd.maintenance.firmware.installed_versions import InstalledVersion, InstalledVersions
from ipcamd.store.durable_files import copy_durably, replace_durably, sync_directory, write_durably

_DATABASE = "ipcamd.db"
_LOGS = ("-wal", "-shm", "-journal")


class TrialRecord:
    """The record of one state directory. Blocks."""

    def __init__(self, versions: InstalledVersions) -> None:
        self._versions = versions
        self._folder = versions.folder / "trial"
        self._copy = self._folder / _DATABASE
        self._marker = self._folder / "trial.json"
        self._outcome = versions.folder / "outcome.json"
        self._database = versions.folder.parent / _DATABASE

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Hold the lock of the trial. Raises ``ConfigError`` if another process holds it."""
        with (self._versions.folder / "trial.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise ConfigError(
                    f"the state directory {self._versions.folder.parent} is in use by another camera: "
                    "stop that camera, or choose another directory with --state"
                ) from error
            yield

    @property
    def version(self) -> str:
        """Name of the folder of the version on trial; "" if there is no trial."""
        try:
            return str(json.loads(self._marker.read_bytes())["version"])
        except (OSError, ValueError, KeyError, TypeError):
            return "" if not self._marker.exists() else "unknown"

    def create(self, version: InstalledVersion) -> None:
        """Copy the database, then record the trial. Raises ``OSError``."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(mode=0o700)
        for part in ("", *_LOGS):
            source = self._database.with_name(_DATABASE + part)
            if source.exists():
                copy_durably(source, self._folder / source.name)
        sync_directory(self._folder)
        sync_directory(self._folder.parent)
        write_durably(self._marker, json.dumps({"version": version.folder.name}).encode())

    def delete(self) -> None:
        """Delete the record: the version is confirmed or reverted. Raises ``OSError``."""
        self._marker.unlink(missing_ok=True)
        sync_directory(self._folder)
        shutil.rmtree(self._folder, ignore_errors=True)

    def undo(self, failure: str) -> None:
        """Restore the database, and record the reason. If killed, it is repeated. Raises ``OSError``."""
        from ipcamd.store.recovery import announce_backup, backup_of

        for part in _LOGS:
            self._database.with_name(_DATABASE + part).unlink(missing_ok=True)
        for part in (*_LOGS, ""):
            kept = self._folder / (_DATABASE + part)
            if kept.exists():
                draft = self._database.with_name(f"{_DATABASE}{part}.restored")
                copy_durably(kept, draft)
                replace_durably(draft, self._database.with_name(_DATABASE + part))
        announce_backup(self._database)
        backup_of(self._database).unlink(missing_ok=True)  # of the version that failed; older ones cannot read it
        write_durably(self._outcome, json.dumps({"version": self.version, "failure": failure}).encode())
        self.delete()

    def take_outcome(self) -> str:
        """Return why the last trial failed, once; "" if it did not. Raises ``OSError``."""
        try:
            found = json.loads(self._outcome.read_bytes())
            failure = str(found["failure"])
        except FileNotFoundError:
            return ""
        except (ValueError, KeyError, TypeError):
            failure = "unknown"
        self._outcome.unlink(missing_ok=True)
        return failure


def undo_interrupted_trial(versions: InstalledVersions) -> None:
    """Revert an interrupted trial; delete the record of a confirmed one. Raises ``ConfigError``, ``OSError``."""
    record = TrialRecord(versions)
    if not record.version:
        return
    with record.hold():
        current = versions.current
        if current and current.folder.name == record.version:
            record.delete()
        elif record.version:
            record.undo(f"the trial of version {record.version.partition('-')[0]} was interrupted")
