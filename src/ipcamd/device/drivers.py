"""Drivers: an interface for each kind of hardware, and the set of drivers of a device."""

import asyncio
import time
from collections.abc import Callable, Collection
from functools import partial
from typing import Protocol

from ipcamd.dataclass import dataclass
from ipcamd.device.interface_state import InterfaceState, OwnAddress
from ipcamd.device.position import LensPosition, PtzPosition
from ipcamd.device.virtual_hardware import VirtualHardware
from ipcamd.params.group import Values
from ipcamd.store.database import TransactionPart

SLEW_PPM = 500
"""Rate of slewing in parts per million (RFC 5905)."""


class ConnectedPart(Protocol):
    """A part of the device."""

    @property
    def is_connected(self) -> bool:
        """Whether the hardware works, as far as known."""


class OptionalPart(ConnectedPart, Protocol):
    """A part that a device may lack."""

    @property
    def is_present(self) -> bool:
        """Whether the device has such hardware."""


class DigitalInput(ConnectedPart, Protocol):
    """A digital input (SDK 10.13)."""

    @property
    def level(self) -> str:
        """The present level, ``high`` or ``low``."""

    def watch(self, listener: Callable[[str, int], None]) -> None:
        """Call `listener` in the event loop with the level, whenever it may have changed, and with its age in
        nanoseconds."""


class DigitalOutput(ConnectedPart, Protocol):
    """A digital output (SDK 10.13). No method blocks."""

    @property
    def level(self) -> str:
        """The level that was set, ``high`` or ``low``."""

    def set_level(self, level: str) -> None:
        """Set the level, ``high`` or ``low``, as soon as the hardware permits."""

    async def check(self) -> None:
        """Raise ``RequestFailed`` if the hardware is missing or does not answer."""


class Motors(OptionalPart, Protocol):
    """Motors of a pan-tilt head or a lens."""

    async def stop(self) -> None:
        """Stop the present move."""

    @property
    def is_digital(self) -> bool:
        """Whether it changes the source's picture instead: by cropping or blurring it."""

    @property
    def rest_in_s(self) -> float:
        """Seconds until the present move ends, as far as known; 0 at rest."""


class PanTilt(Motors, Protocol):
    """A pan-tilt head with zoom (SDK 8). No method blocks; each raises ``RequestFailed`` if the head fails."""

    @property
    def position(self) -> PtzPosition:
        """Present position, as far as known; from any thread."""

    @property
    def target(self) -> PtzPosition:
        """Position at the end of the present move."""

    def restore(self, position: PtzPosition) -> None:
        """Restore the position of the last run. A head that measures its position ignores it."""

    async def move_to(self, target: PtzPosition, pan_speed: int, tilt_speed: int) -> None:
        """Start to move from the present position to `target`, which is within the limits. Speeds are 1 to 3."""

    async def calibrate(self) -> None:
        """Reset the head after a hardware error."""


class Lens(Motors, Protocol):
    """A motor lens (SDK 13). No method blocks; each action raises ``RequestFailed`` if the lens fails."""

    @property
    def blur(self) -> float:
        """Present blur of the picture, see ``View``; 0 for a real lens; from any thread."""

    def position_at(self, moment_s: float) -> LensPosition:
        """Return the position, as far as known, at a time of ``time.monotonic()``: now, or earlier within the present
        move; from any thread."""

    @property
    def target(self) -> LensPosition:
        """Position at the end of the present move."""

    def restore(self, position: LensPosition) -> None:
        """Restore the position of the last run. A lens that measures its position ignores it."""

    async def move_to(self, target: LensPosition, pace: float = 1.0) -> None:
        """Start to move to `target`, which is within the limits; the focus at this fraction of its full speed."""


class IrCut(OptionalPart, Protocol):
    """An IR-cut filter, and optionally an IR lamp (SDK 10.14). No method blocks."""

    @property
    def in_path(self) -> bool:
        """Whether the filter is in the light path (day, colour); from any thread."""

    def set_filter(self, in_path: bool) -> None:
        """Move the filter into the light path (day, colour) or out of it (night, grey), as soon as the hardware
        permits; at night the IR lamp is on. Raises ``RequestFailed``."""

    async def check(self) -> None:
        """Raise ``RequestFailed`` if the filter is missing or does not answer."""


class LightSensor(Protocol):
    """A sensor of the ambient light."""

    @property
    def level(self) -> int | None:
        """Light, 0 to 100; None while unknown, and without a sensor."""

    def watch(self, listener: Callable[[], None]) -> None:
        """Call `listener` in the event loop whenever the light may have changed."""


class Led(Protocol):
    """The light at the network socket (SDK 10.30)."""

    def set_lit(self, lit: bool) -> None:
        """Switch it on or off, as soon as the hardware permits."""

    async def check(self) -> None:
        """Raise ``RequestFailed`` if it is missing or does not answer."""


class SerialLine(OptionalPart, Protocol):
    """An RS-485 line (SDK 10.15)."""

    async def send(self, data: bytes, values: Values) -> None:
        """Send `data` with the rate and the character format of the group ``RS485``. Raises ``RequestFailed``."""


