"""Commands of PTZ requests (SDK 8), shared by all paths and spellings."""

import re
from collections.abc import Awaitable, Callable
from functools import partial

from ipcamd.cgi.arguments import NO_VALUE, Argument, Arguments
from ipcamd.cgi.endpoint import Call, Reply
from ipcamd.cgi.ptz.decimals import Decimals, numbers_in
from ipcamd.control.ptz.controller import DIRECTIONS, PtzController
from ipcamd.control.ptz.lock import LONGEST_S
from ipcamd.dataclass import dataclass
from ipcamd.device.position import PtzPosition
from ipcamd.errors import HttpError, RequestFailed, shown
from ipcamd.params.device.ptz import PRESETS, Preset
from ipcamd.params.group import Rank
from ipcamd.params.kinds.choice import YES_NO, OneOf
from ipcamd.params.kinds.kind import ValueKind
from ipcamd.params.kinds.number import Integer
from ipcamd.params.kinds.text import AnyOf, Matching

Command = Callable[[], Awaitable[None]]
"""Command that is ready to run. Raises ``RequestFailed``."""

DONE = Reply(status=204)
"""The SDK's answer to an executed command."""
MOVES = ("home", *DIRECTIONS, "stop")
"""Values of ``move``."""
LONGEST_TURN = 30
"""Maximum degrees of one command."""


def sent(call: Call) -> dict[str, str]:
    """Return the parameters of a request, with lower-case names."""
    return {name.lower(): value.strip() for name, value in call.query.pairs}


async def carry_out(call: Call, pairs: dict[str, str]) -> Reply:
    """Execute commands in their order; none if one of them is wrong. Names are lower-case. Raises ``RequestFailed``,
    and ``HttpError`` 403."""
    continuous = _CONTINUOUS.normalize(pairs.pop("continuous", _CONTINUOUS.default)) == "yes"
    degrees = int(_DEGREE.normalize(pairs.pop("degree"))) if "degree" in pairs else None
    if not pairs:
        raise RequestFailed(f"no command; allowed: {', '.join(_COMMANDS)}")
    pairs = {name: _normalized(name, value) for name, value in pairs.items()}
    commands = [_command(call, name, value, continuous, degrees) for name, value in pairs.items()]
    if "lock" not in pairs:
        call.camera.ptz.lock.check(call.account.rank)
    if len(pairs) > 1 and "ptzpresetupdate" not in pairs:
        _refuse_unset(call.camera.ptz, pairs)
    for command in commands:
        await command()
    return DONE


def _refuse_unset(ptz: PtzController, pairs: dict[str, str]) -> None:
    """Raise ``RequestFailed`` if one of several valid commands needs an unset preset or position, before others act."""
    if "ptzpreset" in pairs:
        ptz.presets.position(int(pairs["ptzpreset"]))
    if pairs.get("ptzpatrol") == "start":
        ptz.refuse_empty_patrol()
    if "excommand" in pairs:
        ptz.check_external(int(pairs["excommand"]))


def _normalized(name: str, value: str) -> str:
    if name not in _COMMANDS:
        raise RequestFailed(f"{shown(name)}: unknown parameter; allowed: {', '.join(a.name for a in ARGUMENTS)}")
    return ARGUMENTS[name].normalize(value)


def _command(call: Call, name: str, value: str, continuous: bool, degrees: int | None) -> Command:
    if name == "move" and value in DIRECTIONS:
        if degrees is not None:
            return partial(call.camera.ptz.turn, value, degrees)
        return partial(call.camera.ptz.move, value, continuous)
    return _COMMANDS[name].parse(call, value)


def _move(call: Call, value: str) -> Command:
    return call.camera.ptz.go_home if value == "home" else call.camera.ptz.stop


def _zoom(call: Call, value: str) -> Command:
    """Zoom continuously with ``in``, ``out``, ``stop``; else to a zoom of 1 to 4 (not in the SDK)."""
    ptz = call.camera.ptz
    match value:
        case "in" | "out" as way:
            return partial(ptz.zoom, way == "in")
        case "stop":
            return ptz.stop
        case _:
            return partial(ptz.zoom_to, float(value))


def _position(call: Call, value: str) -> Command:
    """Move to pan, tilt and zoom (not in the SDK)."""
    return partial(call.camera.ptz.go_to, PtzPosition(*numbers_in(value)))


