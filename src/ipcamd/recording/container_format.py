"""Container formats of recordings: AVI and MP4. Each makes the writer of a file from its first picture."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from ipcamd.media.codecs import Codec
from ipcamd.media.frame import EncodedFrame
from ipcamd.media.mp4.muxer import LEAP_NS, find_format
from ipcamd.storage.container_writer import ContainerWriter
from ipcamd.time_units import SECOND_NS
from ipcamd.wire.avi.layout import SOUND_RATE, AviFormat
from ipcamd.wire.avi.writer import AviWriter
from ipcamd.wire.mp4.file_writer import Mp4FileWriter
from ipcamd.wire.mp4.tracks import Mp4Format

Local = Callable[[int], datetime]
"""Returns the local time of a time in nanoseconds since the epoch."""

LEAD_IN_SPEED = 2
"""Factor of the frame rate of an AVI clip that begins with pictures from before its start."""


class ContainerFormat(Protocol):
    """Container with a fixed kind of sound."""

    def format_of(self, key: EncodedFrame) -> object:
        """Return what must not change within a file; None if no file can begin with this key frame."""

    def make_writer(self, key: EncodedFrame) -> ContainerWriter:
        """Return the writer of a file that begins with this key frame, whose format is not None."""

    def continues_clip(self, gap_ns: int) -> bool:
        """Return whether the file of a clip continues when its next picture was captured so many nanoseconds later."""

    def trim(self, block: EncodedFrame, end_ns: int) -> EncodedFrame:
        """Return the part of the audio that belongs to a clip with this end."""


class AviContainer:
    """AVI, with sound in a codec that it can hold.

    A file starts at `start_ns`. Earlier pictures, back to the last key frame, are needed for decoding; they play at
    double speed, and so do the following pictures until picture and time match again.
    """

    def __init__(self, sound: Codec | None, local: Local, start_ns: int = 0) -> None:
        """`start_ns` is the start of a clip, since the epoch; 0: a file starts with its first picture."""
        self._sound = sound
        self._local = local
        self._start_ns = start_ns

    def format_of(self, key: EncodedFrame) -> AviFormat:
        """See `ContainerFormat`."""
        return avi_format_of(key, self._sound)

    def make_writer(self, key: EncodedFrame) -> AviWriter:
        """See `ContainerFormat`."""
        origin_ns = max(self._start_ns, key.captured_ns)
        avi_format = avi_format_of(key, self._sound, LEAD_IN_SPEED if key.captured_ns < origin_ns else 1)
        return AviWriter(avi_format, self._local(origin_ns), origin_ns)

    def continues_clip(self, gap_ns: int) -> bool:
        """See `ContainerFormat`."""
        return True

    def trim(self, block: EncodedFrame, end_ns: int) -> EncodedFrame:
        """See `ContainerFormat`."""
        return replace(block, payload=block.payload[: (end_ns - block.captured_ns) * SOUND_RATE // SECOND_NS])


class Mp4Container:
    """MP4, with sound in a codec that it can hold. A file starts with the key frame before the start of a clip."""

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

    def continues_clip(self, gap_ns: int) -> bool:
        """See `ContainerFormat`. A step of the clock starts another file."""
        return 0 <= gap_ns < LEAP_NS

    def trim(self, block: EncodedFrame, end_ns: int) -> EncodedFrame:
        """See `ContainerFormat`."""
        return block


def avi_format_of(key: EncodedFrame, sound: Codec | None = None, faster: int = 1) -> AviFormat:
    """Return the AVI format of a file that starts with this key frame; `faster` multiplies its frame rate."""
    pictures = key.codec.fourcc, key.size, key.rate * faster
    return AviFormat(*pictures, sound=True, audio_tag=sound.audio_tag) if sound else AviFormat(*pictures, sound=False)
