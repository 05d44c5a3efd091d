"""RTSP URL: names media, or one of its tracks."""

import re
from dataclasses import dataclass

from ipcamd.server.rtsp.mounts.media import FindPresentation, Presentation
from ipcamd.server.rtsp.response import RtspError

TALK_TRACK = -1
"""The number of the track that clients speak on."""

_URL = re.compile(r"(?:(?i:rtsps?|rtspu)://[^/?#]*)?(|/[^#]*)(?:#.*)?")
_CONTROL = re.compile(r"/(?:track([0-9]{1,2})|(talk))/?$")


@dataclass(frozen=True, slots=True)
class UrlTarget:
    """A medium, and which of its tracks; None for all together."""

    media: Presentation
    track: int | None


def track_name(track: int) -> str:
    """Return the track's part of the URL."""
    return "talk" if track == TALK_TRACK else f"track{track}"


def resolve_url(find: FindPresentation, target: str) -> UrlTarget:
    """Return what `target` names; `RtspError` with 404 if there is no such thing."""
    path, track = split_url(target)
    media = find(path)
    if media is None or (track is not None and track >= len(media.tracks)):
        raise RtspError(404)
    return UrlTarget(media, track)


def split_url(target: str) -> tuple[str, int | None]:
    """Return the path and the track that `target` names, whether they exist or not. Raises `RtspError` 404: no URL.

    A client may put the track behind the query of the URL that it was given.
    """
    match = _URL.fullmatch(target)
    if match is None:
        raise RtspError(404)
    rest, track = match[1], None
    if found := _CONTROL.search(rest):
        rest = rest[: found.start()]
        track = TALK_TRACK if found[2] else int(found[1])
    return re.sub("/{2,}", "/", rest.partition("?")[0]).strip("/").lower(), track
