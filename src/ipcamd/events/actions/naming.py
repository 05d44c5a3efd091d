"""Names of files at a target where others may have the same."""

from collections.abc import Callable, Iterator
from itertools import takewhile

from ipcamd.events.parcel import Parcel

NAMES = 20
"""So many names are tried."""


def names(name: str) -> Iterator[str]:
    """Yield the name, then the same with ``-2``, ``-3`` and so on before its ending."""
    yield name
    stem, dot, ending = name.rpartition(".")
    for number in range(2, NAMES + 1):
        yield f"{stem}-{number}{dot}{ending}" if dot else f"{name}-{number}"


def arrived(parcel: Parcel, size: Callable[[str], int | None]) -> bool:
    """Whether a file there, under a name that it could have been given, is as large as this one.

    `size` tells a file's; None if there is none.
    """
    return parcel.size in takewhile(lambda found: found is not None, map(size, names(parcel.name)))


def parts(path: str) -> list[str]:
    """Return a path's directories, whichever slash parts them."""
    return [part for part in path.replace("\\", "/").split("/") if part not in ("", ".")]
