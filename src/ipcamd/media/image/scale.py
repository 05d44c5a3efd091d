"""A picture in the sizes that streams want: whole, in its proportions, with black bars where it does not fill them."""

import threading
from concurrent.futures import Future

import av
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

from ipcamd.media.planes import FULL, LIMITED, plain, planes


def inside(size: tuple[int, int], frame: tuple[int, int]) -> tuple[int, int]:
    """Return the largest even size of the proportions of `size` (pixels are square) that fits into `frame`."""
    scale = min(frame[0] / size[0], frame[1] / size[1])
    width, height = (min(most, max(2, round(side * scale / 2) * 2)) for side, most in zip(size, frame, strict=True))
    return width, height


def fit(frame: av.VideoFrame, size: tuple[int, int], form: str, reformatter: VideoReformatter) -> av.VideoFrame:
    """Return the full-range `frame` in `size` and format `form`; the frame itself where it is so already."""
    inner = inside((frame.width, frame.height), size)
    if (frame.width, frame.height, frame.format.name) != (*inner, form):
        frame = reformatter.reformat(
            frame,
            *inner,
            form,
            src_colorspace=Colorspace.ITU601,
            dst_colorspace=Colorspace.ITU601,
            src_color_range=ColorRange.JPEG,
            dst_color_range=ColorRange.JPEG if form == FULL else ColorRange.MPEG,
            interpolation=Interpolation.AREA if inner[0] < frame.width else Interpolation.BILINEAR,
            threads=1,
        )
    return frame if inner == size else _barred(frame, size, form)


def _barred(frame: av.VideoFrame, size: tuple[int, int], form: str) -> av.VideoFrame:
    whole = plain(size, 16 if form == LIMITED else 0, form)
    # multiples of four, so that chroma, at half of it, begins at a whole sample as well
    left, top = ((size[0] - frame.width) // 4 * 2, (size[1] - frame.height) // 4 * 2)
    for target, part, half in zip(planes(whole), planes(frame), (1, 2, 2), strict=True):
        rows, columns = part.shape
        target[top // half : top // half + rows, left // half : left // half + columns] = part
    return whole


class ScaledFrame:
    """One frame that is wanted by several encoders at once. Hold `lock` while an encoder has it: encoding sets its
    time and kind."""

    def __init__(self, frame: av.VideoFrame) -> None:
        self.frame = frame
        self.lock = threading.Lock()


class ProcessedFrame:
    """One finished picture, for all streams. Each size is made once, by the first stream that wants it."""

    def __init__(self, frame: av.VideoFrame, captured_ns: int) -> None:
        """`captured_ns` is when, in nanoseconds since the epoch, UTC."""
        self.frame = frame
        self.captured_ns = captured_ns
        self._lock = threading.Lock()
        self._made: dict[tuple[tuple[int, int], str], Future[ScaledFrame]] = {}

    def at(self, size: tuple[int, int], form: str, reformatter: VideoReformatter) -> ScaledFrame:
        """Return the picture in that size and format. `reformatter` must be the calling thread's own."""
        with self._lock:
            made = self._made.get((size, form))
            first = made is None
            if made is None:
                made = self._made[size, form] = Future()
        if first:
            try:
                made.set_result(ScaledFrame(fit(self.frame, size, form, reformatter)))
            except BaseException as error:
                made.set_exception(error)
                raise
        return made.result()
