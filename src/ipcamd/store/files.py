"""Private, durable files and directories: readable by the owner only, on disk when a call returns."""

import os
from pathlib import Path


def sync_directory(path: Path) -> None:
    """Make the names in a directory durable: a new or renamed file is only then sure to be found after a power cut."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def create_private(path: Path) -> None:
    """Make sure that the file is there and that only its owner can read it."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))
    path.chmod(0o600)


def replace_durably(source: Path, target: Path) -> None:
    """Replace a file by another one beside it: after a power loss either the old or the new one is there, complete."""
    handle = os.open(source, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    source.replace(target)
    sync_directory(target.parent)


def draft_of(path: Path) -> Path:
    """Return the file that `write_durably` writes first; it stays when that fails."""
    return path.with_name(f"{path.name}.new")


def write_durably(path: Path, data: bytes) -> None:
    """Give a private file this content, all or nothing."""
    draft = draft_of(path)
    create_private(draft)
    draft.write_bytes(data)
    replace_durably(draft, path)
