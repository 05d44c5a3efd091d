"""Crop: the part of a picture that a view shows, in the size of the picture. Imported by media threads only."""

import av
from av.video.reformatter import VideoReformatter

from ipcamd.media.image.scale import fit_inside, resize
from ipcamd.media.image.view import View
from ipcamd.media.planes import FULL, framed, planes


class Cropper:
    """Crops full-range pictures to views. For one thread at a time."""

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()

    def crop(self, frame: av.VideoFrame, view: View, limit: tuple[int, int]) -> av.VideoFrame:
        """Return a new frame that shows `view` with the aspect ratio of `frame`: in the size of `frame`, or the largest
        that fits into `limit` if that is smaller. For the whole picture, return `frame` itself."""
        if view.is_whole:
            return frame
        size = frame.width, frame.height
        left, top, width, height = view.box(size)
        # chroma starts at a whole sample, so it is at most one luma pixel off
        parts = [
            plane[top // half :, left // half :][: height // half, : width // half]
            for plane, half in zip(planes(frame), (1, 2, 2), strict=True)
        ]
        shown = fit_inside(size, (min(size[0], limit[0]), min(size[1], limit[1])))
        return resize(framed(parts), shown, FULL, self._reformatter)
