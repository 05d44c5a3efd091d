"""What stands at a path: tracks, and the description that a client is given of them."""

from collections.abc import Callable
from dataclasses import dataclass

from ipcamd.media.codecs import Codec
from ipcamd.media.stream.hub import Hub
from ipcamd.wire.packetize.format import Format


@dataclass(frozen=True, slots=True)
class Track:
    """One picture or sound of a medium."""

    hub: Hub

    @property
    def codec(self) -> Codec:
        """How it is encoded."""
        return self.hub.codec

    @property
    def format(self) -> Format:
        """How it travels in RTP."""
        return self.codec.rtp


@dataclass(frozen=True, slots=True)
class Media:
    """What a path shows."""

    path: str
    """Its main path, without slashes at the ends: aliases of one medium have one `path`."""
    tracks: tuple[Track, ...]


Paths = Callable[[str], Media | None]
"""Gives what stands at a path (lower-case, without slashes at the ends), as the settings are now; None for nothing."""
