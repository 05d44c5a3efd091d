"""Moves of PTZ (ONVIF PTZ, 5.3): absolute, relative, continuous, stop, home."""

from datetime import timedelta

from ipcamd.camera import Camera
from ipcamd.onvif.media.profiles import Part, find_profile
from ipcamd.onvif.operation import OperationCall
from ipcamd.onvif.ptz.configuration import DEFAULT_TIMEOUT, TIMEOUTS
from ipcamd.onvif.ptz.nodes import status
from ipcamd.onvif.ptz.spaces import absolute_target, relative_target, speed_of, velocity_signs
from ipcamd.onvif.ptz.vectors import read_vector
from ipcamd.onvif.soap.element import Element
from ipcamd.onvif.soap.fault import invalid_argument
from ipcamd.onvif.soap.writer import Content


def begin_move(call: OperationCall) -> Camera:
    """Return the camera if the profile has PTZ, and PTZ is not locked. Raises ``Fault``, ``RequestFailed``."""
    check_profile(call)
    call.camera.ptz.lock.check(call.http.account.rank)
    return call.camera


def check_profile(call: OperationCall) -> None:
    """Raise ``Fault`` unless the profile exists and has PTZ."""
    if Part.PTZ not in find_profile(call.camera, call["ProfileToken"]).parts:
        raise invalid_argument(f"{call['ProfileToken']}: the profile has no PTZ", "NoPTZProfile")


async def move_absolute(call: OperationCall) -> None:
    """Move to a position."""
    ptz = begin_move(call).ptz
    target = absolute_target(read_vector(call["Position"]), ptz.position)
    await ptz.go_to(target, _speeds(call["Speed"]))


async def move_relative(call: OperationCall) -> None:
    """Move by a translation; by default in halves of the view."""
    camera = begin_move(call)
    vector, is_digital = read_vector(call["Translation"]), camera.drivers.pan_tilt.is_digital
    await camera.ptz.go_to(relative_target(vector, camera.ptz.position, is_digital), _speeds(call["Speed"]))


async def move_continuously(call: OperationCall) -> None:
    """Move for the requested time, or until a stop or another move."""
    ptz = begin_move(call).ptz
    signs, pan_speed, tilt_speed = velocity_signs(read_vector(call["Velocity"]))
    timeout: timedelta = DEFAULT_TIMEOUT if call["Timeout"] is None else call["Timeout"]
    if not TIMEOUTS[0] <= timeout <= TIMEOUTS[1]:
        raise invalid_argument("Timeout: allowed are PT0.1S to PT600S", "TimeoutNotSupported")
    if any(signs):
        await ptz.drive(signs, pan_speed, tilt_speed, timeout.total_seconds())
    else:
        await ptz.stop()


async def stop(call: OperationCall) -> None:
    """Stop the move of all axes, which move together."""
    ptz = begin_move(call).ptz
    if call["PanTilt"] is not False or call["Zoom"] is not False:
        await ptz.stop()


def get_status(call: OperationCall) -> Content:
    """Return position and move state."""
    check_profile(call)
    return status(call.camera)


async def go_home(call: OperationCall) -> None:
    """Move to the home position."""
    await begin_move(call).ptz.go_home()


async def set_home(call: OperationCall) -> None:
    """Make the present position the home position."""
    await begin_move(call).ptz.set_home()


def _speeds(speed: Element | None) -> tuple[int, int] | None:
    """Return the speeds in a request; None for those of ``PTZ.Speed``."""
    pan_tilt = read_vector(speed).pan_tilt if speed else None
    return (speed_of(pan_tilt[0]), speed_of(pan_tilt[1])) if pan_tilt else None
