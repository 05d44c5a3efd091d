"""Choice of the drivers: the only module that depends on the device model."""

import importlib
import importlib.util
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ipcamd.device.absent import (
    AbsentIrCut,
    AbsentLed,
    AbsentLens,
    AbsentLight,
    AbsentNetwork,
    AbsentOutput,
    AbsentPanTilt,
    AbsentSerialLine,
)
from ipcamd.device.drivers import (
    DigitalInput,
    Drivers,
    Lens,
    LightSensor,
    PanTilt,
    Unit,
)
from ipcamd.device.motor_speeds import make_zoom
from ipcamd.device.virtual.clock import OffsetClock
from ipcamd.device.virtual.lens import VirtualLens
from ipcamd.device.virtual.network import VirtualNetwork
from ipcamd.device.virtual.pan_tilt import VirtualPanTilt
from ipcamd.device.virtual.simple_parts import (
    VirtualInput,
    VirtualIrCut,
    VirtualLed,
    VirtualLight,
    VirtualOutput,
    VirtualSerialLine,
)
from ipcamd.device.virtual_hardware import VirtualHardware
from ipcamd.errors import ConfigError
from ipcamd.params.device.hardware import HARDWARE
from ipcamd.store.keyvalue import KeyValueStore

if TYPE_CHECKING:
    from ipcamd.device.linux.gpio.line import GpioLine

T = TypeVar("T")

FEATURES = {
    "inputs": "TriggerIn",
    "output": "TriggerOut",
    "pan-tilt": "PT",
    "lens": "Zoom",
    "ir-cut": "NightSensor",
    "ir-lamp": "",
    "light": "",
    "led": "",
    "serial": "RS485",
    "network": "",
}
"""Kind of hardware, by its name in ``[device]`` of the TOML file, to its parameter in ``Hardware``."""

MODELS = ("virtual", "linux")
"""Device models: other hardware than in ``[device]`` is virtual on the first, absent on the second."""
_NOT_LINUX = ("virtual", "none")
MAX_INPUTS = 2
"""Digital inputs of a device (``Hardware.TriggerIn``)."""


def choose_drivers(
    chosen: Mapping[str, str], key_values: KeyValueStore, applied: dict[str, str] | None = None, model: str = "virtual"
) -> Drivers:
    """Return the drivers of one of the `MODELS`. `chosen` names the drivers of some kinds of hardware: ``virtual``,
    ``none``, or hardware of Linux. For `applied` see `VirtualHardware`. Raises ``ConfigError``."""
    if unknown := chosen.keys() - FEATURES.keys():
        raise ConfigError(f"[device] {min(unknown)}: there is no such hardware; allowed: {', '.join(FEATURES)}")
    defaults = dict.fromkeys(FEATURES, "virtual" if model == "virtual" else "none")
    if model == "linux":
        defaults["light"] = "picture"
        defaults["network"] = "networkmanager" if importlib.util.find_spec("dbus_fast") else "none"
    complete = {**defaults, **chosen}
    if complete["ir-cut"] in _NOT_LINUX and complete["ir-lamp"] not in _NOT_LINUX:
        raise ConfigError("[device] ir-lamp: it needs the ir-cut of this device")
    return _Choice(complete, VirtualHardware(applied)).drivers(model, key_values)


