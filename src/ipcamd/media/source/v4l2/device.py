"""V4L2 device: its modes, and memory-mapped capture."""

import errno
import logging
import os
import select
import threading
import time
from collections.abc import Callable, Iterator
from ctypes import Structure, c_int32
from fcntl import ioctl
from mmap import mmap
from typing import TypeVar

from ipcamd.errors import SourceError
from ipcamd.media.source.capture_device.device import PixelLayout, RawPicture
from ipcamd.media.source.capture_device.mode_choice import CaptureMode
from ipcamd.media.source.source_timeout import SLICE_S
from ipcamd.media.source.v4l2 import abi
from ipcamd.media.source.v4l2.abi import BufferFlag, DeviceCapability, Ioctl
from ipcamd.media.stream.stream_settings import StreamSettings
from ipcamd.time_units import SECOND_NS

_log = logging.getLogger(__name__)

_BUFFERS = 4

_MOST = 256
"""Most entries read from a driver's list, because a defective driver's list may be endless."""

_UNKNOWN_RATE = 30.0

_WORDS = {
    errno.ENOENT: "no such device",
    errno.ENODEV: "the camera was unplugged",
    errno.ENXIO: "the camera was unplugged",
    errno.EIO: "the camera does not answer",
    errno.EBUSY: "another program uses the camera",
    errno.EACCES: "no permission; add this user to the group video",
    errno.EPERM: "no permission; add this user to the group video",
    errno.ENOTTY: "is not a camera",
    errno.EINVAL: "is not a camera that can stream",
    errno.ENOSPC: "the USB bus has no bandwidth left for it",
    errno.EPROTO: "the USB connection is bad",
}

_SIZES = ((320, 240), (640, 480), (720, 480), (1280, 720), (1280, 960), (1920, 1080), (2048, 1536))
"""Sizes for a camera that supports any size in a range."""

_S = TypeVar("_S", bound=Structure | c_int32)


