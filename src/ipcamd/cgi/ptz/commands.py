"""Commands of PTZ requests (SDK 8): all paths and spellings share them."""

import re
from collections.abc import Awaitable, Callable
from functools import partial

from ipcamd.cgi.endpoint import Call, Reply
from ipcamd.control.ptz.controller import DIRECTIONS, PtzController
from ipcamd.control.ptz.lock import LONGEST_S
from ipcamd.device.position import PtzPosition
from ipcamd.errors import HttpError, RequestFailed, shown
from ipcamd.params.device.ptz import PRESETS, Preset
from ipcamd.params.group import Rank

Command = Callable[[], Awaitable[None]]

DONE = Reply(status=204)
"""Answer of the SDK to a command that was carried out."""
MOVES = ("home", *DIRECTIONS, "stop")
LONGEST_TURN = 30
"""Most degrees of one command."""


def sent(call: Call) -> dict[str, str]:
    """Return the parameters of a request, names in lower case."""
    return {name.lower(): value.strip() for name, value in call.query.pairs}


async def carry_out(call: Call, pairs: dict[str, str]) -> Reply:
    """Carry out commands, names in lower case to values, in their order; none if one of them is wrong. Raises
    ``RequestFailed``, and ``HttpError`` 403."""
    continuous = _one_of("continuous", pairs.pop("continuous", "no"), ("yes", "no")) == "yes"
    degrees = _number("degree", pairs.pop("degree"), LONGEST_TURN, 0) if "degree" in pairs else None
    if not pairs:
        raise RequestFailed(f"no command; allowed: {', '.join(_COMMANDS)}")
    commands = [_command(call, name, value, continuous, degrees) for name, value in pairs.items()]
    if "lock" not in pairs:
        call.camera.ptz.lock.check(call.account.rank)
    if len(pairs) > 1 and "ptzpresetupdate" not in pairs:
        _refuse_unset(call.camera.ptz, pairs)
    for command in commands:
        await command()
    return DONE


def _refuse_unset(ptz: PtzController, pairs: dict[str, str]) -> None:
    """Raise ``RequestFailed`` if one of several valid commands needs what is not set, before the others act."""
    if "ptzpreset" in pairs:
        ptz.presets.position(int(pairs["ptzpreset"]))
    if pairs.get("ptzpatrol", "").lower() == "start":
        ptz.refuse_empty_patrol()
    if "excommand" in pairs:
        ptz.check_external(int(pairs["excommand"]))


def _command(call: Call, name: str, value: str, continuous: bool, degrees: int | None) -> Command:
    if name not in _COMMANDS:
        raise RequestFailed(f"{shown(name)}: unknown parameter; allowed: {', '.join(_COMMANDS)}")
    if name == "move" and value.lower() in DIRECTIONS:
        if degrees is not None:
            return partial(call.camera.ptz.turn, value.lower(), degrees)
        return partial(call.camera.ptz.move, value.lower(), continuous)
    return _COMMANDS[name](call, value)


def _move(call: Call, value: str) -> Command:
    match _one_of("move", value, MOVES):
        case "home":
            return call.camera.ptz.go_home
        case _:
            return call.camera.ptz.stop


def _zoom(call: Call, value: str) -> Command:
    """Continuous with ``in``, ``out``, ``stop``; else to a zoom of 1 to 4 (not in the SDK)."""
    ptz = call.camera.ptz
    match value.lower():
        case "in" | "out" as way:
            return partial(ptz.zoom, way == "in")
        case "stop":
            return ptz.stop
        case _:
            (zoom,) = _numbers("zoom", value, "in, out, stop, or 1 to 4", (1, 4))
            return partial(ptz.zoom_to, zoom)


def _position(call: Call, value: str) -> Command:
    """Move to pan, tilt and zoom (not in the SDK)."""
    allowed = "PAN|TILT|ZOOM: -100 to 100, -100 to 100, 1 to 4"
    place = PtzPosition(*_numbers("position", value, allowed, (-100, 100), (-100, 100), (1, 4)))
    return partial(call.camera.ptz.go_to, place)


