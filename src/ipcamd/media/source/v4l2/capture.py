"""Capture from a V4L2 camera."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING

from ipcamd.errors import SourceError
from ipcamd.media.capture.signal_timeout import SilenceLimit
from ipcamd.media.codecs import find_passable
from ipcamd.media.frame import Packet, Picture
from ipcamd.media.frame_decimator import SECOND
from ipcamd.media.source.convert import VideoConverter
from ipcamd.media.source.pacing import Clock, RateLimiter
from ipcamd.media.source.packet_reader import PacketReader
from ipcamd.media.source.v4l2.decode import make_decoder
from ipcamd.media.source.v4l2.device import PixelLayout, RawPicture, V4l2Device
from ipcamd.media.source.v4l2.modes import ENCODED, CaptureMode, choose

if TYPE_CHECKING:
    from ipcamd.media.source import Wanted

_log = logging.getLogger(__name__)


def capture_pictures(
    path: str, wanted: "Callable[[], Wanted]", stop: threading.Event, clock: Clock
) -> Iterator[Packet | Picture]:
    """Yield a camera's pictures (see `Source.play`)."""
    with closing(V4l2Device(path)) as device:
        reader = _CameraReader(device, wanted, clock)
        while not stop.is_set():
            yield from reader.read()


class _CameraReader:
    """Captures from an open camera in the most suitable mode."""

    def __init__(self, device: V4l2Device, wanted: "Callable[[], Wanted]", clock: Clock) -> None:
        self._device, self._wanted, self._clock = device, wanted, clock
        self._modes = [mode for mode in device.modes() if mode.usable]
        if not self._modes:
            raise SourceError("has no format that can be decoded")
        self._mode: CaptureMode | None = None
        self._served: tuple[tuple[int, int], int, frozenset[str]] | None = None
        self._pictures: PacketReader | _RawReader
        self._sequence: int | None = None
        self._limit = SilenceLimit()
        self._good_ns = clock.steady_ns()

    def read(self) -> Iterator[Packet | Picture]:
        """Yield the next picture; nothing if it is damaged, or beyond the wanted rate."""
        self._select_mode(self._wanted())
        raw = self._device.read_picture(float(self._limit))
        lost, now = self._lost_before(raw), self._clock.steady_ns()
        good = self._pictures.good
        yield from self._pictures.read(raw.data, self._clock.now_ns() - raw.age_ns, lost)
        if self._pictures.good > good:
            self._good_ns = now
            self._limit.note_picture(now / SECOND)
        elif now - self._good_ns > float(self._limit) * SECOND:
            raise SourceError("sends no picture that can be decoded")

    def _select_mode(self, want: "Wanted") -> None:
        """Change the mode if the wanted format changed and another mode suits it better."""
        if self._served == (want.size, want.rate, want.codecs):
            return
        self._served = want.size, want.rate, want.codecs
        mode = choose(self._modes, want.size, want.rate, self._mode, want.codecs)
        if mode != self._mode:
            self._mode, self._sequence = mode, None
            layout = self._device.start(mode)
            self._pictures = self._make_reader(layout, mode)
            _log.info("camera: %s %dx%d, %g pictures per second", layout.format, *layout.size, mode.rate)

    def _lost_before(self, raw: RawPicture) -> int:
        """Return how many pictures the driver dropped since the last one."""
        expected = raw.sequence if self._sequence is None else self._sequence + 1
        self._sequence = raw.sequence
        return min(max(0, raw.sequence - expected), 1000)

    def _make_reader(self, layout: PixelLayout, mode: CaptureMode) -> "PacketReader | _RawReader":
        if codec := find_passable(ENCODED.get(layout.format, "")):
            return PacketReader(codec, self._wanted, mode.rate)
        return _RawReader(layout, self._wanted)


class _RawReader:
    """Converts raw pictures of one layout."""

    def __init__(self, layout: PixelLayout, wanted: "Callable[[], Wanted]") -> None:
        self._decode, self._wanted = make_decoder(layout), wanted
        self._converter, self._limiter = VideoConverter(), RateLimiter()
        self._number = -1
        self.good = 0
        """Pictures that were complete or are not wanted."""

    def read(self, data: bytes, captured_ns: int, lost: int) -> Iterator[Picture]:
        """Yield the picture if it is complete and within the wanted rate; `lost` pictures are missing before it."""
        self._number += 1 + lost
        want = self._wanted()
        if not self._limiter.admits(captured_ns, want.rate):
            self.good += 1
            return
        if picture := self._decode(data):
            self.good += 1
            yield Picture(self._converter.convert(picture, want.size), captured_ns, self._number)
