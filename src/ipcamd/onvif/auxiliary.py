"""Auxiliary commands (ONVIF Core, 8.7): the infrared lamp, which switches day and night like ``IRCUt.Usage``, and
privacy (ours)."""

from ipcamd.camera import Camera
from ipcamd.errors import shown
from ipcamd.onvif.operation import OperationCall
from ipcamd.onvif.soap.fault import invalid_argument
from ipcamd.params.device.ircut import IRCUT
from ipcamd.params.device.privacy import PRIVACY
from ipcamd.settings.change_records import Change

_IR_LAMP = {
    "tt:IRLamp|On": Change(IRCUT.name, "Usage", "off"),
    "tt:IRLamp|Off": Change(IRCUT.name, "Usage", "on"),
    "tt:IRLamp|Auto": Change(IRCUT.name, "Usage", "auto"),
}
"""At night the lamp is on and the IR-cut filter is removed."""
_PRIVACY = {
    "ipcamd:Privacy|On": Change(PRIVACY.name, "Enabled", "yes"),
    "ipcamd:Privacy|Off": Change(PRIVACY.name, "Enabled", "no"),
}


def auxiliary_commands(camera: Camera) -> dict[str, Change]:
    """Return the supported commands, each with the change that it makes."""
    return (_IR_LAMP if camera.drivers.ir_cut.is_present else {}) | _PRIVACY


async def send_auxiliary_command(call: OperationCall, command: str) -> None:
    """Execute a command. Raises ``Fault`` ``AuxiliaryDataNotSupported``, and ``SettingForbidden``."""
    allowed = auxiliary_commands(call.camera)
    if command not in allowed:
        raise invalid_argument(f"{shown(command)}: allowed are {', '.join(allowed)}", "AuxiliaryDataNotSupported")
    await call.update(allowed[command])