class _Choice:
    """Drivers for the texts in ``[device]``. All methods raise ``ConfigError``."""

    def __init__(self, chosen: Mapping[str, str], hardware: VirtualHardware) -> None:
        self._chosen, self._hardware = chosen, hardware
        self._units: list[Unit] = []

    def drivers(self, model: str, key_values: KeyValueStore) -> Drivers:
        hardware, inputs = self._hardware, self._inputs()
        pan_tilt, lens = self._motors()
        missing = {FEATURES[kind] for kind, driver in self._chosen.items() if driver == "none"}
        features = {p.name: "0" if p.name in missing else p.default for p in HARDWARE.params}
        return Drivers(
            inputs=inputs,
            output=self._choose(
                "output", AbsentOutput, lambda: VirtualOutput(hardware), lambda: self._gpio_output("output")
            ),
            pan_tilt=pan_tilt,
            lens=lens,
            ir_cut=self._choose("ir-cut", AbsentIrCut, lambda: VirtualIrCut(hardware), self._linux_ir_cut),
            light=self._light(),
            led=self._choose("led", AbsentLed, lambda: VirtualLed(hardware), self._linux_led),
            serial_line=self._choose(
                "serial", AbsentSerialLine, lambda: VirtualSerialLine(hardware), self._linux_serial_line
            ),
            time_source=OffsetClock(key_values) if model == "virtual" else _linux("system_clock").SystemClock(),
            network=self._choose("network", AbsentNetwork, lambda: VirtualNetwork(hardware), self._network_manager),
            features=features | {"TriggerIn": str(len(inputs))},
            virtual=hardware if model == "virtual" else None,
            light_by_picture=self._chosen["light"] == "picture",
            units=tuple(self._units),
        )

    def _choose(self, kind: str, absent: Callable[[], T], virtual: Callable[[], T], linux: Callable[[], T]) -> T:
        """Return the driver of a kind of hardware."""
        return {"none": absent, "virtual": virtual}.get(self._chosen[kind], linux)()

    def _inputs(self) -> tuple[DigitalInput, ...]:
        text = self._chosen["inputs"]
        if text == "none":
            return ()
        if text == "virtual":
            return VirtualInput(self._hardware, 1), VirtualInput(self._hardware, 2)
        lines = self._gpio_lines("inputs", "one or two lines, each")
        driver = _load("input", "inputs").GpioInput
        return tuple(self._unit(driver(line)) for line in lines)

    def _gpio_output(self, kind: str) -> Any:
        line = self._gpio_line(kind)
        return self._unit(_load("output", kind).GpioOutput(line))

    def _motors(self) -> tuple[PanTilt, Lens]:
        """Return head and lens. Virtual ones share the zoom, and the lens stays in focus when the head zooms."""
        zoom = make_zoom()
        lens: Lens = self._choose("lens", AbsentLens, lambda: VirtualLens(self._hardware, zoom), self._v4l2_lens)
        follow = lens.follow_zoom if isinstance(lens, VirtualLens) else lambda: None
        head: PanTilt = self._choose(
            "pan-tilt",
            AbsentPanTilt,
            lambda: VirtualPanTilt(self._hardware, zoom=zoom, zoomed=follow),
            lambda: self._v4l2_pan_tilt(None if self._chosen["lens"] in _NOT_LINUX else lens),
        )
        return head, lens

    def _v4l2_lens(self) -> Any:
        path = str(self._path("lens", "a device such as /dev/video0"))
        return self._unit(_linux("v4l2.lens").V4l2Lens(_linux("v4l2.controls").V4l2Controls(path)))

    def _v4l2_pan_tilt(self, lens: Lens | None) -> Any:
        """Return a head. A V4L2 `lens` has the zoom."""
        path, *words = self._chosen["pan-tilt"].split() or [""]
        if not path.startswith("/") or words not in ([], ["inverted"]):
            raise self._refusal("pan-tilt", "a device such as /dev/video0, then if needed inverted")
        controls = _linux("v4l2.controls").V4l2Controls(path)
        return self._unit(_linux("v4l2.pan_tilt").V4l2PanTilt(controls, bool(words), lens))

    def _light(self) -> LightSensor:
        linux = AbsentLight if self._chosen["light"] == "picture" else self._iio_light
        light: LightSensor = self._choose("light", AbsentLight, lambda: VirtualLight(self._hardware), linux)
        return light

    def _iio_light(self) -> Any:
        folder = self._path("light", "picture, or a sensor such as /sys/bus/iio/devices/iio:device0")
        return self._unit(_linux("iio_light").IioLight(folder))

    def _linux_ir_cut(self) -> Any:
        """Return a filter with one or two GPIO lines, or with a control of a V4L2 device."""
        lamp = None if self._chosen["ir-lamp"] in _NOT_LINUX else self._gpio_output("ir-lamp")
        return self._unit(_linux("ir_cut").LinuxIrCut(self._filter_motor(), lamp))

    def _filter_motor(self) -> Any:
        text = self._chosen["ir-cut"]
        if "gpiochip" in text:
            lines = self._gpio_lines("ir-cut", "one or two lines, each")
            return _load("ir_cut_motor", "ir-cut").GpioIrCutMotor(lines)
        place, *words = text.split() or [""]
        path, colon, control = place.rpartition(":")
        if not (colon and control and path.startswith("/")) or words not in ([], ["inverted"]):
            control_form = "a control such as /dev/video0:ir_cut_filter, then if needed inverted"
            raise self._refusal("ir-cut", f"{control_form}, or GPIO lines such as /dev/gpiochip0:5")
        return _linux("ir_cut").V4l2FilterMotor(path, control, bool(words))

    def _linux_led(self) -> Any:
        name = self._chosen["led"]
        if not name or ("/" in name and not name.startswith("/")):
            raise self._refusal("led", "the name of an LED in /sys/class/leds, such as ACT, or its path")
        driver = _linux("sysfs_led")
        return self._unit(driver.SysfsLed(driver.LEDS / name))

    def _linux_serial_line(self) -> Any:
        path = str(self._path("serial", "a device such as /dev/ttyUSB0"))
        return self._unit(_linux("serial_port").SerialPort(path))

    def _network_manager(self) -> Any:
        name, _, interface = self._chosen["network"].partition(":")
        if name != "networkmanager":
            raise self._refusal("network", "networkmanager, perhaps with an interface: networkmanager:eth0")
        try:
            return _linux("network_manager.driver").NetworkManagerInterface(interface)
        except ImportError as error:
            raise ConfigError("[device] network: it needs the extra: pip install 'ipcamd[network]'") from error

    def _unit(self, driver: Any) -> Any:
        """Register a driver that must be started and closed."""
        self._units.append(driver)
        return driver

    def _path(self, kind: str, allowed: str) -> Path:
        if not self._chosen[kind].startswith("/"):
            raise self._refusal(kind, allowed)
        return Path(self._chosen[kind])

    def _gpio_lines(self, kind: str, prefix: str) -> "tuple[GpioLine, ...]":
        texts = self._chosen[kind].split(",")
        if len(texts) > MAX_INPUTS:
            raise self._refusal(kind, f"at most {MAX_INPUTS} lines")
        return tuple(self._gpio_line(kind, text, prefix) for text in texts)

    def _gpio_line(self, kind: str, text: str | None = None, prefix: str = "") -> "GpioLine":
        try:
            line: GpioLine = _linux("gpio.line").parse_gpio_line(self._chosen[kind] if text is None else text)
        except ValueError as error:
            raise self._refusal(kind, f"{prefix} {error}".strip()) from error
        return line

    def _refusal(self, kind: str, allowed: str) -> ConfigError:
        return ConfigError(f"[device] {kind} = {self._chosen[kind]!r}: virtual, none, or {allowed}")


def _load(module: str, kind: str) -> Any:
    """Import a module that needs libgpiod."""
    try:
        return _linux(f"gpio.{module}")
    except ImportError as error:
        raise ConfigError(f"[device] {kind}: a GPIO line needs the extra: pip install 'ipcamd[gpio]'") from error


def _linux(module: str) -> Any:
    """Import a module of ``device/linux``, which virtual devices do not need."""
    return importlib.import_module(f"ipcamd.device.linux.{module}")
