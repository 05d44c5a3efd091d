"""Virtual inputs, output, light sensor, IR-cut filter, LED and serial line: their state is that of the hardware."""

from collections.abc import Callable

from ipcamd.device.virtual_hardware import VirtualHardware
from ipcamd.params.group import Values


class _VirtualPart:
    is_present = is_connected = True

    def __init__(self, hardware: VirtualHardware) -> None:
        self._hardware = hardware

    async def check(self) -> None:
        """Virtual hardware always answers."""


class VirtualInput(_VirtualPart):
    """Digital input `number`: its level is the condition ``di1`` or ``di2``."""

    def __init__(self, hardware: VirtualHardware, number: int) -> None:
        super().__init__(hardware)
        self._name = f"di{number}"

    @property
    def level(self) -> str:
        """See `DigitalInput`."""
        return self._hardware[self._name]

    def watch(self, listener: Callable[[str, int], None]) -> None:
        """See `DigitalInput`."""
        self._hardware.watch(self._name, lambda level: listener(level, 0))


class VirtualOutput(_VirtualPart):
    """Digital output 1."""

    @property
    def level(self) -> str:
        """See `DigitalOutput`."""
        return self._hardware["do1"]

    def set_level(self, level: str) -> None:
        """See `DigitalOutput`."""
        self._hardware.report("do1", level)


class VirtualLight(_VirtualPart):
    """Light sensor with the condition ``light``."""

    @property
    def level(self) -> int:
        """See `LightSensor`."""
        return self._hardware.number("light")

    def watch(self, listener: Callable[[], None]) -> None:
        """See `LightSensor`."""
        self._hardware.watch("light", lambda _: listener())


class VirtualIrCut(_VirtualPart):
    """IR-cut filter with a lamp."""

    @property
    def in_path(self) -> bool:
        """See `IrCut`."""
        return self._hardware["ircut"] == "on"

    def set_filter(self, in_path: bool) -> None:
        """See `IrCut`."""
        self._hardware.report("ircut", "on" if in_path else "off")
        self._hardware.report("irled", "off" if in_path else "on")


class VirtualLed(_VirtualPart):
    """Light at the network socket."""

    def set_lit(self, lit: bool) -> None:
        """See `Led`."""
        self._hardware.report("led", "on" if lit else "off")


class VirtualSerialLine(_VirtualPart):
    """RS-485 line: the last bytes sent can be read back."""

    async def send(self, data: bytes, values: Values) -> None:
        """See `SerialLine`."""
        self._hardware.report("rs485", data.hex())
