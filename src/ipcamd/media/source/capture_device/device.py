"""Capture device: interface of a camera of this computer, and the pictures that it sends."""

from typing import Protocol

from ipcamd.dataclass import dataclass
from ipcamd.media.source.capture_device.mode_choice import CaptureMode
from ipcamd.media.stream.stream_settings import StreamSettings


@dataclass(frozen=True, slots=True)
class PixelLayout:
    """Layout of the arriving pictures."""

    format: str
    """The kernel's FourCC."""
    size: tuple[int, int]
    """Width and height in pixels."""
    stride: int
    """Bytes per row; 0 for compressed pictures."""
    full_range: bool


@dataclass(frozen=True, slots=True)
class RawPicture:
    """Picture as the camera sent it."""

    data: bytes
    age_ns: int
    """Nanoseconds since its capture."""


class CaptureDevice(Protocol):
    """Open camera. Every method raises `SourceError` with a clear message when it fails."""

    @property
    def set_codecs(self) -> frozenset[str]:
        """Names of the codecs that it encodes with the settings of the stream."""

    def modes(self) -> list[CaptureMode]:
        """Return all modes of the camera."""

    def start(self, mode: CaptureMode, settings: StreamSettings | None) -> PixelLayout:
        """Start capturing in a mode, or the nearest supported one; stop the previous one. `settings` are those of the
        stream of the mode's codec; None if it has none."""

    def read_picture(self, timeout_s: float) -> RawPicture | None:
        """Wait for the next complete picture; return None if the capture must stop. Raises `SourceError` after
        `timeout_s` seconds without one."""

    def request_key_frame(self) -> None:
        """Request a key frame of encoded pictures soon, if the camera takes requests."""

    def close(self) -> None:
        """Stop and close the camera, even if it was disconnected."""
