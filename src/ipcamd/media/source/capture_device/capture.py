"""Capture from a camera of this computer, in the mode that suits the streams."""

import logging
from collections.abc import Iterator
from contextlib import closing

from ipcamd.errors import SourceError
from ipcamd.media.codecs import find_passable
from ipcamd.media.frame import Packet, Picture
from ipcamd.media.source.capture_device.device import CaptureDevice, PixelLayout
from ipcamd.media.source.capture_device.mode_choice import ENCODED, CaptureMode, choose
from ipcamd.media.source.capture_device.raw_decoder import decode_raw
from ipcamd.media.source.convert import VideoConverter
from ipcamd.media.source.pacing import RateLimiter
from ipcamd.media.source.packet_reader import PacketReader
from ipcamd.media.source.reception import Reception
from ipcamd.media.source.source import Wanted
from ipcamd.media.stream.stream_settings import StreamSettings

_log = logging.getLogger(__name__)


def capture_pictures(device: CaptureDevice, reception: Reception) -> Iterator[Packet | Picture]:
    """Yield a camera's pictures (see `Source.play`), then close it."""
    with closing(device):
        reader = _CameraReader(device, reception)
        while not reception.stop.is_set():
            yield from reader.read()


class _CameraReader:
    """Captures from an open camera in the most suitable mode."""

    def __init__(self, device: CaptureDevice, reception: Reception) -> None:
        self._device, self._reception, self._wanted = device, reception, reception.wanted
        self._modes = [mode for mode in device.modes() if mode.usable]
        if not self._modes:
            raise SourceError("has no format that can be decoded")
        self._mode: CaptureMode | None = None
        self._served: tuple[tuple[int, int], int, frozenset[str]] | None = None
        self._settings: StreamSettings | None = None
        """Settings with which the camera encodes now."""
        self._pictures: PacketReader | _RawReader
        self._select_mode(self._wanted())

    def read(self) -> Iterator[Packet | Picture]:
        """Yield the next picture; nothing if it is damaged, or beyond the wanted rate, or if the capture must stop."""
        raw = self._device.read_picture(float(self._reception.limit))
        if raw is None:
            return
        want = self._wanted()
        good, captured_ns = self._pictures.good, self._reception.clock.now_ns() - raw.age_ns
        yield from self._pictures.read(raw.data, captured_ns, want)
        if self._pictures.good > good:
            self._reception.note_picture()
        elif self._reception.is_silent():
            raise SourceError("sends no picture that can be decoded")
        self._select_mode(want)

    def _select_mode(self, want: Wanted) -> None:
        """Change the mode if the wanted format changed and another mode suits it better, or if the camera must encode
        with other settings."""
        served = want.size, want.rate, want.codecs
        mode = self._mode
        if mode is None or self._served != served:
            self._served, mode = served, choose(self._modes, want.size, want.rate, self._mode, want.codecs)
        settings = self._settings_for(mode, want)
        if (mode, settings) != (self._mode, self._settings):
            self._mode, self._settings = mode, settings
            layout = self._device.start(mode, settings)
            self._pictures = self._make_reader(layout, mode)
            _log.info("camera: %s %dx%d, %g pictures per second", layout.format, *layout.size, mode.rate)

    def _settings_for(self, mode: CaptureMode, want: Wanted) -> StreamSettings | None:
        """Return the settings of the stream for which the camera encodes in this mode; None if it does not."""
        codec = ENCODED.get(mode.format)
        return want.settings_of(codec) if codec in self._device.set_codecs else None

    def _make_reader(self, layout: PixelLayout, mode: CaptureMode) -> "PacketReader | _RawReader":
        if codec := find_passable(ENCODED.get(layout.format, "")):
            return PacketReader(codec, self._wanted, mode.rate, key_frames=self._device)
        return _RawReader(layout)


class _RawReader:
    """Converts raw pictures of one layout."""

    def __init__(self, layout: PixelLayout) -> None:
        self._layout = layout
        self._converter, self._limiter = VideoConverter(), RateLimiter()
        self.good = 0
        """Pictures that were complete or are not wanted."""

    def read(self, data: bytes, captured_ns: int, want: Wanted) -> Iterator[Picture]:
        """Yield the picture if it is complete and within the wanted rate."""
        if not self._limiter.admits(captured_ns, want.rate):
            self.good += 1
            return
        if picture := decode_raw(self._layout, data):
            self.good += 1
            yield Picture(self._converter.convert(picture, want.size), captured_ns)
