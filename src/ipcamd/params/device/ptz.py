"""``PTZ.*`` (SDK 10.31, 10.32): presets and speeds."""

import re
from collections.abc import Callable

from ipcamd.dataclass import dataclass
from ipcamd.params.group import Group, Param, Rank, Values, live_param
from ipcamd.params.kinds.kind import ValueKind
from ipcamd.params.kinds.number import Integer


@dataclass(frozen=True, slots=True)
class Preset:
    """A preset position, ``ENABLE|DURATION|NAME`` (SDK 10.31): 0 or 1, 1 to 30 seconds, at most 16 characters."""

    allowed: str = "ENABLE|DURATION|NAME: 0 or 1, 1 to 30, at most 16 printable characters"
    """See `ValueKind`."""

    def normalize(self, text: str) -> str:
        """See `ValueKind`."""
        match = re.fullmatch(r"([01])\|([0-9]{1,2})\|([^|]{0,16})", text)
        if not match or not text.isprintable() or not 1 <= int(match[2]) <= 30:
            raise ValueError(self.allowed)
        return f"{match[1]}|{int(match[2])}|{match[3]}"

    def value(self, text: str) -> tuple[bool, int, str]:
        """Return whether it is enabled, the seconds of a patrol's stay, and its name."""
        enabled, seconds, name = text.split("|")
        return enabled == "1", int(seconds), name


PRESETS = tuple(f"Preset{number}" for number in range(1, 9))
"""Names of the parameters of presets."""


def count_enabled(values: Values) -> int:
    """Return the number of enabled presets of ``PTZ.PresetList`` (``PresetCount``)."""
    return sum(values.value(name)[0] for name in PRESETS)


def readers(values: Callable[[], Values]) -> dict[tuple[str, str], Callable[[], str]]:
    """Return the readers of the parameters derived from the present `values` of ``PTZ.PresetList``."""
    return {("PTZ.PresetList", "PresetCount"): lambda: str(count_enabled(values()))}


def _param(name: str, kind: ValueKind, default: str, help: str) -> Param:
    return Param(name, kind, default, help, get=Rank.USERS, set=Rank.USERS, needs="PT")


PRESETLIST = Group(
    "PTZ.PresetList",
    "10.31",
    (
        live_param("PresetCount", Integer(0, len(PRESETS)), "0", "Number of enabled presets.", get=Rank.USERS),
        *(_param(name, Preset(), "0|5|", f"{name}: enabled, patrol stop in seconds, name.") for name in PRESETS),
    ),
)

SPEED = Group(
    "PTZ.Speed",
    "10.32",
    (
        _param("PanSpeed", Integer(1, 3), "2", "Speed of panning."),
        _param("TiltSpeed", Integer(1, 3), "2", "Speed of tilting."),
        _param("PatrolSpeed", Integer(1, 3), "2", "Speed of a patrol."),
    ),
)
