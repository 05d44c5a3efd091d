"""File names at a target, where other files may have the same name."""

from collections.abc import Callable, Iterator
from itertools import takewhile

from ipcamd.delivery.queue.spool_item import SpoolItem

NAMES = 20
"""Maximum number of names to try."""


def temporary_name(item: SpoolItem) -> str:
    """Return the name of a file at the target until it is complete."""
    return f"{item.name}.{item.token[:8]}.part"


def candidate_names(name: str) -> Iterator[str]:
    """Yield the name, then the same with ``-2``, ``-3`` and so on before its suffix."""
    yield name
    stem, dot, ending = name.rpartition(".")
    for number in range(2, NAMES + 1):
        yield f"{stem}-{number}{dot}{ending}" if dot else f"{name}-{number}"


def find_arrived(item: SpoolItem, size: Callable[[str], int | None]) -> str:
    """Return the name of an existing file with a possible name and the size of this one; "" without one. `size` returns
    a file's size; None if it does not exist."""
    sizes = ((name, size(name)) for name in candidate_names(item.name))
    found = takewhile(lambda one: one[1] is not None, sizes)
    return next((name for name, count in found if count == item.size), "")


def describe_rename(item: SpoolItem, name: str) -> str:
    """Return the log text for a file that was stored as `name`; "" for its own."""
    return "" if name == item.name else f"{item.name} as {name}, since the name is taken"


def split_path(path: str) -> list[str]:
    """Return the directories of a path with slashes or backslashes."""
    return [part for part in path.replace("\\", "/").split("/") if part not in ("", ".")]
