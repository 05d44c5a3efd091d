"""Commands of older PTZ requests, as sent by the family's pages, its Android viewer and ZoneMinder's SkyIPCam7xx.

They are converted to the SDK's commands (clarifications, Every CGI).
"""

import re

from ipcamd.cgi.arguments import Argument, Arguments
from ipcamd.cgi.endpoint import Call, Reply
from ipcamd.cgi.ptz import commands
from ipcamd.cgi.ptz.commands import carry_out, sent
from ipcamd.params.device.ptz import PRESETLIST, PRESETS

_MOVES = {
    "h": ("move", "home"),
    "left_up": ("move", "upleft"),
    "right_up": ("move", "upright"),
    "left_down": ("move", "downleft"),
    "right_down": ("move", "downright"),
    "patrol": ("ptzpatrol", "start"),
    "reset": ("calibrate", ""),
    **{f"p{index}": ("ptzpreset", str(index + 1)) for index in range(len(PRESETS))},
}
"""Older value of ``move`` to the SDK's command and its value."""


ARGUMENTS = Arguments(
    Argument("action", "Command that `Cmd` is the value of; `movedegree` is `move`."),
    Argument("Cmd", "Value of the command."),
    Argument("positionname", "Name of the preset that `position` stores."),
    *(
        Argument(each.name, each.help, None if each.name in ("move", "position") else each.kind)
        for each in commands.ARGUMENTS
    ),
    ignores_blanks=True,
)
"""`move` and `position` also have older values: see `carry_old_out`."""


async def carry_old_out(call: Call) -> Reply:
    """Execute the commands of old clients: `action=move&Cmd=up`, `action=movedegree&Cmd=up&Degree=5`, `move=p0`,
    `position=0&positionname=Door`, or those of `ptz.cgi`."""
    pairs = sent(call)
    action, command = pairs.pop("action", "move").lower(), pairs.pop("cmd", None)
    if command is not None:
        pairs["move" if action == "movedegree" else action] = command
    preset_name = pairs.pop("positionname", "") if _is_preset(pairs.get("position", "")) else ""
    return await carry_out(call, dict(_translate(call, *pair, preset_name) for pair in pairs.items()))


def _translate(call: Call, name: str, value: str, preset_name: str) -> tuple[str, str]:
    if name == "move":
        return _MOVES.get(value.lower(), (name, value))
    if name == "position" and _is_preset(value):
        return "ptzpresetupdate", _preset(call, int(value) + 1, preset_name)
    return name, value


def _is_preset(value: str) -> bool:
    """Return whether a value of ``position`` is the index of a preset, not a position."""
    return re.fullmatch("[0-7]", value) is not None


def _preset(call: Call, number: int, name: str) -> str:
    """Return the value of ``ptzpresetupdate`` that stores a preset and keeps its duration."""
    _, seconds, _ = call.camera.settings[PRESETLIST.name].value(PRESETS[number - 1])
    return f"{number}|1|{seconds}|{name}"
