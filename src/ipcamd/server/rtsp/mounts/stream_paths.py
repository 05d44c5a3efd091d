"""Mount table: the media at each path (clarifications, RTSP)."""

from collections.abc import Callable, Mapping, Sequence

from ipcamd.media.stream.hub import Hub
from ipcamd.server.rtsp.mounts.presentation import AnyPresentation, MediaTrack, Presentation, RecordedPresentation
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


class Mounts:
    """Mount table under the present settings."""

    def __init__(
        self,
        pictures: Callable[[], Mapping[str, Hub]],
        sound: Callable[[], Hub | None] = lambda: None,
        phone: Callable[[], Sequence[MediaTrack]] = lambda: (),
        profile_tracks: Callable[[str], Sequence[str]] = lambda _: (),
        metadata: Callable[[], Hub | None] = lambda: None,
        recordings: ReplayCatalog | None = None,
        substream: Callable[[str], Hub | None] = lambda _: None,
    ) -> None:
        """`pictures` returns the enabled streams by their codec's name, which is their path; `sound` the microphone's
        hub while it is enabled; `phone` the tracks for telephones (``Image.3GPP``); `profile_tracks` those of the ONVIF
        profile with a token, each by its path, none if there is no such profile; `metadata` their metadata track;
        `substream` the smaller stream of a codec while it is enabled. `recordings` are those on the SD card, None for a
        camera without one."""
        self._pictures = pictures
        self._sound = sound
        self._phone = phone
        self._profile_tracks = profile_tracks
        self._metadata = metadata
        self._recordings = recordings
        self._substream = substream

    def __call__(self, path: str) -> AnyPresentation | None:
        """See `ipcamd.server.rtsp.mounts.presentation.FindPresentation`."""
        path = ALIASES.get(path, path)
        if path == RECORDINGS + CARD:
            return RecordedPresentation(path, self._recordings) if self._recordings else None
        if path == PHONE:
            return _media(path, *self._phone())
        if path == AUDIO:
            return _media(path, *self._sounds())
        if path == METADATA:
            return _media(path, *self._metadata_tracks())
        if path.startswith(PROFILES):
            return self._profile_media(path)
        hub = self._find_pictures(path)
        return _media(path, MediaTrack(hub), *self._sounds()) if hub else None

    def _profile_media(self, path: str) -> Presentation | None:
        names = self._profile_tracks(path.removeprefix(PROFILES))
        pictures = (MediaTrack(hub) for name in names if (hub := self._find_pictures(name)))
        metadata = self._metadata_tracks() if METADATA in names else ()
        return _media(path, *pictures, *(self._sounds() if AUDIO in names else ()), *metadata)

    def _find_pictures(self, path: str) -> Hub | None:
        """Return the enabled stream or substream of a codec at this path."""
        codec, slash, sub = path.partition("/")
        return self._substream(codec) if slash + sub == SUB else self._pictures().get(path)

    def _metadata_tracks(self) -> tuple[MediaTrack, ...]:
        hub = self._metadata()
        return (MediaTrack(hub),) if hub else ()

    def _sounds(self) -> tuple[MediaTrack, ...]:
        hub = self._sound()
        return (MediaTrack(hub),) if hub else ()


def _media(path: str, *tracks: MediaTrack) -> Presentation | None:
    return Presentation(path, tracks) if tracks else None
