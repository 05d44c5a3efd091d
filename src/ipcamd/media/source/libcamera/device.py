"""libcamera device: a camera that is captured by a program, in any mode."""

import re
import threading
import time
from itertools import product

from ipcamd.errors import SourceError
from ipcamd.media.source import source_timeout
from ipcamd.media.source.capture_device.device import PixelLayout, RawPicture
from ipcamd.media.source.capture_device.mode_choice import ENCODED, CaptureMode
from ipcamd.media.source.libcamera.capture_times import CaptureTimes
from ipcamd.media.source.libcamera.process import CameraProcess
from ipcamd.media.source.libcamera.program import CODECS, can_reduce_delay, capture_command, explain_end
from ipcamd.media.stream.stream_settings import StreamSettings
from ipcamd.params.image import RESOLUTIONS
from ipcamd.wire.bitstream.framer import FRAMERS, FixedFramer, Framer

_RATES = range(1, 31)
"""Frame rates of streams."""
_ROW_BYTES = 128
"""Multiple of the width at which no camera pads the rows of raw pictures."""
_CONFIGURED = re.compile(rb"configuring streams: \(0\) (\d{1,5})x(\d{1,5})-")
"""libcamera's message with the camera's actual size."""
_LOOK_S = 0.1
"""Longest time until a stop is noticed."""


class LibcameraDevice:
    """Camera of libcamera; see `CaptureDevice`."""

    set_codecs = frozenset(ENCODED.values())

    def __init__(self, program: str, number: int, stop: threading.Event) -> None:
        """`program` is the path of the program that captures, `number` the camera's. `stop` ends the capture."""
        self._program, self._number, self._stop = program, number, stop
        self._low_latency = can_reduce_delay(program)
        self._process: CameraProcess | None = None
        self._framer: Framer = FixedFramer(1)
        self._early = b""
        """Bytes that arrived while the size was unknown."""
        self._pictures: list[tuple[bytes, int]] = []
        """Complete pictures, the oldest first, each with its capture time, of a clock that never jumps."""
        self._times = CaptureTimes(1)
        self._began_ns = 0
        """Time when the first bytes of the next picture arrived."""

    def modes(self) -> list[CaptureMode]:
        """See `CaptureDevice`: libcamera scales to any size."""
        return [
            CaptureMode(form, size if form in ENCODED else _padded(size), rate)
            for form, size, rate in product(CODECS, RESOLUTIONS.values(), _RATES)
        ]

    def start(self, mode: CaptureMode, settings: StreamSettings | None) -> PixelLayout:
        """See `CaptureDevice`."""
        self.close()
        command = capture_command(self._program, self._number, mode, settings, self._low_latency)
        self._process, self._early, self._pictures = CameraProcess(command), b"", []
        self._times = CaptureTimes(mode.rate)
        codec = ENCODED.get(mode.format)
        size = mode.size if codec else self._await_size(self._process, mode.size)
        self._framer = FRAMERS[codec]() if codec else FixedFramer(size[0] * size[1] * 3 // 2)
        return PixelLayout(mode.format, size, 0, True)

    def _await_size(self, process: CameraProcess, asked: tuple[int, int]) -> tuple[int, int]:
        """Wait for the message with the size of raw pictures; return `asked` if they arrive without it."""
        end_s = time.monotonic() + source_timeout.OPENING_S
        while not self._early and not self._stop.is_set():
            self._early = self._read(process, end_s - time.monotonic())
            if found := _CONFIGURED.search(process.messages):
                return int(found[1]), int(found[2])
        return asked

    def read_picture(self, timeout_s: float) -> RawPicture | None:
        """See `CaptureDevice`."""
        assert self._process
        end_s = time.monotonic() + timeout_s
        while not self._pictures:
            if self._stop.is_set():
                return None
            data, self._early = self._early or self._read(self._process, end_s - time.monotonic()), b""
            self._feed(data)
        data, captured_ns = self._pictures.pop(0)
        return RawPicture(data, time.monotonic_ns() - captured_ns)

    def request_key_frame(self) -> None:
        """See `CaptureDevice`: the program takes no requests."""

    def _read(self, process: CameraProcess, left_s: float) -> bytes:
        """Return the next bytes; none if they do not arrive soon. Raises `SourceError` at the end of the program, or if
        no time is left."""
        data = process.read(min(_LOOK_S, max(0.0, left_s)))
        if data == b"":
            raise SourceError(explain_end(process.wait(), process.messages))
        if data is None and left_s <= 0:
            raise SourceError("sends no picture in time")
        return data or b""

    def _feed(self, data: bytes) -> None:
        """Add bytes to the next picture, and store it if it is complete."""
        now_ns = time.monotonic_ns()
        if data and self._framer.is_empty:
            self._began_ns = now_ns
        try:
            for picture in self._framer.feed(data):
                self._pictures.append((picture, self._times.note(self._began_ns)))
                self._began_ns = now_ns
        except ValueError as error:
            raise SourceError(f"sends {error}") from None

    def close(self) -> None:
        """See `CaptureDevice`."""
        if self._process:
            self._process.close()
            self._process = None


def _padded(size: tuple[int, int]) -> tuple[int, int]:
    """Return the smallest size with this shape that covers it, and whose rows have no padding."""
    width = -(-size[0] // _ROW_BYTES) * _ROW_BYTES
    return width, -(-size[1] * width // size[0] // 2) * 2
