"""Choice of the drivers: the one place that knows which hardware a model of device has."""

import importlib
from collections.abc import Collection, Mapping
from typing import Any

from ipcamd.device.absent import (
    AbsentFirmware,
    AbsentIrCut,
    AbsentLed,
    AbsentLens,
    AbsentOutput,
    AbsentPanTilt,
    AbsentSerialLine,
)
from ipcamd.device.drivers import DigitalInput, DigitalOutput, Drivers, Lens, PanTilt, SerialLine, Unit
from ipcamd.device.linux.gpio_line import GpioLine, parse_gpio_line
from ipcamd.device.linux.serial_port import SerialPort
from ipcamd.device.virtual import (
    OffsetClock,
    VirtualInput,
    VirtualIrCut,
    VirtualLed,
    VirtualOutput,
    VirtualSerialLine,
)
from ipcamd.device.virtual_hardware import VirtualHardware
from ipcamd.device.virtual_lens import VirtualLens
from ipcamd.device.virtual_network import VirtualNetwork
from ipcamd.device.virtual_pan_tilt import VirtualPanTilt, make_zoom
from ipcamd.errors import ConfigError
from ipcamd.params.device.hardware import HARDWARE
from ipcamd.store.keyvalue import KeyValueStore

FEATURES = {
    "inputs": "TriggerIn",
    "output": "TriggerOut",
    "pan-tilt": "PT",
    "lens": "Zoom",
    "ir-cut": "NightSensor",
    "led": "",
    "serial": "RS485",
}
"""Kind of hardware, by its name in ``[device]`` of the TOML file, to the parameter of ``Hardware`` that counts it."""

MAX_INPUTS = 2
"""Digital inputs of a device (``Hardware.TriggerIn``)."""
_OF_LINUX = ("inputs", "output", "serial")
"""Kinds that may be hardware of Linux."""


def choose_drivers(chosen: Mapping[str, str], facts: KeyValueStore, applied: dict[str, str] | None = None) -> Drivers:
    """Return the drivers of a virtual device. `chosen` names the drivers of some kinds of hardware: ``virtual``,
    ``none``, or hardware of Linux; the others are virtual. For `applied` see `VirtualHardware`. Raises
    ``ConfigError``."""
    _check(chosen)
    hardware = VirtualHardware(applied)
    inputs = _choose_inputs(chosen.get("inputs", "virtual"), hardware)
    output = _choose_output(chosen.get("output", "virtual"), hardware)
    lacking = {kind for kind, driver in chosen.items() if driver == "none"}
    missing = {FEATURES[kind] for kind in lacking}
    pan_tilt, lens = _choose_motors(lacking, hardware)
    return Drivers(
        inputs=inputs,
        output=output,
        pan_tilt=pan_tilt,
        lens=lens,
        ir_cut=AbsentIrCut() if "ir-cut" in lacking else VirtualIrCut(hardware),
        led=AbsentLed() if "led" in lacking else VirtualLed(hardware),
        serial_line=_choose_serial_line(chosen.get("serial", "virtual"), hardware),
        time_source=OffsetClock(facts),
        network=VirtualNetwork(hardware),
        firmware=AbsentFirmware(),
        features={p.name: "0" if p.name in missing else p.default for p in HARDWARE.params}
        | {"TriggerIn": str(len(inputs))},
        virtual=hardware,
        units=tuple(driver for driver in (*inputs, output) if isinstance(driver, Unit)),
    )


def _choose_inputs(driver: str, hardware: VirtualHardware) -> tuple[DigitalInput, ...]:
    match driver:
        case "none":
            return ()
        case "virtual":
            return VirtualInput(hardware, 1), VirtualInput(hardware, 2)
    lines = tuple(_gpio_line("inputs", text, "one or two of these, parted by a comma: ") for text in driver.split(","))
    if len(lines) > MAX_INPUTS:
        raise ConfigError(f"[device] inputs = {driver!r}: at most {MAX_INPUTS} lines")
    return tuple(_load_gpio("inputs").GpioInput(line) for line in lines)


def _choose_output(driver: str, hardware: VirtualHardware) -> DigitalOutput:
    match driver:
        case "none":
            return AbsentOutput()
        case "virtual":
            return VirtualOutput(hardware)
    line = _gpio_line("output", driver)
    output: DigitalOutput = _load_gpio("output").GpioOutput(line)
    return output


def _gpio_line(key: str, text: str, prefix: str = "") -> GpioLine:
    try:
        return parse_gpio_line(text)
    except ValueError as error:
        raise ConfigError(f"[device] {key} = {text.strip()!r}: virtual, none, or {prefix}{error}") from error


def _load_gpio(key: str) -> Any:
    try:
        return importlib.import_module("ipcamd.device.linux.gpio")
    except ImportError as error:
        raise ConfigError(f"[device] {key}: a GPIO line needs the extra: pip install 'ipcamd[gpio]'") from error


def _choose_motors(lacking: Collection[str], hardware: VirtualHardware) -> tuple[PanTilt, Lens]:
    """Return head and lens, which share one zoom; the lens keeps in focus what the head zooms to."""
    zoom = make_zoom()
    if "lens" in lacking:
        return AbsentPanTilt() if "pan-tilt" in lacking else VirtualPanTilt(hardware, zoom=zoom), AbsentLens()
    lens = VirtualLens(hardware, zoom)
    if "pan-tilt" in lacking:
        return AbsentPanTilt(), lens
    return VirtualPanTilt(hardware, zoom=zoom, zoomed=lens.follow_zoom), lens


def _choose_serial_line(driver: str, hardware: VirtualHardware) -> SerialLine:
    match driver:
        case "none":
            return AbsentSerialLine()
        case "virtual":
            return VirtualSerialLine(hardware)
        case _:
            return SerialPort(driver)


def _check(chosen: Mapping[str, str]) -> None:
    for kind, driver in chosen.items():
        if kind not in FEATURES:
            raise ConfigError(f"[device] {kind}: there is no such hardware; allowed: {', '.join(FEATURES)}")
        if kind == "serial" and driver not in ("virtual", "none") and not driver.startswith("/"):
            raise ConfigError(f"[device] serial = {driver!r}: virtual, none, or a device such as /dev/ttyUSB0")
        if kind not in _OF_LINUX and driver not in ("virtual", "none"):
            raise ConfigError(f"[device] {kind} = {driver!r}: virtual or none")
