"""Files of the SD card: adding, removing and rescanning of single files. For threads."""

import errno
from collections.abc import Collection
from contextlib import suppress
from datetime import tzinfo
from pathlib import Path
from typing import Protocol

from ipcamd.storage.card_scan import scan_files
from ipcamd.storage.disk import Disk, FileEntry
from ipcamd.storage.recording import EVENT, Recording
from ipcamd.storage.recording_name import began_by, free_names


class WholeFile(Protocol):
    """Complete file to add to the card: `ipcamd.recording.clip_file.ClipFile`."""

    @property
    def path(self) -> Path:
        """Path of the file."""

    @property
    def name(self) -> str:
        """File name, in the form of a recording's name."""

    @property
    def started_ns(self) -> int:
        """Start of the recording, in nanoseconds since the epoch, UTC."""

    @property
    def ended_ns(self) -> int:
        """End of the recording, in nanoseconds since the epoch, UTC."""


def add_clip_file(disk: Disk, file: WholeFile) -> FileEntry:
    """Add a complete file to the event folder under the next free name; return the recording.

    Raises ``OSError``.
    """
    began = began_by(file.name)
    if began is None:
        raise OSError(f"{file.name} is not a valid name of a recording")
    model, ending = file.name.rsplit("-", 2)[0], file.name[-3:]
    for name in free_names(model, began, ending):
        with suppress(FileExistsError):
            return disk.add_file(file.path, EVENT, name)
    raise FileExistsError(f"recordings of that time already exist: {file.name}")


def remove_files(disk: Disk, recordings: Collection[Recording]) -> None:
    """Delete files; the deletion is durable on return. Missing files are ignored. Raises ``OSError``."""
    for recording in recordings:
        with suppress(FileNotFoundError):
            disk.remove(recording.folder, recording.name)
    for folder in {recording.folder for recording in recordings}:
        disk.sync(folder)


def rescan_file(disk: Disk, folder: str, name: str, zone: tzinfo) -> list[Recording]:
    """Return the recording of that name, repaired if it is truncated; empty if there is none. Raises ``OSError``."""
    found = disk.find(folder, name)
    known = scan_files(disk, found, zone)
    if found and not known and disk.find(folder, name):
        raise OSError(errno.EIO, "it cannot be read", name)
    return known
