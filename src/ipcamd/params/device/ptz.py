"""``PTZ.*`` (SDK 10.31, 10.32): presets and speeds."""

from collections.abc import Callable

from ipcamd.params.group import Group, Origin, Param, Rank, Values
from ipcamd.params.values import Integer, Kind, Preset

PRESETS = tuple(f"Preset{number}" for number in range(1, 9))
"""Names of the parameters that hold the presets."""


def enabled(values: Values) -> int:
    """Return how many presets of ``PTZ.PresetList`` are enabled: what ``PresetCount`` tells."""
    return sum(values[name].startswith("1|") for name in PRESETS)


def live(values: Callable[[], Values]) -> dict[tuple[str, str], Callable[[], str]]:
    """Return the parameters that follow from the present `values` of ``PTZ.PresetList`` (see ``Camera.live``)."""
    return {("PTZ.PresetList", "PresetCount"): lambda: str(enabled(values()))}


def _param(name: str, kind: Kind, default: str, help: str) -> Param:
    return Param(name, kind, default, help, get=Rank.USERS, set=Rank.USERS, needs="PT", acts=False)


PRESETLIST = Group(
    "PTZ.PresetList",
    "10.31",
    (
        Param(
            "PresetCount",
            Integer(0, len(PRESETS)),
            "0",
            "How many presets are enabled.",
            get=Rank.USERS,
            set=None,
            origin=Origin.LIVE,
        ),
        *(_param(name, Preset(), "0|5|", f"{name}: enabled, seconds a patrol stays, name.") for name in PRESETS),
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
