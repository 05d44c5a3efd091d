"""Mount table: the media at each path (clarifications, RTSP)."""

from collections.abc import Callable, Mapping, Sequence

from ipcamd.dataclass import dataclass
from ipcamd.media.stream.hub import Hub
from ipcamd.server.rtsp.mounts.presentation import AnyPresentation, Presentation, RecordedPresentation
from ipcamd.storage.replay.catalog import ReplayCatalog

AUDIO = "audio"
"""Path of the stream of sound."""
PHONE = "3gpp"
"""Path of the stream for mobile phones."""
METADATA = "metadata"
"""Path of the stream of ONVIF metadata."""
SUB = "/sub"
"""Path suffix of a smaller stream, after the codec's name."""
PROFILES = "onvif/"
"""Path prefix of the stream of an ONVIF profile, before the profile's token."""

RECORDINGS = "replay/"
"""Path prefix of recordings, before the token of an ONVIF recording."""
CARD = "sdcard"
"""Token of the recordings on the SD card."""

ALIASES: Mapping[str, str] = {
    "": "h264",
    "stream1": "h264",
    "stream2": "mpeg4",
    "live/stream1.cgi": "h264",
    "live/stream2.cgi": "mpeg4",
    "live/audio.cgi": AUDIO,
    "cgi/mpeg/stream1.cgi": "h264",
    "cgi/mpeg/stream2.cgi": "mpeg4",
    "cgi/mjpg/mjpeg.cgi": "mjpeg",
    "cgi/audio/audio.cgi": AUDIO,
}
"""Aliases of main paths; the root is the main stream."""


@dataclass(slots=True, eq=False)
class Mounts:
    """Mount table under the present settings."""

    pictures: Callable[[], Mapping[str, Hub]]
    """Returns the enabled streams by their codec's name, which is their path."""
    sound: Callable[[], Hub | None] = lambda: None
    """Returns the microphone's stream while it is enabled."""
    phone: Callable[[], Sequence[Hub]] = lambda: ()
    """Returns the streams for telephones (``Image.3GPP``)."""
    profile_tracks: Callable[[str], Sequence[str]] = lambda _: ()
    """Returns the paths of the streams of the ONVIF profile with a token; none if there is no such profile."""
    metadata: Callable[[], Hub | None] = lambda: None
    """Returns the stream of ONVIF metadata."""
    recordings: ReplayCatalog | None = None
    """Recordings on the SD card; None for a camera without one."""
    substream: Callable[[str], Hub | None] = lambda _: None
    """Returns the smaller stream of a codec while it is enabled."""

    def __call__(self, path: str) -> AnyPresentation | None:
        """See `ipcamd.server.rtsp.mounts.presentation.FindPresentation`."""
        path = ALIASES.get(path, path)
        if path == RECORDINGS + CARD:
            return RecordedPresentation(path, self.recordings) if self.recordings else None
        if path == PHONE:
            return _media(path, *self.phone())
        if path == AUDIO:
            return _media(path, self.sound())
        if path == METADATA:
            return _media(path, self.metadata())
        if path.startswith(PROFILES):
            return self._profile_media(path)
        hub = self._find_pictures(path)
        return _media(path, hub, self.sound()) if hub else None

    def _profile_media(self, path: str) -> Presentation | None:
        names = self.profile_tracks(path.removeprefix(PROFILES))
        sound = self.sound() if AUDIO in names else None
        metadata = self.metadata() if METADATA in names else None
        return _media(path, *map(self._find_pictures, names), sound, metadata)

    def _find_pictures(self, path: str) -> Hub | None:
        """Return the enabled stream or substream of a codec at this path."""
        codec, slash, sub = path.partition("/")
        return self.substream(codec) if slash + sub == SUB else self.pictures().get(path)


def _media(path: str, *hubs: Hub | None) -> Presentation | None:
    """Return the presentation of the streams that exist; None if there are none."""
    tracks = tuple(hub for hub in hubs if hub)
    return Presentation(path, tracks) if tracks else None
