"""Thumbnail of a recording: the picture that it shows, and its size."""

import io
from typing import BinaryIO

THUMBNAIL_WIDTH = 320
"""Width in pixels."""
THUMBNAIL_AT_S = 2
"""Second of a recording that its thumbnail shows; a shorter recording shows its middle."""


def thumbnail_position(length_s: float, at_s: float | None) -> float:
    """Return the second that a thumbnail shows; `at_s` is the requested one, if any."""
    return min(THUMBNAIL_AT_S, length_s / 2) if at_s is None else min(at_s, length_s)


def make_thumbnail(source: BinaryIO, at_s: float) -> bytes:
    """Return a thumbnail of a recording as JPEG: its last key frame before `at_s`.

    A single picture has one frame, at 0. Raises the errors of `remux_to_mp4`.
    """
    from ipcamd.storage.playback.remux import open_container, seek, video_stream_of  # it loads PyAV

    with open_container(source) as container:
        pictures = video_stream_of(container)
        if at_s:
            seek(container, at_s)
        frame = next(container.decode(pictures), None)
        if frame is None:
            raise ValueError("no picture in it can be decoded")
        height = THUMBNAIL_WIDTH * frame.height // frame.width
        image = frame.to_image(width=THUMBNAIL_WIDTH, height=height)  # type: ignore[no-untyped-call]
    made = io.BytesIO()
    image.save(made, "JPEG", quality=75)
    return made.getvalue()
