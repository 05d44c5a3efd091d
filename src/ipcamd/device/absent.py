"""Absent drivers: missing hardware. Its actions are refused, and its state is constant."""

from collections.abc import Callable, Collection

from ipcamd.device.host_network import HostNetwork
from ipcamd.device.position import LensPosition, PtzPosition
from ipcamd.errors import RequestFailed
from ipcamd.params.group import Values

_UNSUPPORTED = "not supported by this device"


def _refusal() -> RequestFailed:
    return RequestFailed(_UNSUPPORTED)


class AbsentOutput:
    """No digital output: switching it has no effect."""

    is_connected = False
    level = "low"

    def set_level(self, level: str) -> None:
        """See `DigitalOutput`."""

    async def check(self) -> None:
        """See `DigitalOutput`."""
        raise _refusal()


class AbsentPanTilt:
    """No pan-tilt head."""

    is_present = is_connected = is_digital = False
    position = target = PtzPosition()
    rest_in_s = 0.0

    def restore(self, position: PtzPosition) -> None:
        """See `PanTilt`."""

    async def move_to(self, target: PtzPosition, pan_speed: int, tilt_speed: int) -> None:
        """See `PanTilt`."""
        raise _refusal()

    async def stop(self) -> None:
        """See `PanTilt`."""
        raise _refusal()

    async def calibrate(self) -> None:
        """See `PanTilt`."""
        raise _refusal()


class AbsentLens:
    """No motor lens; a pan-tilt head may have a zoom."""

    is_present = is_connected = is_digital = False
    blur = 0.0
    target = LensPosition()
    rest_in_s = 0.0

    def position_at(self, moment_s: float) -> LensPosition:
        """See `Lens`."""
        return self.target

    def restore(self, position: LensPosition) -> None:
        """See `Lens`."""

    async def move_to(self, target: LensPosition, pace: float = 1.0) -> None:
        """See `Lens`."""
        raise _refusal()

    async def stop(self) -> None:
        """See `Lens`."""
        raise _refusal()


class AbsentIrCut:
    """No IR-cut filter."""

    is_present = is_connected = False
    in_path = True

    def set_filter(self, in_path: bool) -> None:
        """See `IrCut`."""
        raise _refusal()

    async def check(self) -> None:
        """See `IrCut`."""
        raise _refusal()


class AbsentLight:
    """No light sensor."""

    level = None

    def watch(self, listener: Callable[[], None]) -> None:
        """See `LightSensor`."""


class AbsentLed:
    """No light at the network socket."""

    def set_lit(self, lit: bool) -> None:
        """See `Led`."""

    async def check(self) -> None:
        """See `Led`."""
        raise _refusal()


class AbsentSerialLine:
    """No RS-485 line."""

    is_present = is_connected = False

    async def send(self, data: bytes, values: Values) -> None:
        """See `SerialLine`."""
        raise _refusal()


class AbsentNetwork(HostNetwork):
    """The machine's network, which the camera does not configure; services listen on one of its addresses."""

    def check(self, network: Values, changed: Collection[str]) -> None:
        """See `NetworkInterface`."""
        if others := set(changed) - {"IPAddress"}:
            raise RequestFailed(f"Network.{min(others)}: {_UNSUPPORTED}")

    async def configure(self, network: Values, pppoe: Values) -> None:
        """See `NetworkInterface`."""
