"""Private, durable files and directories: readable only by their owner, and on the disk when a call returns."""

import os
import shutil
from pathlib import Path


def sync_directory(path: Path) -> None:
    """Make the names in a directory durable: without this, a power cut can lose a new or renamed file."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_file(path: Path) -> None:
    """Make the content of a file durable."""
    with path.open("rb") as file:
        os.fsync(file)


def create_private(path: Path) -> None:
    """Create the file if it is missing, and restrict its access to the owner."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))
    path.chmod(0o600)


def replace_durably(source: Path, target: Path) -> None:
    """Replace a file by another one in the same directory. After a power loss one of them is there, complete."""
    sync_file(source)
    source.replace(target)
    sync_directory(target.parent)


def copy_durably(source: Path, target: Path) -> None:
    """Copy a file to a private one. The content is durable on return, the name after `sync_directory`."""
    shutil.copyfile(source, target)
    target.chmod(0o600)
    sync_file(target)


def draft_of(path: Path) -> Path:
    """Return the temporary file of `write_durably`; it remains after a failure."""
    return path.with_name(f"{path.name}.new")


def write_durably(path: Path, data: bytes) -> None:
    """Write the content of a private file, entirely or not at all."""
    draft = draft_of(path)
    create_private(draft)
    draft.write_bytes(data)
    replace_durably(draft, path)
