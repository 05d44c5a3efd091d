"""Presets of PTZ (ONVIF PTZ, 5.5): the eight of ``PTZ.PresetList``; a preset's token is its number."""

from ipcamd.camera import Camera
from ipcamd.onvif.operation import OperationCall
from ipcamd.onvif.ptz.moves import begin_move, check_profile
from ipcamd.onvif.ptz.nodes import position_node
from ipcamd.onvif.soap.fault import invalid_argument, receiver_fault
from ipcamd.onvif.soap.writer import Content, node
from ipcamd.params.device.ptz import PRESETLIST, PRESETS

NAME_LIMIT = 16
"""Maximum number of characters of a name (SDK 10.31)."""


def get_presets(call: OperationCall) -> Content:
    """List the presets that are set."""
    check_profile(call)
    presets = call.camera.ptz.presets
    return [
        node(
            "tptz:Preset",
            node("tt:Name", name or f"Preset {number}"),
            position_node("tt:PTZPosition", *presets.position(number)),
            token=number,
        )
        for number, name in _names(call.camera).items()
    ]


async def set_preset(call: OperationCall) -> Content:
    """Store the present position in a preset, and return its token."""
    camera, names = begin_move(call), _names(call.camera)
    number = _free_number(names) if call["PresetToken"] is None else _number(call, names)
    name = names.get(number, "") if call["PresetName"] is None else _checked_name(call["PresetName"])
    if name and any(other == name for each, other in names.items() if each != number):
        raise invalid_argument(f"PresetName={name}: a preset with this name exists already", "PresetExist")
    _, seconds, _ = camera.settings[PRESETLIST.name].value(PRESETS[number - 1])
    await camera.ptz.update_preset(number, f"1|{seconds}|{name}", call.requester())
    return node("tptz:PresetToken", number)


async def remove_preset(call: OperationCall) -> None:
    """Remove a preset."""
    camera = begin_move(call)
    await camera.ptz.update_preset(_number(call, _names(camera)), "0|5|", call.requester())


async def go_to_preset(call: OperationCall) -> None:
    """Move to a preset."""
    camera = begin_move(call)
    await camera.ptz.go_to_preset(_number(call, _names(camera)))


def _names(camera: Camera) -> dict[int, str]:
    """Return the names of the presets that are set, by number."""
    values = camera.settings[PRESETLIST.name]
    return {number: values.value(PRESETS[number - 1])[2] for number in camera.ptz.presets.stops()}


def _number(call: OperationCall, names: dict[int, str]) -> int:
    """Return the preset that a request names. Raises ``Fault`` ``NoToken``."""
    token = call["PresetToken"]
    for number in names:
        if str(number) == token:
            return number
    raise invalid_argument(f"PresetToken={token}: there is no such preset", "NoToken")


def _free_number(names: dict[int, str]) -> int:
    if free := set(range(1, len(PRESETS) + 1)) - names.keys():
        return min(free)
    raise receiver_fault("Action", "TooManyPresets", reason=f"there are {len(PRESETS)} presets already")


def _checked_name(name: str) -> str:
    if len(name) > NAME_LIMIT or "|" in name or not name.isprintable():
        allowed = f"allowed are {NAME_LIMIT} printable characters without |"
        raise invalid_argument(f"PresetName: {allowed}", "InvalidPresetName")
    return name