class V4l2Device:
    """Open device; see `CaptureDevice`."""

    set_codecs: frozenset[str] = frozenset()

    def __init__(self, path: str, stop: threading.Event) -> None:
        """Open the device `path`, such as ``/dev/video0``. `stop` ends the capture."""
        self._stop = stop
        self._maps: list[mmap] = []
        try:
            self._fd = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise _failure(error) from None
        self._poll = select.poll()
        self._poll.register(self._fd, select.POLLIN)
        try:
            self._require_camera()
        except SourceError:
            self.close()
            raise

    def _require_camera(self) -> None:
        found = self._ask(Ioctl.QUERYCAP, abi.Capability())
        can = found.device_caps if found.capabilities & DeviceCapability.DEVICE_CAPS else found.capabilities
        if not can & DeviceCapability.CAPTURE or not can & DeviceCapability.STREAMING:
            raise SourceError("is not a camera that can stream")
        if can & DeviceCapability.MEDIA_CONTROLLER:
            raise SourceError("is a part of a camera that needs libcamera; use --source libcamera")

    def close(self) -> None:
        """See `CaptureDevice`."""
        for held in self._maps:
            held.close()
        self._maps.clear()
        os.close(self._fd)

    def modes(self) -> list[CaptureMode]:
        """See `CaptureDevice`."""
        return [
            CaptureMode(abi.name(format.pixelformat), size, rate)
            for format in self._list(Ioctl.ENUM_FMT, lambda n: abi.FormatDescription(index=n, type=abi.VIDEO_CAPTURE))
            for size in self._sizes(format.pixelformat)
            for rate in self._rates(format.pixelformat, size)
        ]

    def _sizes(self, format: int) -> Iterator[tuple[int, int]]:
        for found in self._list(Ioctl.ENUM_FRAMESIZES, lambda n: abi.FrameSize(index=n, pixel_format=format)):
            steps = found.steps
            if found.type == abi.DISCRETE:
                yield steps.min_width, steps.max_width
            else:
                yield from _between(steps)

    def _rates(self, format: int, size: tuple[int, int]) -> list[float]:
        width, height = size
        found = self._list(
            Ioctl.ENUM_FRAMEINTERVALS,
            lambda n: abi.FrameInterval(index=n, pixel_format=format, width=width, height=height),
        )
        # of a range only the shortest interval is used; longer ones can be set
        rates = [each.least.denominator / each.least.numerator for each in found if each.least.numerator]
        return rates or [_UNKNOWN_RATE]

    def start(self, mode: CaptureMode, _: StreamSettings | None) -> PixelLayout:
        """See `CaptureDevice`."""
        self._stop_stream()
        layout = self._set_format(mode)
        parm = abi.StreamParm(type=abi.VIDEO_CAPTURE)
        parm.parm.capture.timeperframe = abi.Fract(1000, round(1000 * mode.rate))
        self._try(Ioctl.S_PARM, parm)
        wanted = abi.RequestBuffers(count=_BUFFERS, type=abi.VIDEO_CAPTURE, memory=abi.MMAP)
        for index in range(self._ask(Ioctl.REQBUFS, wanted).count):
            buffer = self._ask(Ioctl.QUERYBUF, _buffer(index))
            self._maps.append(mmap(self._fd, buffer.length, offset=buffer.m.offset))
            self._ask(Ioctl.QBUF, _buffer(index))
        self._ask(Ioctl.STREAMON, c_int32(abi.VIDEO_CAPTURE))
        return layout

    def _set_format(self, mode: CaptureMode) -> PixelLayout:
        asked = abi.StreamFormat(type=abi.VIDEO_CAPTURE)
        pix = asked.fmt.pix
        pix.width, pix.height = mode.size
        pix.pixelformat = abi.fourcc(mode.format)
        pix = self._ask(Ioctl.S_FMT, asked).fmt.pix
        full = pix.quantization == 1 or (pix.quantization == 0 and pix.colorspace == abi.COLORSPACE_JPEG)
        return PixelLayout(abi.name(pix.pixelformat), (pix.width, pix.height), pix.bytesperline, full)

    def _stop_stream(self) -> None:
        if self._maps:
            self._ask(Ioctl.STREAMOFF, c_int32(abi.VIDEO_CAPTURE))
            for held in self._maps:
                held.close()
            self._maps.clear()
            self._ask(Ioctl.REQBUFS, abi.RequestBuffers(count=0, type=abi.VIDEO_CAPTURE, memory=abi.MMAP))

    def read_picture(self, timeout_s: float) -> RawPicture | None:
        """See `CaptureDevice`."""
        deadline_s = time.monotonic() + timeout_s
        while (left_s := deadline_s - time.monotonic()) > 0:
            if self._stop.is_set():
                return None
            events = self._poll.poll(min(left_s, SLICE_S) * 1000)
            buffer = self._try(Ioctl.DQBUF, _buffer(0)) if events else None
            if buffer is None and events and events[0][1] & (select.POLLERR | select.POLLHUP):
                raise SourceError(_WORDS[errno.ENODEV])
            if buffer is None:
                continue
            data = self._maps[buffer.index][: buffer.bytesused]
            self._ask(Ioctl.QBUF, _buffer(buffer.index))
            if data and not buffer.flags & BufferFlag.ERROR:
                return RawPicture(data, _age(buffer))
        raise SourceError(f"sends no picture for {timeout_s:g} s")

    def request_key_frame(self) -> None:
        """See `CaptureDevice`."""
        try:
            ioctl(self._fd, Ioctl.S_CTRL, abi.Control(id=abi.FORCE_KEY_FRAME))
        except OSError as error:  # a refusal must not end the stream
            _log.debug("camera: takes no request for a key frame: %s", error.strerror)

    def _list(self, request: Ioctl, entry: Callable[[int], _S]) -> Iterator[_S]:
        """Yield the entries of a driver's list."""
        for index in range(_MOST):
            found = self._try(request, entry(index))
            if found is None:
                return
            yield found

    def _ask(self, request: Ioctl, argument: _S) -> _S:
        try:
            ioctl(self._fd, request, argument)
        except OSError as error:
            raise _failure(error) from None
        return argument

    def _try(self, request: Ioctl, argument: _S) -> _S | None:
        """Like `_ask`, but return None if the driver does not support the request."""
        try:
            ioctl(self._fd, request, argument)
        except OSError as error:
            if error.errno in (errno.EINVAL, errno.ENOTTY, errno.EAGAIN):
                return None
            raise _failure(error) from None
        return argument


def _between(steps: abi.Steps) -> Iterator[tuple[int, int]]:
    """Yield the usual sizes within a range, and its largest."""
    for width, height in (*_SIZES, (steps.max_width, steps.max_height)):
        fits = steps.min_width <= width <= steps.max_width and steps.min_height <= height <= steps.max_height
        step_x, step_y = max(1, steps.step_width), max(1, steps.step_height)
        if fits and not (width - steps.min_width) % step_x and not (height - steps.min_height) % step_y:
            yield width, height


def _buffer(index: int) -> abi.Buffer:
    return abi.Buffer(index=index, type=abi.VIDEO_CAPTURE, memory=abi.MMAP)


def _age(buffer: abi.Buffer) -> int:
    """Return the nanoseconds since a buffer's capture; 0 if its clock is another one or implausible."""
    taken = buffer.timestamp.sec * SECOND_NS + buffer.timestamp.usec * 1000
    age_ns = time.monotonic_ns() - taken
    return age_ns if buffer.flags & BufferFlag.CLOCK == BufferFlag.MONOTONIC and 0 < age_ns < SECOND_NS else 0


def _failure(error: OSError) -> SourceError:
    return SourceError(_WORDS.get(error.errno or 0) or error.strerror or "fails")
