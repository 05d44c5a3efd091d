"""Contents of a server's directory."""

from contextlib import suppress
from pathlib import Path


def contents(folder: Path) -> dict[str, bytes]:
    """Return each file's path and content; one that gets another name meanwhile may be missing."""
    found = {}
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError, IsADirectoryError):
            found[str(path.relative_to(folder))] = path.read_bytes()
    return found
