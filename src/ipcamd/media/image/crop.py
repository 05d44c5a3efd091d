"""Crop: the part of a picture that a view shows, in the picture's own size. Imported by media threads only."""

import av
from av.video.reformatter import VideoReformatter

from ipcamd.media.image.scale import fit_inside, resize
from ipcamd.media.image.view import View
from ipcamd.media.planes import FULL, framed, planes


class Cropper:
    """Shows views of full-range pictures. For one thread at a time."""

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()

    def crop(self, frame: av.VideoFrame, view: View, limit: tuple[int, int]) -> av.VideoFrame:
        """Return a new frame that shows `view` in the proportions of `frame`: in the size of `frame`, or in the largest
        that fits into `limit` if that is smaller. The whole picture is `frame` itself."""
        if view.is_whole:
            return frame
        size = frame.width, frame.height
        left, top, width, height = view.box(size)
        # chroma begins at a whole sample: it is at most one pixel of luma off
        parts = [
            plane[top // half :, left // half :][: height // half, : width // half]
            for plane, half in zip(planes(frame), (1, 2, 2), strict=True)
        ]
        shown = fit_inside(size, (min(size[0], limit[0]), min(size[1], limit[1])))
        return resize(framed(parts), shown, FULL, self._reformatter)
