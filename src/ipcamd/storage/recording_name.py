"""Name of a recording (SDK 14): ``<ModelName>-MMDDYYYY-HHMMSS.avi``, local start time.

Single pictures end with ``.jpg``, recordings in MP4 with ``.mp4``.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.-]{0,47}-([0-9]{8}-[0-9]{6})\.(avi|jpg|mp4)")
"""Pattern of a complete file name; the camera ignores other files on the card."""

TRIES = 120
"""Names to try, one for each second, before giving up: some are taken after the clock was set back."""

_FORM = "%m%d%Y-%H%M%S"
_YEARS = range(1970, 2200)
"""Plausible years: their nanoseconds fit into the database."""


def name_of(model: str, began: datetime, ending: str = "avi") -> str:
    """Return the file name for this local start time."""
    plain = re.sub("[^0-9A-Za-z_.-]", "_", model)[:48].lstrip("_.-") or "camera"
    # strftime writes years before 1000 without leading zeros; the camera's clock begins in 1971
    return f"{plain}-{began.strftime(_FORM)}.{ending}"


def free_names(model: str, began: datetime, ending: str) -> Iterator[str]:
    """Yield the file name for this local start time, then the names to use if it is taken."""
    return (name_of(model, began + timedelta(seconds=second), ending) for second in range(TRIES))


def began_by(name: str) -> datetime | None:
    """Return the local start time that a name contains, without a zone; None if it is not the name of a recording."""
    match = NAME.fullmatch(name)
    try:
        began = datetime.strptime(match[1], _FORM) if match else None
    except ValueError:
        return None
    return began if began and believable(began) else None


def believable(moment: datetime) -> bool:
    """Return whether a start time read from a file is plausible."""
    return moment.year in _YEARS
