"""V4L2 controls: motors, focus and filters of a Linux video device (linux/v4l2-controls.h, linux/videodev2.h)."""

import errno
import os
from collections.abc import Callable, Iterator, Mapping
from ctypes import Structure, addressof, c_char, c_int32, c_uint32, c_void_p, sizeof
from enum import IntEnum
from fcntl import ioctl
from typing import TypeVar

from ipcamd.dataclass import dataclass
from ipcamd.device.linux.device_thread import GONE, HANG_S, DeviceThread

T = TypeVar("T")

_MOST = 1024
"""Maximum number of controls read from a driver, because a defective driver's list may be endless."""


class ControlId(IntEnum):
    """Number of a control of the camera class. Angles are in seconds of arc, right and up are positive."""

    PAN_RELATIVE = 0x009A0904
    TILT_RELATIVE = 0x009A0905
    PAN_RESET = 0x009A0906
    TILT_RESET = 0x009A0907
    PAN_ABSOLUTE = 0x009A0908
    TILT_ABSOLUTE = 0x009A0909
    FOCUS_ABSOLUTE = 0x009A090A
    FOCUS_AUTO = 0x009A090C
    ZOOM_ABSOLUTE = 0x009A090D
    ZOOM_CONTINUOUS = 0x009A090F
    PAN_SPEED = 0x009A0920
    TILT_SPEED = 0x009A0921


@dataclass(frozen=True, slots=True)
class ControlRange:
    """One control of a device.

    `minimum`, `maximum`, `step` and `default` are in the control's own units: arc seconds for ``pan_absolute``.
    """

    id: int
    """Number of the control in the kernel (``V4L2_CID_...``)."""
    name: str
    """As ``v4l2-ctl --list-ctrls`` shows it: ``pan_absolute``."""
    minimum: int
    maximum: int
    step: int
    default: int
    is_readable: bool
    is_writable: bool

    @property
    def can_move(self) -> bool:
        """Whether it can move something: it is writable, and has more than one value."""
        return self.is_writable and self.maximum > self.minimum

    def value_at(self, share: float) -> int:
        """Return the value at a fraction of the range, in whole steps."""
        steps = (self.maximum - self.minimum) // self.step
        return self.minimum + round(share * steps) * self.step

    def share_of(self, value: int) -> float:
        """Return the fraction of the range below a value."""
        return (value - self.minimum) / (self.maximum - self.minimum)


class V4l2Controls:
    """Controls of one device.

    The first call opens it, and the first one after a disconnection opens it again. Every method raises
    ``RequestFailed``, whose message starts with the path, if the device is missing, refuses, or hangs for two seconds.
    """

    def __init__(self, path: str, hang_s: float = HANG_S) -> None:
        """`path` is a device such as ``/dev/video0``; it may be missing at first."""
        self.path = path
        self._thread = DeviceThread(path, hang_s)
        self._fd: int | None = None

    async def ranges(self) -> dict[int, ControlRange]:
        """Return the device's controls by their numbers (`ControlId`)."""
        return await self._run(lambda fd: {found.id: found for found in _list_controls(fd)})

    async def get(self, *controls: int) -> tuple[int, ...]:
        """Return the present values of these controls, in this order."""
        return await self._run(lambda fd: _exchange(fd, _Ioctl.G_EXT_CTRLS, dict.fromkeys(controls, 0)))

    async def set(self, values: Mapping[int, int]) -> None:
        """Set controls in one call, so that a device moves several axes at once."""
        given = dict(values)
        await self._run(lambda fd: _exchange(fd, _Ioctl.S_EXT_CTRLS, given))

    def close(self) -> None:
        """Close the device, after the present calls."""
        self._thread.leave(self._close)

    async def _run(self, action: Callable[[int], T]) -> T:
        return await self._thread.run(lambda: self._attempt(action))

    def _attempt(self, action: Callable[[int], T]) -> T:
        """Call `action` with the open device; a reconnected device is opened again."""
        was_open = self._fd is not None
        try:
            return self._try(action)
        except OSError as error:
            if was_open and error.errno in GONE:
                return self._try(action)
            raise

    def _try(self, action: Callable[[int], T]) -> T:
        if self._fd is None:
            self._fd = os.open(self.path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            return action(self._fd)
        except OSError as error:
            if error.errno in GONE:
                self._close()
            raise

    def _close(self) -> None:
        fd, self._fd = self._fd, None
        if fd is not None:
            os.close(fd)


class _QueryControl(Structure):
    _fields_ = [
        ("id", c_uint32),
        ("type", c_uint32),
        ("name", c_char * 32),
        ("minimum", c_int32),
        ("maximum", c_int32),
        ("step", c_int32),
        ("default", c_int32),
        ("flags", c_uint32),
        ("reserved", c_uint32 * 2),
    ]


class _Control(Structure):
    _pack_ = 1
    _fields_ = [
        ("id", c_uint32),
        ("size", c_uint32),
        ("reserved", c_uint32),
        ("value", c_int32),
        ("padding", c_int32),
    ]


class _Controls(Structure):
    _fields_ = [
        ("which", c_uint32),
        ("count", c_uint32),
        ("error_index", c_uint32),
        ("request_fd", c_int32),
        ("reserved", c_uint32),
        ("controls", c_void_p),
    ]


class _Ioctl(IntEnum):
    QUERYCTRL = 3 << 30 | sizeof(_QueryControl) << 16 | ord("V") << 8 | 36
    G_EXT_CTRLS = 3 << 30 | sizeof(_Controls) << 16 | ord("V") << 8 | 71
    S_EXT_CTRLS = 3 << 30 | sizeof(_Controls) << 16 | ord("V") << 8 | 72


_NEXT = 0x80000000
_DISABLED, _READ_ONLY, _WRITE_ONLY = 0x1, 0x4, 0x40
_PLAIN_TYPES = (1, 2, 3, 4, 8, 9)
"""Types whose value has 32 bits: integer, boolean, menu, button, bit mask, integer menu."""


def _list_controls(fd: int) -> Iterator[ControlRange]:
    asked = 0
    for _ in range(_MOST):
        found = _QueryControl(id=asked | _NEXT)
        try:
            ioctl(fd, _Ioctl.QUERYCTRL, found)
        except OSError as error:
            if error.errno in (errno.EINVAL, errno.ENOTTY):
                return
            raise
        asked = found.id
        if found.type in _PLAIN_TYPES and not found.flags & _DISABLED:
            yield _range(found)


def _range(found: _QueryControl) -> ControlRange:
    return ControlRange(
        found.id,
        _listed_name(found.name.decode("ascii", "replace")),
        found.minimum,
        found.maximum,
        max(1, found.step),
        found.default,
        is_readable=not found.flags & _WRITE_ONLY,
        is_writable=not found.flags & _READ_ONLY,
    )


def _listed_name(name: str) -> str:
    """Return a control's name as v4l2-ctl shows it: letters and digits in lower case, each run of others as ``_``."""
    words = "".join(c.lower() if c.isalnum() else " " for c in name).split()
    return "_".join(words)


def _exchange(fd: int, request: _Ioctl, values: Mapping[int, int]) -> tuple[int, ...]:
    """Get or set controls; return their values."""
    controls = (_Control * len(values))(*(_Control(id=number, value=value) for number, value in values.items()))
    ioctl(fd, request, _Controls(count=len(values), controls=addressof(controls)))
    return tuple(control.value for control in controls)
