"""POSIX time zones (IEEE 1003.1, 8.3): conversion from and to the camera's time zones."""

import re
from functools import cache
from importlib import resources
from pathlib import Path
from zoneinfo import TZPATH

from ipcamd.params.time_zones import ZONES

_FORM = re.compile(
    r"(?:<[A-Za-z0-9+-]{3,}>|[A-Za-z]{3,})([+-]?[0-9]{1,2})(?::([0-9]{2}))?(?::[0-9]{2})?(<[^>]{3,}>|[A-Za-z]{3,})?(.*)"
)


def posix_zone(index: int, daylight_saving: bool) -> str:
    """Return the POSIX text of zone `index`: with daylight saving rules, or with the standard offset all year."""
    if daylight_saving:
        return _rules(ZONES[index].name)
    minutes = round(-ZONES[index].hours * 60)
    sign, (hours, rest) = "-" if minutes < 0 else "", divmod(abs(minutes), 60)
    text = f"{hours}:{rest:02}" if rest else str(hours)
    return f"UTC{sign}{text}"  # POSIX allows more exact names in angle brackets, but some clients cannot read them


def find_zone(text: str, present: int) -> tuple[int, bool] | None:
    """Return the index of the matching zone and whether it has daylight saving; None without a match.

    The `present` zone takes precedence among equal matches, and equal rules take precedence over an equal offset.
    """
    parsed = _parse(text)
    if parsed is None:
        return None
    order = sorted(range(len(ZONES)), key=lambda index: index != present)
    exact = [(index, saving) for index in order for saving in (True, False) if posix_zone(index, saving) == text]
    if exact:
        return exact[0]
    hours, has_saving = parsed
    fitting = [index for index in order if ZONES[index].hours == hours and (not has_saving or _has_saving(index))]
    return (fitting[0], has_saving) if fitting else None


def _parse(text: str) -> tuple[float, bool] | None:
    """Return the hours east of UTC in standard time, and whether there is daylight saving."""
    match = _FORM.fullmatch(text)
    if not match:
        return None
    hours = int(match[1])
    minutes = int(match[2] or 0) / 60
    return -(hours - minutes if match[1].startswith("-") else hours + minutes), match[3] is not None


def _has_saving(index: int) -> bool:
    return "," in _rules(ZONES[index].name)


@cache
def _rules(name: str) -> str:
    """Return the last line of the zone's file, which contains its rules (RFC 9636, 3.3)."""
    for folder in TZPATH:
        path = Path(folder, name)
        if path.is_file():
            return _footer(path.read_bytes())
    folder, _, file = name.rpartition("/")
    package = ".".join(("tzdata.zoneinfo", *folder.split("/")))
    return _footer(resources.files(package).joinpath(file).read_bytes())


def _footer(content: bytes) -> str:
    return content.rstrip(b"\n").rpartition(b"\n")[2].decode("ascii")
