"""``RS485`` (SDK 10.15): the serial line to a pan-tilt head."""

from ipcamd.params.group import Group, Param, Rank
from ipcamd.params.kinds.choice import YES_NO, OneOf, numbers
from ipcamd.params.kinds.kind import ValueKind
from ipcamd.params.kinds.number import Integer
from ipcamd.params.kinds.text import HEX, Text

_BAUD_RATES = numbers(1200, 2400, 4800, 9600, 19200, 38400, 57600)


def _param(name: str, kind: ValueKind, default: str, help: str, unit: str = "", get: Rank = Rank.ADMIN) -> Param:
    return Param(name, kind, default, help, unit=unit, get=get, needs="RS485")


def _command(name: str, help: str) -> Param:
    return _param(name, HEX, "", f"Bytes of the custom protocol: {help}.")


RS485 = Group(
    "RS485",
    "10.15",
    (
        _param("Enable", YES_NO, "no", "Use the serial line.", get=Rank.USERS),
        _param("Protocol", OneOf(("Pelco-D", "custom", "Pelco-P", "VISCA")), "Pelco-D", "Protocol on the line."),
        _param("Address", Integer(1, 255), "1", "Device address; VISCA has 1 to 7."),
        _param("PanSpeed", Integer(0, 9), "5", "Speed level of panning."),
        _param("TiltSpeed", Integer(0, 9), "5", "Speed level of tilting."),
        _param("BaudRate", _BAUD_RATES, "9600", "Speed of the line.", "bit/s"),
        _param("DataBits", numbers(7, 8), "8", "Data bits of a character."),
        _param("Parity", OneOf(("none", "odd", "even", "space")), "none", "Parity bit of a character."),
        _param("StopBit", numbers(1, 2), "1", "Stop bits of a character."),
        _command("Home", "go home"),
        _command("Up", "tilt up"),
        _command("Down", "tilt down"),
        _command("Left", "pan left"),
        _command("Right", "pan right"),
        *(_param(f"ExName{n}", Text(16), "", f"Name of external command {n}.", get=Rank.USERS) for n in range(1, 6)),
        *(_command(f"ExCommand{n}", f"external command {n}") for n in range(1, 6)),
        *(_param(f"Position{n}", Text(16), "", f"Name of the head's preset {n}.", get=Rank.USERS) for n in range(1, 9)),
    ),
)
