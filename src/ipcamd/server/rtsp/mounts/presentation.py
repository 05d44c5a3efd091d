"""Media at a path: its tracks and their description."""

from collections.abc import Callable

from ipcamd.dataclass import dataclass
from ipcamd.media.codecs import Codec
from ipcamd.media.stream.hub import Hub
from ipcamd.storage.replay.catalog import TRACKS, ReplayCatalog
from ipcamd.wire.packetize.payload_format import PayloadFormat


@dataclass(frozen=True, slots=True)
class MediaTrack:
    """Video or audio track."""

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
    """Tracks at a path (RFC 2326: presentation)."""

    path: str
    """Main path without outer slashes; all aliases have the same `path`."""
    tracks: tuple[MediaTrack, ...]


@dataclass(frozen=True, slots=True)
class RecordedPresentation:
    """Recordings at a path."""

    path: str
    """Path without outer slashes."""
    catalog: ReplayCatalog

    @property
    def tracks(self) -> tuple[Codec, ...]:
        """Codecs of the tracks that recordings can have, whether they have them now or not."""
        return TRACKS


AnyPresentation = Presentation | RecordedPresentation
"""Media at a path, live or recorded."""

FindPresentation = Callable[[str], AnyPresentation | None]
"""Returns the presentation at a path (lower case, without outer slashes) under the present settings, or None."""