def _center(call: Call, value: str) -> Command:
    """Centre a point of the visible picture (not in the SDK)."""
    return partial(call.camera.ptz.center, *numbers_in(value))


def _speed(call: Call, value: str) -> Command:
    patrol, tilt, pan = map(int, re.split("[|,]", value))
    return partial(call.camera.ptz.set_speeds, patrol, tilt, pan, call.requester())


def _preset(call: Call, value: str) -> Command:
    return partial(call.camera.ptz.go_to_preset, int(value))


def _preset_update(call: Call, value: str) -> Command:
    number, _, rest = value.partition("|")
    try:
        kept = Preset().normalize("0|5|" if re.fullmatch(r"0(\|[^|]*){0,2}", rest) else rest)
    except ValueError as error:
        raise RequestFailed(f"ptzpresetupdate={shown(value)}: allowed: ID|{error}") from None
    number = Argument("ptzpresetupdate", "Number of the preset.", _PRESET).normalize(number)
    return partial(call.camera.ptz.update_preset, int(number), kept, call.requester())


def _patrol(call: Call, value: str) -> Command:
    return call.camera.ptz.start_patrol if value == "start" else call.camera.ptz.stop_patrol


def _external(call: Call, value: str) -> Command:
    return partial(call.camera.ptz.send_external, int(value))


def _lock(call: Call, value: str) -> Command:
    """Lock PTZ for other ranks for this many seconds; 0 ends the lock (not in the SDK)."""
    if call.account.rank < Rank.ADMIN:
        raise HttpError(403, "only an administrator may lock PTZ")
    return partial(call.camera.ptz.lock_for, int(value))


@dataclass(frozen=True, slots=True)
class _PtzCommand:
    """One command: its parser, its allowed values (None: the parser checks them), and its meaning."""

    parse: Callable[[Call, str], Command]
    kind: ValueKind | None
    help: str


_PRESET = Integer(1, len(PRESETS))
_HUNDRED = (-100.0, 100.0)
_ZOOM = AnyOf((OneOf(("in", "out", "stop")), Decimals("1 to 4", ((1, 4),))))
_SPEEDS = Matching("[1-3]([|,][1-3]){2}", "PATROL|TILT|PAN, 1 to 3 each")
_POSITION = Decimals("PAN|TILT|ZOOM: -100 to 100, -100 to 100, 1 to 4", (_HUNDRED, _HUNDRED, (1, 4)))
_POINT = Decimals("X|Y: 0 to 100 each, from the left and from the top", ((0, 100), (0, 100)))
_COMMANDS: dict[str, _PtzCommand] = {
    "move": _PtzCommand(_move, OneOf(MOVES), "One step in a direction, the home position, or a stop."),
    "speed": _PtzCommand(_speed, _SPEEDS, "Speeds of patrol, tilt and pan."),
    "calibrate": _PtzCommand(lambda call, _: call.camera.ptz.calibrate, NO_VALUE, "Calibrate the motors."),
    "ptzpreset": _PtzCommand(_preset, _PRESET, "Go to a preset."),
    "ptzpatrol": _PtzCommand(_patrol, OneOf(("start", "stop")), "Visit the enabled presets in order, over and over."),
    "ptzsethome": _PtzCommand(
        lambda call, _: call.camera.ptz.set_home, NO_VALUE, "Make the position the home position."
    ),
    "ptzpresetupdate": _PtzCommand(
        _preset_update, None, "Store a preset: `ID|ENABLE|DURATION|NAME`; `ID|0||` removes."
    ),
    "zoom": _PtzCommand(_zoom, _ZOOM, "Zoom continuously, or to a zoom."),
    "position": _PtzCommand(_position, _POSITION, "Move to pan, tilt and zoom."),
    "center": _PtzCommand(_center, _POINT, "Move a point of the picture to its centre, in per cent."),
    "excommand": _PtzCommand(_external, Integer(1, 5), "Send an external command."),
    "lock": _PtzCommand(_lock, Integer(0, LONGEST_S), "Seconds for which administrators alone move the camera."),
}
"""Commands of the SDK, then additions."""
_CONTINUOUS = Argument("continuous", "Whether a move goes on until a stop.", YES_NO, default="no")
_DEGREE = Argument("degree", "Degrees of a move.", Integer(0, LONGEST_TURN))
ARGUMENTS = Arguments(
    *(Argument(name, command.help, command.kind) for name, command in _COMMANDS.items()),
    _CONTINUOUS,
    _DEGREE,
    ignores_blanks=True,
)
