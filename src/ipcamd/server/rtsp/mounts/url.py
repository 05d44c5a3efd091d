"""RTSP URL: names media, or one of its tracks."""

import re
from dataclasses import dataclass

from ipcamd.server.rtsp.mounts.media import Media, Paths
from ipcamd.server.rtsp.response import Refused

BACK = -1
"""The number of the track that clients speak on."""

_URL = re.compile(r"(?:(?i:rtsps?|rtspu)://[^/?#]*)?(|/[^#]*)(?:#.*)?")
_CONTROL = re.compile(r"/(?:track([0-9]{1,2})|(talk))/?$")


@dataclass(frozen=True, slots=True)
class Place:
    """A medium, and which of its tracks; None for all together."""

    media: Media
    track: int | None


def control(track: int) -> str:
    """Return the track's part of the URL."""
    return "talk" if track == BACK else f"track{track}"


def locate(paths: Paths, target: str) -> Place:
    """Return what `target` names; `Refused` with 404 if there is no such thing."""
    path, track = split(target)
    media = paths(path)
    if media is None or (track is not None and track >= len(media.tracks)):
        raise Refused(404)
    return Place(media, track)


def split(target: str) -> tuple[str, int | None]:
    """Return the path and the track that `target` names, whether they are there or not; `Refused` 404 if it is no URL.

    A client may put the track behind the query of the URL that it was given.
    """
    match = _URL.fullmatch(target)
    if match is None:
        raise Refused(404)
    rest, track = match[1], None
    if found := _CONTROL.search(rest):
        rest = rest[: found.start()]
        track = BACK if found[2] else int(found[1])
    return re.sub("/{2,}", "/", rest.partition("?")[0]).strip("/").lower(), track