class TimeSource(Protocol):
    """Clock of the device's time."""

    def now_ns(self) -> int:
        """Return the present time: nanoseconds since the epoch, UTC."""

    def set(self, moment_ns: int) -> TransactionPart:
        """Return the transaction part that sets the time; the setting survives a restart."""

    def slew(self, offset_ns: int) -> TransactionPart:
        """Return the transaction part that slews the time by `offset_ns`, at `SLEW_PPM`."""


class NetworkInterface(Protocol):
    """The network interfaces, including the one that the camera configures (SDK 10.22)."""

    @property
    def is_configurable(self) -> bool:
        """Whether `configure` sets the interface's address. Otherwise the system configures the addresses, and
        ``Network.IPAddress`` selects one of them for the services."""

    def address_towards(self, peer: str) -> str:
        """Return the device's own IP address on the route to `peer`, an IP address; "" without a route."""

    def addresses(self) -> tuple[OwnAddress, ...]:
        """Return all usable addresses of this machine."""

    def has_address(self, address: str) -> bool:
        """Whether an IP address is one of this machine, including all of 127.0.0.0/8."""

    def ipv6_router(self) -> tuple[str, str]:
        """Return interface and address of the preferred IPv6 router; both are "" if there is none."""

    def state(self, arrived_at: str = "") -> InterfaceState:
        """Return the state of the interface with the address `arrived_at`; by default that of the default route."""

    def check(self, network: Values, changed: Collection[str]) -> None:
        """Check the parameters `changed` of `network` (group ``Network``). Raises ``RequestFailed`` for values that
        this device does not support."""

    async def configure(self, network: Values, pppoe: Values) -> None:
        """Apply the groups ``Network`` and ``Network.PPPoE``. Raises ``RequestFailed``."""

    async def confirm(self) -> None:
        """Keep the configuration of `configure`."""

    async def roll_back(self) -> None:
        """Restore the configuration before `configure`."""


class Unit(Protocol):
    """A driver that connects to its hardware at the start."""

    async def start(self, note: Callable[[str], None]) -> None:
        """Connect to the hardware, now or as soon as it is present; `note` writes a failure to the event log. Returns
        within seconds."""

    async def close(self) -> None:
        """Release the hardware."""


@dataclass(frozen=True, slots=True)
class Drivers:
    """Drivers of one device, including absent ones (`ipcamd.device.driver_choice`)."""

    inputs: tuple[DigitalInput, ...]
    output: DigitalOutput
    pan_tilt: PanTilt
    lens: Lens
    ir_cut: IrCut
    light: LightSensor
    led: Led
    serial_line: SerialLine
    time_source: TimeSource
    network: NetworkInterface
    features: dict[str, str]
    """Parameters of ``Hardware`` derived from the set of drivers, connected or not (SDK 10.1)."""
    virtual: VirtualHardware | None = None
    """The state behind the virtual drivers; None on a real device."""
    light_by_picture: bool = False
    """Whether the brightness of the picture replaces a light sensor."""
    units: tuple[Unit, ...] = ()
    """Drivers that must be started and closed."""

    async def start(self, note: Callable[[str], None]) -> None:
        """Connect to the hardware; `note` writes a failure to the event log."""
        await asyncio.gather(*(unit.start(note) for unit in self.units))

    async def close(self) -> None:
        """Release the hardware."""
        await asyncio.gather(*(unit.close() for unit in self.units))

    def digital_zoom(self) -> float:
        """Return the present zoom of the source's picture, or that at the end of the present move, whichever is larger;
        1 without a digital zoom."""
        zooms = [1.0]
        if self.pan_tilt.is_digital:
            zooms += [self.pan_tilt.position.zoom, self.pan_tilt.target.zoom]
        if self.lens.is_digital:
            zooms += [self.lens.position_at(time.monotonic()).zoom, self.lens.target.zoom]
        return max(zooms)

    def readers(self) -> dict[tuple[str, str], Callable[[], str]]:
        """Return the readers of the hardware's parameters (see ``Settings.add_readers``)."""
        lines = enumerate(self.inputs, 1)
        return {
            **{("GPIO", f"TriggerInStatus{n}"): partial(getattr, line, "level") for n, line in lines},
            ("GPIO", "TriggerOutStatus1"): partial(getattr, self.output, "level"),
            **{("Hardware", name): partial(self._count, name) for name in self.features},
        }

    def presence(self) -> dict[str, Callable[[], bool]]:
        """Return whether the device has the hardware of the parameters in ``Hardware``, connected or not (see
        ``Settings.add_presence``)."""
        return {feature: partial(self.has, feature) for feature in self._connected()}

    def has(self, feature: str) -> bool:
        """Whether the device has the hardware of a parameter in ``Hardware``, connected or not."""
        return self.features[feature] != "0"

    def _count(self, feature: str) -> str:
        return str(self._connected().get(feature, self.features[feature]))

    def _connected(self) -> dict[str, int]:
        """Return the number of working units of each kind of hardware, as far as known."""
        return {
            "PT": int(self.pan_tilt.is_connected),
            "Zoom": int(self.lens.is_connected),
            "NightSensor": int(self.ir_cut.is_connected),
            "RS485": int(self.serial_line.is_connected),
            "TriggerIn": sum(line.is_connected for line in self.inputs),
            "TriggerOut": int(self.output.is_connected),
        }
