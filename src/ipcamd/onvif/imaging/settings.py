"""Imaging settings: brightness, colour, contrast, sharpness and IR-cut filter of the picture (ONVIF Imaging, 5.2)."""

from typing import cast

from ipcamd.camera import Camera
from ipcamd.errors import RequestFailed
from ipcamd.onvif.media import tokens
from ipcamd.onvif.media.nodes import range_node
from ipcamd.onvif.operation import OperationCall
from ipcamd.onvif.soap.element import Element
from ipcamd.onvif.soap.fault import Fault, invalid_argument
from ipcamd.onvif.soap.values import one_of, real
from ipcamd.onvif.soap.writer import Content, node
from ipcamd.params.device.ircut import IRCUT
from ipcamd.params.imagesource import SENSOR
from ipcamd.params.kinds.number import Integer
from ipcamd.settings.change_records import Change

_LEVELS = {"Brightness": "Brightness", "ColorSaturation": "Saturation", "Contrast": "Contrast"}
"""Element to parameter of ``ImageSource.IO.Sensor``, in the order of the schema before the filter."""
_SHARPNESS = "Sharpness"
_FILTER = {"ON": "on", "OFF": "off", "AUTO": "auto"}
"""IR-cut filter's mode to ``IRCUt.Usage``; a schedule is shown as AUTO."""


def get_settings(call: OperationCall) -> Content:
    """Return the present settings."""
    camera = check_source(call)
    values = camera.settings[SENSOR.name]
    return node(
        "timg:ImagingSettings",
        [node(f"tt:{name}", values.number(param)) for name, param in _LEVELS.items()],
        node("tt:Focus", node("tt:AutoFocusMode", "MANUAL")) if camera.lens.is_supported else None,
        node("tt:IrCutFilter", _filter_mode(camera)) if _has_filter(camera) else None,
        node(f"tt:{_SHARPNESS}", values.number(_SHARPNESS)),
    )


def get_options(call: OperationCall) -> Content:
    """Return the possible settings."""
    camera = check_source(call)
    return node(
        "timg:ImagingOptions",
        [range_node(f"tt:{name}", _limits(param)) for name, param in _LEVELS.items()],
        node("tt:Focus", node("tt:AutoFocusModes", "MANUAL")) if camera.lens.is_supported else None,
        [node("tt:IrCutFilterModes", mode) for mode in _FILTER] if _has_filter(camera) else None,
        range_node(f"tt:{_SHARPNESS}", _limits(_SHARPNESS)),
    )


async def set_settings(call: OperationCall) -> None:
    """Apply the settings of the request; a level with a fraction is rounded."""
    camera = check_source(call)
    wanted: Element = call["ImagingSettings"]
    if unknown := [each.name for each in wanted.children if each.name not in _known(camera)]:
        raise _refuse(f"{unknown[0]}: the camera cannot set it")
    wanted.optional(one_of("MANUAL"), "Focus", "AutoFocusMode")
    levels = {**_LEVELS, _SHARPNESS: _SHARPNESS}
    found = {param: wanted.optional(real, name) for name, param in levels.items()}
    changes = [Change(SENSOR.name, param, str(round(level))) for param, level in found.items() if level is not None]
    mode = wanted.optional(one_of(*_FILTER), "IrCutFilter")
    if mode is not None and mode != _filter_mode(camera):
        changes.append(Change(IRCUT.name, "Usage", _FILTER[mode]))
    try:
        await call.update(*changes)
    except RequestFailed as error:
        raise _refuse(str(error)) from error


def check_source(call: OperationCall) -> Camera:
    """Return the camera if the request names its picture source. Raises ``Fault`` ``NoSource``."""
    if call["VideoSourceToken"] != tokens.VIDEO_SOURCE:
        raise invalid_argument(f"VideoSourceToken: allowed is {tokens.VIDEO_SOURCE}", "NoSource")
    return call.camera


def _known(camera: Camera) -> set[str]:
    optional = ({"Focus"} if camera.lens.is_supported else set()) | ({"IrCutFilter"} if _has_filter(camera) else set())
    return {*_LEVELS, _SHARPNESS, *optional, "Extension"}


def _has_filter(camera: Camera) -> bool:
    return camera.drivers.ir_cut.is_present


def _filter_mode(camera: Camera) -> str:
    usage = camera.settings[IRCUT.name]["Usage"]
    return next((mode for mode, word in _FILTER.items() if word == usage), "AUTO")


def _limits(param: str) -> tuple[int, int]:
    kind = cast(Integer, SENSOR.kind(param))
    return kind.low, kind.high


def _refuse(reason: str) -> Fault:
    return invalid_argument(reason, "SettingsInvalid")
