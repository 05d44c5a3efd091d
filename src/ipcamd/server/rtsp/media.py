"""What stands at a path: tracks, and the description that a client is given of them."""

from collections.abc import Callable
from dataclasses import dataclass

from ipcamd.media.frame import Codec
from ipcamd.media.hub import Hub
from ipcamd.wire.packetize import h264, jpeg, mpeg4, pcmu
from ipcamd.wire.packetize.format import Format

FORMATS: dict[Codec, Format] = {
    Codec.H264: h264.FORMAT,
    Codec.MPEG4: mpeg4.FORMAT,
    Codec.JPEG: jpeg.FORMAT,
    Codec.ULAW: pcmu.FORMAT,
}
"""How each codec travels in RTP."""


@dataclass(frozen=True, slots=True)
class Track:
    """One picture or sound of a medium."""

    hub: Hub
    codec: Codec

    @property
    def format(self) -> Format:
        """How it travels in RTP."""
        return FORMATS[self.codec]


@dataclass(frozen=True, slots=True)
class Media:
    """What a path shows."""

    path: str
    """Its main path, without slashes at the ends: aliases of one medium have one `path`."""
    tracks: tuple[Track, ...]


Paths = Callable[[str], Media | None]
"""Gives what stands at a path (lower-case, without slashes at the ends), as the settings are now; None for nothing."""
