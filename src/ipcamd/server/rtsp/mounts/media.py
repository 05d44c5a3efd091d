"""Media at a path: its tracks and their description."""

from collections.abc import Callable
from dataclasses import dataclass

from ipcamd.media.codecs import Codec
from ipcamd.media.stream.hub import Hub
from ipcamd.wire.packetize.payload_format import PayloadFormat


@dataclass(frozen=True, slots=True)
class MediaTrack:
    """One picture or sound of a medium."""

    hub: Hub

    @property
    def codec(self) -> Codec:
        """Codec of the track."""
        return self.hub.codec

    @property
    def format(self) -> PayloadFormat:
        """RTP payload format of the track."""
        return self.codec.rtp_format


@dataclass(frozen=True, slots=True)
class Presentation:
    """Media at a path."""

    path: str
    """Its main path, without slashes at the ends: aliases of one medium have one `path`."""
    tracks: tuple[MediaTrack, ...]


FindPresentation = Callable[[str], Presentation | None]
"""Gives what stands at a path (lower-case, without slashes at the ends), as the settings are now; None for nothing."""
