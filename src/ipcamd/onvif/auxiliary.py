"""Auxiliary commands (ONVIF Core, 8.7): the infrared lamp, which switches day and night like ``IRCUt.Usage``."""

from ipcamd.camera import Camera
from ipcamd.errors import shown
from ipcamd.onvif.operation import OperationCall
from ipcamd.onvif.soap.fault import invalid_argument
from ipcamd.params.device.ircut import IRCUT
from ipcamd.settings.change_records import Change

_IR_LAMP = {"tt:IRLamp|On": "off", "tt:IRLamp|Off": "on", "tt:IRLamp|Auto": "auto"}
"""Command to ``IRCUt.Usage``: at night the lamp is on and the IR-cut filter is removed."""


def auxiliary_commands(camera: Camera) -> tuple[str, ...]:
    """Return the supported commands."""
    return tuple(_IR_LAMP) if camera.drivers.ir_cut.is_present else ()


async def send_auxiliary_command(call: OperationCall, command: str) -> None:
    """Execute a command. Raises ``Fault`` ``AuxiliaryDataNotSupported``."""
    allowed = auxiliary_commands(call.camera)
    if command not in allowed:
        text = ", ".join(allowed) or "none"
        raise invalid_argument(f"{shown(command)}: allowed are {text}", "AuxiliaryDataNotSupported")
    await call.camera.settings.update([Change(IRCUT.name, "Usage", _IR_LAMP[command])], by=call.requester())
