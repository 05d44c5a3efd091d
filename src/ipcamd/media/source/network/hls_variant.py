"""Variant of an HLS playlist (RFC 8216, 4.3.4.2): the one that fits the size of the camera's stream."""

import av
from av.container import InputContainer

from ipcamd.media.source.ffmpeg import find_video, is_video


def find_variant(medium: InputContainer, want: tuple[int, int]) -> av.VideoStream:
    """Return the video stream; of the variants of a playlist the smallest that covers the size `want`, else the
    largest. Raises `SourceError` if there is none."""
    best = find_video(medium)
    if medium.format.name != "hls":
        return best
    streams = sorted(filter(is_video, medium.streams.video), key=lambda each: each.width * each.height)
    return next((each for each in streams if each.width >= want[0] and each.height >= want[1]), streams[-1])
