"""Capture from a V4L2 camera."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING

from ipcamd.errors import SourceError
from ipcamd.media.capture.signal_timeout import SilenceLimit
from ipcamd.media.frame import Picture
from ipcamd.media.frame_decimator import SECOND
from ipcamd.media.source.convert import VideoConverter
from ipcamd.media.source.pacing import Clock, RateLimiter
from ipcamd.media.source.v4l2.decode import Decode, make_decoder
from ipcamd.media.source.v4l2.device import RawPicture, V4l2Device
from ipcamd.media.source.v4l2.modes import CaptureMode, choose

if TYPE_CHECKING:
    from ipcamd.media.source import Wanted

_log = logging.getLogger(__name__)


def capture_pictures(
    path: str, wanted: "Callable[[], Wanted]", stop: threading.Event, clock: Clock
) -> Iterator[Picture]:
    """Yield a camera's pictures (see `Source.play`)."""
    with closing(V4l2Device(path)) as device:
        reader = _CameraReader(device, clock)
        while not stop.is_set():
            picture = reader.read(wanted())
            if picture:
                yield picture


class _CameraReader:
    """Captures from an open camera in the mode that suits best."""

    _decode: Decode

    def __init__(self, device: V4l2Device, clock: Clock) -> None:
        self._device, self._clock = device, clock
        self._modes = [mode for mode in device.modes() if mode.usable]
        if not self._modes:
            raise SourceError("has no format that can be decoded")
        self._mode: CaptureMode | None = None
        self._served: tuple[tuple[int, int], int] | None = None
        self._converter, self._limiter = VideoConverter(), RateLimiter()
        self._number = -1
        self._sequence: int | None = None
        self._limit = SilenceLimit()
        self._good_ns = clock.steady_ns()

    def read(self, want: "Wanted") -> Picture | None:
        """Return the next picture; None if it is damaged, or beyond the wanted rate."""
        self._select_mode(want)
        raw = self._device.read_picture(float(self._limit))
        lost, now = self._lost_before(raw), self._clock.steady_ns()
        captured_ns = self._clock.now_ns() - raw.age_ns
        self._number += lost
        if not self._limiter.admits(now - raw.age_ns, want.rate):
            return None
        picture = self._decode(raw.data)
        if picture is None:
            self._damaged(now)
            return None
        self._good_ns = now
        self._limit.note_picture(now / SECOND)
        self._number += 1
        return Picture(self._converter.convert(picture, want.size), captured_ns, self._number)

    def _select_mode(self, want: "Wanted") -> None:
        """Change the mode if the wanted format changed and another mode suits it better."""
        if self._served == (want.size, want.rate):
            return
        self._served = want.size, want.rate
        mode = choose(self._modes, want.size, want.rate, self._mode)
        if mode != self._mode:
            self._mode, self._sequence = mode, None
            layout = self._device.start(mode)
            self._decode = make_decoder(layout)
            _log.info("camera: %s %dx%d, %g pictures per second", layout.format, *layout.size, mode.rate)

    def _lost_before(self, raw: RawPicture) -> int:
        """Return how many pictures the driver dropped since the last one."""
        expected = raw.sequence if self._sequence is None else self._sequence + 1
        self._sequence = raw.sequence
        return min(max(0, raw.sequence - expected), 1000)

    def _damaged(self, now: int) -> None:
        self._number += 1
        if now - self._good_ns > float(self._limit) * SECOND:
            raise SourceError("sends no picture that can be decoded")
