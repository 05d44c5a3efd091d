"""Focus of the motor lens (ONVIF Imaging, 5.3 to 5.6): move, stop, state."""

from ipcamd.camera import Camera
from ipcamd.device.position import FOCUS_LIMIT
from ipcamd.onvif.imaging.settings import check_source
from ipcamd.onvif.media.nodes import range_node
from ipcamd.onvif.operation import OperationCall
from ipcamd.onvif.soap.element import Element
from ipcamd.onvif.soap.fault import invalid_argument, receiver_fault
from ipcamd.onvif.soap.values import real
from ipcamd.onvif.soap.writer import Content, node


def get_status(call: OperationCall) -> Content:
    """Return the focus position and whether the motor runs; nothing without a motor lens."""
    lens = check_source(call).lens
    if not lens.is_supported:
        return node("timg:Status")
    state = "MOVING" if lens.is_busy else "IDLE"
    focus = (node("tt:Position", lens.position.focus), node("tt:MoveStatus", state))
    return node("timg:Status", node("tt:FocusStatus20", focus))


def get_move_options(call: OperationCall) -> Content:
    """Return the possible moves of the focus."""
    if not check_source(call).lens.is_supported:
        return node("timg:MoveOptions")
    return node(
        "timg:MoveOptions",
        node("tt:Absolute", range_node("tt:Position", (0.0, FOCUS_LIMIT))),
        node("tt:Relative", range_node("tt:Distance", (-FOCUS_LIMIT, FOCUS_LIMIT))),
        node("tt:Continuous", range_node("tt:Speed", (-1.0, 1.0))),
    )


async def move(call: OperationCall) -> None:
    """Move the focus: to a position, by a distance, or continuously."""
    camera = _supported(call)
    camera.ptz.lock.check(call.http.account.rank)
    await camera.lens.focus_to(_target(call["Focus"], camera.lens.position.focus))


async def stop(call: OperationCall) -> None:
    """Stop the focus."""
    camera = _supported(call)
    camera.ptz.lock.check(call.http.account.rank)
    await camera.lens.stop()


def _supported(call: OperationCall) -> Camera:
    camera = check_source(call)
    if not camera.lens.is_supported:
        raise receiver_fault("ActionNotSupported", "NoImagingForSource", reason="the camera has no motor lens")
    return camera


def _target(wanted: Element, here: float) -> float:
    if (position := wanted.optional(real, "Absolute", "Position")) is not None:
        return _checked(position, 0.0, "Position")
    if (distance := wanted.optional(real, "Relative", "Distance")) is not None:
        return here + _checked(distance, -FOCUS_LIMIT, "Distance")
    speed = wanted.value(real, "Continuous", "Speed")
    if abs(speed) > 1:
        raise invalid_argument("Speed: allowed are -1 to 1", "SettingsInvalid")
    return here if speed == 0 else FOCUS_LIMIT if speed > 0 else 0.0


def _checked(value: float, low: float, name: str) -> float:
    if not low <= value <= FOCUS_LIMIT:
        raise invalid_argument(f"{name}: allowed are {low:g} to {FOCUS_LIMIT:g}", "SettingsInvalid")
    return value
