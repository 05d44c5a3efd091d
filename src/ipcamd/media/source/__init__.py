"""Sources of pictures and sound: the scene, files, cameras of this computer and of the network, screens, pipes.

`make_source` returns the `Source` of a value of ``--source``. PyAV, numpy and Pillow are imported when a source plays
(a video file: when it is checked).
"""

import logging
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import field
from pathlib import Path
from typing import Protocol

from ipcamd.dataclass import dataclass
from ipcamd.errors import ConfigError
from ipcamd.media.decode.decoder_choice import DecoderChoice
from ipcamd.media.frame import AudioChunk, Packet, Picture
from ipcamd.media.source.pacing import Clock
from ipcamd.media.source.scene import SceneSource
from ipcamd.media.stream_settings import StreamSettings

_log = logging.getLogger(__name__)

DEVICE = "/dev/video0"
"""Default camera."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Present needs of the streams."""

    size: tuple[int, int]
    """Largest needed picture: width and height in pixels."""
    rate: int
    """Highest needed frame rate, at least 1."""
    sound: bool
    """Whether sound is needed."""
    codecs: frozenset[str] = field(default=frozenset(), compare=False)
    """Names of the codecs whose packets are wanted, from a source that has them."""
    settings_of: Callable[[str], StreamSettings | None] = field(default=lambda _: None, compare=False)
    """Returns the settings of the stream for which a camera encodes with a codec; None without one."""
    decoded_rate: int | None = field(default=None, compare=False)
    """Highest frame rate of pictures to decode from packets; 0: no picture; None: `rate`."""
    key_frame: bool = field(default=False, compare=False)
    """Whether a key frame is wanted soon, from a source that encodes and takes such requests."""
    keys_suffice: bool = field(default=False, compare=False)
    """Whether decoded key frames are enough, if there is one per second."""
    decoders: DecoderChoice | None = field(default=None, compare=False)
    """Makes the decoders of packets; None: in software."""

    @property
    def picture_rate(self) -> int:
        """The highest rate of decoded pictures."""
        return self.rate if self.decoded_rate is None else min(self.rate, self.decoded_rate)


class Source(Protocol):
    """Source of pictures, and optionally of sound."""

    @property
    def name(self) -> str:
        """Name for logs and messages; never contains a password."""

    @property
    def sound(self) -> bool:
        """Whether it may have sound; known after `check`."""

    def check(self) -> None:
        """Raise `ConfigError` if the source can never work. An unreachable network camera is no error."""

    def play(self, wanted: Callable[[], Wanted], stop: threading.Event) -> Iterator[Packet | Picture | AudioChunk]:
        """Yield pictures and sound in real time until `stop` is set; for one thread of its own.

        A source of encoded pictures yields each as a packet, if wanted, then decoded, if wanted. The caller owns each
        picture and its pixels. A picture has the source's size, or is scaled down to the smallest that covers the
        wanted size.

        The source opens at the first ``next()`` and closes with the generator. Raises `SourceError` when the source
        fails, or delivers nothing for too long (see `SourceTimeout`).
        """


def make_source(text: str, clock: Clock | None = None, tls: str = "auto") -> Source:
    """Return the source that `text` names; raise `ConfigError` if it names none. `tls` is the value of a `TlsPolicy`.

    ``""`` means the camera `DEVICE` if it exists, else the scene. Blocks: it reads from the disk.
    """
    clock = clock or Clock()
    if "\0" in text:
        raise ConfigError("source: a name cannot contain a NUL character")
    if text == "":
        return _default(clock)
    if text == "scene":
        return SceneSource(clock)
    if text.startswith("/dev/"):
        from ipcamd.media.source.v4l2 import V4l2Camera

        return V4l2Camera(text, clock)
    return _make_rare_source(text, clock, tls)


def _make_rare_source(text: str, clock: Clock, tls: str) -> Source:
    """Return a source whose modules most cameras do not need: each is imported for its own sources only."""
    if text.startswith("screen"):
        from ipcamd.media.source.screen import find_screen

        if screen := find_screen(text, clock):
            return screen
    if re.fullmatch("libcamera(:[0-9]{1,3})?", text):
        from ipcamd.media.source.libcamera import LibcameraCamera

        return LibcameraCamera(int(text.partition(":")[2] or 0), clock)
    if text.startswith("pipe:") or re.fullmatch(r"-(\?.*)?", text):
        from ipcamd.media.source.pipe import make_pipe_source

        return make_pipe_source(text, clock)
    if text.startswith("gst:"):
        from ipcamd.media.source.gstreamer import GstreamerSource

        return GstreamerSource(text.removeprefix("gst:"), clock)
    if text.startswith("srt://"):
        from ipcamd.media.source.srt.srt_source import SrtSource

        return SrtSource(text, clock)
    if re.match("[A-Za-z][A-Za-z0-9+.-]*://", text):
        from ipcamd.media.source.network import NetworkSource
        from ipcamd.media.source.network.tls_policy import TlsPolicy

        return NetworkSource(text, clock, TlsPolicy(tls))
    from ipcamd.media.source.media_file import VideoFile
    from ipcamd.media.source.picture_files import find_picture_files

    return find_picture_files(text, clock) or VideoFile(text, clock)


def _default(clock: Clock) -> Source:
    from ipcamd.media.source.v4l2 import V4l2Camera

    camera = V4l2Camera(DEVICE, clock)
    try:
        camera.check()
    except ConfigError as error:
        if Path(DEVICE).exists():
            _log.warning("%s; the built-in scene is shown", error)
        return SceneSource(clock)
    return camera
