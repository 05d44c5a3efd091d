"""Virtual drivers: they use the state of the virtual hardware."""

import time
from collections.abc import Callable

from ipcamd.dataclass import dataclass
from ipcamd.device.drivers import SLEW_PPM, LightSensor
from ipcamd.device.virtual_hardware import VirtualHardware
from ipcamd.params.group import Values
from ipcamd.store.database import TransactionPart
from ipcamd.store.keyvalue import KeyValueStore

OFFSET = "clock.offset"
"""Key of the clock's offset, in nanoseconds."""


class VirtualInput:
    """Digital input `number`: its level is the condition ``di1`` or ``di2``."""

    is_connected = True

    def __init__(self, hardware: VirtualHardware, number: int) -> None:
        self._hardware = hardware
        self._name = f"di{number}"

    @property
    def level(self) -> str:
        """See `DigitalInput`."""
        return self._hardware[self._name]

    def watch(self, listener: Callable[[str, int], None]) -> None:
        """See `DigitalInput`."""
        self._hardware.watch(self._name, lambda level: listener(level, 0))


class VirtualOutput:
    """Digital output 1."""

    is_connected = True

    def __init__(self, hardware: VirtualHardware) -> None:
        self._hardware = hardware

    @property
    def level(self) -> str:
        """See `DigitalOutput`."""
        return self._hardware["do1"]

    def set_level(self, level: str) -> None:
        """See `DigitalOutput`."""
        self._hardware.report("do1", level)

    async def check(self) -> None:
        """See `DigitalOutput`."""


class VirtualLight:
    """Light sensor with the condition ``light``."""

    def __init__(self, hardware: VirtualHardware) -> None:
        self._hardware = hardware

    @property
    def level(self) -> int:
        """See `LightSensor`."""
        return self._hardware.number("light")

    def watch(self, listener: Callable[[], None]) -> None:
        """See `LightSensor`."""
        self._hardware.watch("light", lambda _: listener())


class VirtualIrCut:
    """IR-cut filter with a lamp."""

    is_present = is_connected = True

    def __init__(self, hardware: VirtualHardware, sensor: LightSensor | None = None) -> None:
        """`sensor` is the virtual one by default."""
        self._hardware = hardware
        self._sensor = sensor or VirtualLight(hardware)

    @property
    def in_path(self) -> bool:
        """See `IrCut`."""
        return self._hardware["ircut"] == "on"

    @property
    def light(self) -> int | None:
        """See `IrCut`."""
        return self._sensor.level

    def set_filter(self, in_path: bool) -> None:
        """See `IrCut`."""
        self._hardware.report("ircut", "on" if in_path else "off")
        self._hardware.report("irled", "off" if in_path else "on")

    async def check(self) -> None:
        """See `IrCut`."""

    def watch_light(self, listener: Callable[[], None]) -> None:
        """See `IrCut`."""
        self._sensor.watch(listener)


class VirtualLed:
    """Light at the network socket."""

    def __init__(self, hardware: VirtualHardware) -> None:
        self._hardware = hardware

    def set_lit(self, lit: bool) -> None:
        """See `Led`."""
        self._hardware.report("led", "on" if lit else "off")

    async def check(self) -> None:
        """See `Led`."""


class VirtualSerialLine:
    """RS-485 line: the last bytes sent can be read back."""

    is_present = is_connected = True

    def __init__(self, hardware: VirtualHardware) -> None:
        self._hardware = hardware

    async def send(self, data: bytes, values: Values) -> None:
        """See `SerialLine`."""
        self._hardware.report("rs485", data.hex())


class OffsetClock:
    """The host's clock plus an offset set by hand or NTP, which survives a restart (clarifications, 1.3)."""

    def __init__(
        self,
        key_values: KeyValueStore,
        host: Callable[[], int] = time.time_ns,
        monotonic: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        """`host` is the host's clock, in nanoseconds since the epoch; `monotonic` measures the progress of a slew."""
        self._key_values = key_values
        self._host = host
        self._monotonic = monotonic
        self._offset = _Offset(int(key_values.get(OFFSET) or 0))

    def now_ns(self) -> int:
        """See `TimeSource`. From any thread."""
        return self._host() + self._offset.at(self._monotonic())

    def set(self, moment_ns: int) -> TransactionPart:
        """See `TimeSource`."""
        return self._change(_Offset(moment_ns - self._host()))

    def slew(self, offset_ns: int) -> TransactionPart:
        """See `TimeSource`. A restart completes it at once."""
        began_ns = self._monotonic()
        present_ns = self._offset.at(began_ns)
        return self._change(_Offset(present_ns + offset_ns, present_ns, began_ns))

    def _change(self, offset: "_Offset") -> TransactionPart:
        kept = self._key_values.keep(OFFSET, str(offset.final_ns))

        def done() -> None:
            kept.done()
            self._offset = offset

        return TransactionPart(kept.save, done)


@dataclass(frozen=True, slots=True)
class _Offset:
    """Offset that changes from `first_ns` to `final_ns` at the rate of a slew, from monotonic time `began_ns` on."""

    final_ns: int
    first_ns: int | None = None
    began_ns: int = 0

    def at(self, monotonic_ns: int) -> int:
        if self.first_ns is None:
            return self.final_ns
        way = self.final_ns - self.first_ns
        covered = min(abs(way), (monotonic_ns - self.began_ns) * SLEW_PPM // 1_000_000)
        return self.first_ns + (covered if way > 0 else -covered)
