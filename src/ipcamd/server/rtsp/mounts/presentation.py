"""Media at a path: its tracks and their description."""

from collections.abc import Callable

from ipcamd.dataclass import dataclass
from ipcamd.media.codecs import Codec
from ipcamd.media.stream.hub import Hub
from ipcamd.storage.replay.catalog import TRACKS, ReplayCatalog


@dataclass(frozen=True, slots=True)
class Presentation:
    """Tracks at a path (RFC 2326: presentation)."""

    path: str
    """Main path without outer slashes; all aliases have the same `path`."""
    tracks: tuple[Hub, ...]
    """The stream of each track; video first."""


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
