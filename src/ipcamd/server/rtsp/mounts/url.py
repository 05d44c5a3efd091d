"""RTSP URL: names media, or one of its tracks."""

import re

from ipcamd.dataclass import dataclass
from ipcamd.server.rtsp.mounts.presentation import AnyPresentation, FindPresentation
from ipcamd.server.rtsp.response import RtspError

TALK_TRACK = -1
"""Number of the talk track."""

_URL = re.compile(r"(?:(?i:rtsps?|rtspu)://[^/?#]*)?(|/[^#]*)(?:#.*)?")
_CONTROL = re.compile(r"/(?:track([0-9]{1,2})|(talk))/?$")


@dataclass(frozen=True, slots=True)
class UrlTarget:
    """Presentation, and one of its tracks; None for all tracks."""

    media: AnyPresentation
    track: int | None
    """Track number; `TALK_TRACK` is the talk track."""


def track_name(track: int) -> str:
    """Return the URL suffix of a track."""
    return "talk" if track == TALK_TRACK else f"track{track}"


def resolve_url(find: FindPresentation, target: str) -> UrlTarget:
    """Return the target of a URL. Raises `RtspError` 404 if it does not exist."""
    path, track = split_url(target)
    media = find(path)
    if media is None or (track is not None and track >= len(media.tracks)):
        raise RtspError(404)
    return UrlTarget(media, track)


def split_url(target: str) -> tuple[str, int | None]:
    """Return the path and the track that `target` names, whether they exist or not.

    A client may append the track to the query of the URL. Raises `RtspError` 404 for an invalid URL.
    """
    match = _URL.fullmatch(target)
    if match is None:
        raise RtspError(404)
    rest, track = match[1], None
    if found := _CONTROL.search(rest):
        rest = rest[: found.start()]
        track = TALK_TRACK if found[2] else int(found[1])
    return re.sub("/{2,}", "/", rest.partition("?")[0]).strip("/").lower(), track
