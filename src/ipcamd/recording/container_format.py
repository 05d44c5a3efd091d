"""Container formats of continuous recordings: AVI and MP4. Each makes the writer of a file from its first picture."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from ipcamd.media.codecs import Codec
from ipcamd.media.frame import EncodedFrame
from ipcamd.media.mp4.muxer import find_format
from ipcamd.storage.container_writer import ContainerWriter
from ipcamd.wire.avi.layout import AviFormat
from ipcamd.wire.avi.writer import AviWriter
from ipcamd.wire.mp4.file_writer import Mp4FileWriter
from ipcamd.wire.mp4.tracks import Mp4Format

Local = Callable[[int], datetime]
"""Returns the local time of a time in nanoseconds since the epoch."""


class ContainerFormat(Protocol):
    """Container with a fixed kind of sound."""

    def format_of(self, key: EncodedFrame) -> object:
        """Return what must not change within a file; None if no file can begin with this key frame."""

    def make_writer(self, key: EncodedFrame) -> ContainerWriter:
        """Return the writer of a file that begins with this key frame, whose format is not None."""


class AviContainer:
    """AVI, with sound in a codec that it can hold."""

    def __init__(self, sound: Codec | None, local: Local) -> None:
        self._sound = sound
        self._local = local

    def format_of(self, key: EncodedFrame) -> AviFormat:
        """See `ContainerFormat`."""
        return avi_format_of(key, self._sound)

    def make_writer(self, key: EncodedFrame) -> AviWriter:
        """See `ContainerFormat`."""
        return AviWriter(self.format_of(key), self._local(key.captured_ns), key.captured_ns)


class Mp4Container:
    """MP4, with sound in a codec that it can hold."""

    def __init__(self, sound: Codec | None) -> None:
        self._sound = sound

    def format_of(self, key: EncodedFrame) -> Mp4Format | None:
        """See `ContainerFormat`."""
        return find_format(key, self._sound)

    def make_writer(self, key: EncodedFrame) -> Mp4FileWriter:
        """See `ContainerFormat`."""
        found = self.format_of(key)
        assert found
        return Mp4FileWriter(found, key.rate, key.captured_ns)


def avi_format_of(key: EncodedFrame, sound: Codec | None = None, faster: int = 1) -> AviFormat:
    """Return the AVI format of a file that starts with this key frame; `faster` multiplies its frame rate."""
    pictures = key.codec.fourcc, key.size, key.rate * faster
    return AviFormat(*pictures, sound=True, audio_tag=sound.audio_tag) if sound else AviFormat(*pictures, sound=False)
