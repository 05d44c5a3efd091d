"""Scaling: whole pictures in the sizes of streams, with their aspect ratio and black bars."""

import threading
from concurrent.futures import Future

import av
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

from ipcamd.media.planes import FULL, LIMITED, plain, planes


def fit_inside(size: tuple[int, int], frame: tuple[int, int]) -> tuple[int, int]:
    """Return the largest even size with the aspect ratio of `size` (square pixels) that fits into `frame`."""
    scale = min(frame[0] / size[0], frame[1] / size[1])
    width, height = (min(most, max(2, round(side * scale / 2) * 2)) for side, most in zip(size, frame, strict=True))
    return width, height


def resize(
    frame: av.VideoFrame, size: tuple[int, int], pixel_format: str, reformatter: VideoReformatter
) -> av.VideoFrame:
    """Return the full-range `frame` in this size and pixel format; the frame itself if it has both."""
    if (frame.width, frame.height, frame.format.name) == (*size, pixel_format):
        return frame
    return reformatter.reformat(
        frame,
        *size,
        pixel_format,
        src_colorspace=Colorspace.ITU601,
        dst_colorspace=Colorspace.ITU601,
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.JPEG if pixel_format == FULL else ColorRange.MPEG,
        interpolation=Interpolation.AREA if size[0] < frame.width else Interpolation.BILINEAR,
        threads=1,
    )


def scale_to_fit(
    frame: av.VideoFrame, size: tuple[int, int], pixel_format: str, reformatter: VideoReformatter
) -> av.VideoFrame:
    """Return the full-range `frame` in this size and pixel format, with bars; the frame itself if it has both."""
    have = frame.width, frame.height
    inner = size if have == size else fit_inside(have, size)
    frame = resize(frame, inner, pixel_format, reformatter)
    return frame if inner == size else _barred(frame, size, pixel_format)


def _barred(frame: av.VideoFrame, size: tuple[int, int], pixel_format: str) -> av.VideoFrame:
    whole = plain(size, 16 if pixel_format == LIMITED else 0, pixel_format)
    # multiples of four, so that half-size chroma starts at a whole sample
    left, top = ((size[0] - frame.width) // 4 * 2, (size[1] - frame.height) // 4 * 2)
    for target, part, half in zip(planes(whole), planes(frame), (1, 2, 2), strict=True):
        rows, columns = part.shape
        target[top // half : top // half + rows, left // half : left // half + columns] = part
    return whole


class ScaledFrame:
    """One frame for several encoders. Encoding sets its time and type, so hold `lock` meanwhile."""

    def __init__(self, frame: av.VideoFrame) -> None:
        self.frame = frame
        self.lock = threading.Lock()


class ProcessedFrame:
    """One picture for all streams. The first stream that needs a size creates it."""

    def __init__(self, frame: av.VideoFrame, captured_ns: int, mask_version: int = 0) -> None:
        """`captured_ns` is the time of capture: nanoseconds since the epoch, UTC; `mask_version` is that of the masks
        that cover the picture."""
        self.frame = frame
        self.captured_ns = captured_ns
        self.mask_version = mask_version
        self._unscaled = ScaledFrame(frame)
        self._lock = threading.Lock()
        self._made: dict[tuple[tuple[int, int], str], Future[ScaledFrame]] = {}

    def scaled_to(self, size: tuple[int, int], pixel_format: str, reformatter: VideoReformatter) -> ScaledFrame:
        """Return the picture in this size and pixel format. `reformatter` must belong to the calling thread."""
        if (self.frame.width, self.frame.height, self.frame.format.name) == (*size, pixel_format):
            return self._unscaled
        with self._lock:
            made = self._made.get((size, pixel_format))
            first = made is None
            if made is None:
                made = self._made[size, pixel_format] = Future()
        if first:
            try:
                made.set_result(ScaledFrame(scale_to_fit(self.frame, size, pixel_format, reformatter)))
            except BaseException as error:
                made.set_exception(error)
        return made.result()
