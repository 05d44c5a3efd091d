"""Names of files at a target where others may have the same."""

from collections.abc import Iterator

NAMES = 20
"""So many names are tried."""


def names(name: str) -> Iterator[str]:
    """Yield the name, then the same with ``-2``, ``-3`` and so on before its ending."""
    yield name
    stem, dot, ending = name.rpartition(".")
    for number in range(2, NAMES + 1):
        yield f"{stem}-{number}{dot}{ending}" if dot else f"{name}-{number}"


def parts(path: str) -> list[str]:
    """Return a path's directories, whichever slash parts them."""
    return [part for part in path.replace("\\", "/").split("/") if part not in ("", ".")]