def _center(call: Call, value: str) -> Command:
    """Move a point of the picture that is shown to its centre (not in the SDK)."""
    x, y = _numbers("center", value, "X|Y: 0 to 100 each, from the left and from the top", (0, 100), (0, 100))
    return partial(call.camera.ptz.center, x, y)


def _speed(call: Call, value: str) -> Command:
    if not re.fullmatch("[1-3]([|,][1-3]){2}", value):
        raise RequestFailed(f"speed={shown(value)}: allowed: PATROL|TILT|PAN, 1 to 3 each")
    patrol, tilt, pan = map(int, re.split("[|,]", value))
    return partial(call.camera.ptz.set_speeds, patrol, tilt, pan, call.requester())


def _preset(call: Call, value: str) -> Command:
    return partial(call.camera.ptz.go_to_preset, _number("ptzpreset", value, len(PRESETS)))


def _preset_update(call: Call, value: str) -> Command:
    number, _, rest = value.partition("|")
    try:
        kept = Preset().normalize("0|5|" if re.fullmatch(r"0(\|[^|]*){0,2}", rest) else rest)
    except ValueError as error:
        raise RequestFailed(f"ptzpresetupdate={shown(value)}: allowed: ID|{error}") from None
    number = str(_number("ptzpresetupdate", number, len(PRESETS)))
    return partial(call.camera.ptz.update_preset, int(number), kept, call.requester())


def _patrol(call: Call, value: str) -> Command:
    started = _one_of("ptzpatrol", value, ("start", "stop")) == "start"
    return call.camera.ptz.start_patrol if started else call.camera.ptz.stop_patrol


def _external(call: Call, value: str) -> Command:
    return partial(call.camera.ptz.send_external, _number("excommand", value, 5))


def _lock(call: Call, value: str) -> Command:
    """Let administrators alone move the camera for so many seconds; 0 ends it (not in the SDK)."""
    if call.account.rank < Rank.ADMIN:
        raise HttpError(403, "only an administrator may lock PTZ")
    return partial(call.camera.ptz.lock_for, call.account.name, _number("lock", value, LONGEST_S, 0))


def _bare(name: str, command: Callable[[PtzController], Command]) -> Callable[[Call, str], Command]:
    """Return the parser of a command without a value."""

    def parse(call: Call, value: str) -> Command:
        if value:
            raise RequestFailed(f"{name}={shown(value)}: allowed: no value")
        return command(call.camera.ptz)

    return parse


_COMMANDS: dict[str, Callable[[Call, str], Command]] = {
    "move": _move,
    "speed": _speed,
    "calibrate": _bare("calibrate", lambda ptz: ptz.calibrate),
    "ptzpreset": _preset,
    "ptzpatrol": _patrol,
    "ptzsethome": _bare("ptzsethome", lambda ptz: ptz.set_home),
    "ptzpresetupdate": _preset_update,
    "zoom": _zoom,
    "position": _position,
    "center": _center,
    "excommand": _external,
    "lock": _lock,
}
"""Commands of the SDK, then ours."""


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> str:
    if value.lower() not in allowed:
        raise RequestFailed(f"{name}={shown(value)}: allowed: {', '.join(allowed)}")
    return value.lower()


def _number(name: str, value: str, most: int, least: int = 1) -> int:
    if not re.fullmatch("[0-9]{1,4}", value) or not least <= int(value) <= most:
        raise RequestFailed(f"{name}={shown(value)}: allowed: {least} to {most}")
    return int(value)


def _numbers(name: str, value: str, allowed: str, *ranges: tuple[float, float]) -> list[float]:
    texts = re.split("[|,]", value)
    plain = len(texts) == len(ranges) and all(re.fullmatch(r"-?[0-9]{1,3}(\.[0-9]{1,6})?", text) for text in texts)
    if not plain or any(not low <= float(text) <= high for text, (low, high) in zip(texts, ranges, strict=True)):
        raise RequestFailed(f"{name}={shown(value)}: allowed: {allowed}")
    return [float(text) for text in texts]
