"""Processor time of each stage of picture processing, for one 1280x720 picture in one thread.

usage: python -m bench.stages [CLIP] [--pictures N]

CLIP is a video file; the default is the built-in scene.
"""

import argparse
import statistics
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import Any

import av
from av.video.reformatter import ColorRange, VideoReformatter
from bench import table, yardsticks
from bench.table import Row

from ipcamd.media import codecs
from ipcamd.media.encode.encode_session import EncodeSession
from ipcamd.media.encode.encoder_choice import EncoderChoice
from ipcamd.media.frame import Picture
from ipcamd.media.image.blur import Blurrer
from ipcamd.media.image.crop import Cropper
from ipcamd.media.image.image_settings import ImageSettings
from ipcamd.media.image.on_screen_text import OnScreenText
from ipcamd.media.image.picture_adjustment import PictureAdjustment
from ipcamd.media.image.scale import ProcessedFrame, scale_to_fit
from ipcamd.media.image.view import View
from ipcamd.media.mask.cover import cover
from ipcamd.media.mask.mask import Mask
from ipcamd.media.planes import FULL, LIMITED, framed, planes
from ipcamd.media.source.source import Wanted
from ipcamd.media.source.source_choice import make_source
from ipcamd.media.stream.stream_settings import StreamSettings

SIZE = (1280, 720)
GOALS = {
    "picture of the scene": 0.8,
    "transform: everything": 1.5,
    "crop and zoom to 1.5": 0.5,
    "crop and zoom to 4": 0.5,
    "out of focus: 2 pixels": 1,
    "eight masks, black": 0.1,
    "eight masks, mosaic": 0.3,
    "out of focus: 20 pixels": 1,
}
"""Longest time of a stage, as a multiple of the time to encode one JPEG."""
TEXTS = (OnScreenText("UpperLeft", "Front door"), OnScreenText("UpperLeft", pattern="%Y-%m-%d %H:%M:%S"))
EVERYTHING = ImageSettings(140, 150, 160, 200, True, True, TEXTS, True)
LOOKS = {
    "neutral": ImageSettings(),
    "overlay": ImageSettings(texts=TEXTS),
    "brightness, contrast": ImageSettings(brightness=140, contrast=150),
    "saturation": ImageSettings(saturation=160),
    "sharpness": ImageSettings(sharpness=200),
    "mirror": ImageSettings(mirror=True),
    "mirror and flip": ImageSettings(mirror=True, flip=True),
    "everything": EVERYTHING,
}


def scene(count: int) -> list[av.VideoFrame]:
    wanted = Wanted(SIZE, 30, False)
    items = make_source("scene").play(lambda: wanted, threading.Event())
    return [item.video for item in islice((item for item in items if isinstance(item, Picture)), count)]


def clip(path: str, count: int) -> list[av.VideoFrame]:
    found: list[av.VideoFrame] = []
    while len(found) < count:
        with av.open(path) as container:
            decoded = islice(container.decode(video=0), count - len(found))
            found += [frame.reformat(*SIZE, FULL, dst_color_range=ColorRange.JPEG) for frame in decoded]
    return found


def cost(work: Callable[[int, Any], object], frames: Sequence[object]) -> float:
    """Return the median of the thread's milliseconds per frame, without the first frames."""
    spent = [yardsticks.spent_ms(partial(work, number, frame)) for number, frame in enumerate(frames)]
    return statistics.median(spent[5:])


def settings(chosen: ImageSettings, frames: Sequence[av.VideoFrame]) -> float:
    transform = PictureAdjustment(lambda captured_ns: datetime.fromtimestamp(captured_ns // 10**9, UTC))
    # the overlay is drawn into the frame that it is given
    own = [framed(planes(frame)) for frame in frames]
    return cost(lambda number, frame: transform.apply(frame, number * 10**9 // 30, chosen), own)


def cropped(zoom: float, frames: Sequence[av.VideoFrame]) -> float:
    """Return the milliseconds per frame of a view that moves from picture to picture."""
    cropper = Cropper()
    return cost(lambda number, frame: cropper.crop(frame, View(number % 100, 0, zoom), SIZE), frames)


def blurred(pixels: float, frames: Sequence[av.VideoFrame]) -> float:
    """Return the milliseconds per frame of a blur that changes from picture to picture, as while the lens moves."""
    blurrer = Blurrer()
    amount = pixels / SIZE[1] * 1000
    return cost(lambda number, frame: blurrer.blur(frame, amount * (0.9 + number % 20 / 100)), frames)


def masked(is_mosaic: bool, frames: Sequence[av.VideoFrame]) -> float:
    """Return the milliseconds per frame of eight masks that together cover a quarter of the picture."""
    masks = [
        Mask((left / 4, top / 2, left / 4 + 0.125, top / 2 + 0.25), is_mosaic) for left in range(4) for top in (0, 1)
    ]
    own = [framed(planes(frame)) for frame in frames]
    return cost(lambda _, frame: cover(frame, masks), own)


def scaled(size: tuple[int, int], form: str, frames: Sequence[av.VideoFrame]) -> float:
    reformatter = VideoReformatter()
    return cost(lambda _, frame: scale_to_fit(frame, size, form, reformatter), frames)


def encoded(settings: StreamSettings, frames: Sequence[av.VideoFrame]) -> float:
    session, asked = EncodeSession(settings, EncoderChoice().make), threading.Event()
    return cost(lambda number, frame: session.encode(ProcessedFrame(frame, number * 10**9 // 30), asked), frames)


def rows(frames: Sequence[av.VideoFrame]) -> list[Row]:
    """Return the table's rows, each compared with one JPEG."""
    sizes = ((640, 480), (1920, 1080))
    shapes = [StreamSettings(codecs.JPEG, SIZE, 30, quality) for quality in (0, 3)]
    shapes += [
        StreamSettings(codec, SIZE, 30, 3, rate) for codec in (codecs.MPEG4, codecs.H264) for rate in (None, 2_000_000)
    ]
    costs = {
        "picture of the scene": drawn(len(frames)),
        **{f"transform: {name}": settings(chosen, frames) for name, chosen in LOOKS.items()},
        **{f"crop and zoom to {zoom:g}": cropped(zoom, frames) for zoom in (1.5, 4)},
        **{f"out of focus: {pixels} pixels": blurred(pixels, frames) for pixels in (2, 20)},
        **{f"eight masks, {name}": masked(name == "mosaic", frames) for name in ("black", "mosaic")},
        **{f"scale to {size[0]}x{size[1]}": scaled(size, FULL, frames) for size in sizes},
        "to video range": scaled(SIZE, LIMITED, frames),
        **{f"encode {settings.codec.name}, {control(settings)}": encoded(settings, frames) for settings in shapes},
    }
    return [
        Row(title, ms, "ms", yardsticks.jpeg(), *((GOALS[title],) if title in GOALS else ()), less=True)
        for title, ms in costs.items()
    ]


def control(settings: StreamSettings) -> str:
    return f"cbr {settings.bitrate // 1000} kbit/s" if settings.bitrate else f"quality {settings.quality}"


def drawn(count: int) -> float:
    """Return the milliseconds per frame of the built-in scene."""
    wanted = Wanted(SIZE, 30, False)
    items = (item for item in make_source("scene").play(lambda: wanted, threading.Event()) if isinstance(item, Picture))
    return cost(lambda _, __: next(items), range(count))


def main() -> None:
    parser = argparse.ArgumentParser("bench.stages", description=__doc__)
    parser.add_argument("clip", nargs="?")
    parser.add_argument("--pictures", type=int, default=90)
    options = parser.parse_args()
    frames = clip(options.clip, options.pictures) if options.clip else scene(options.pictures)
    print("\nProcessor time for one 1280x720 picture\n")
    print(table.text([table.HEAD, *(row.cells() for row in rows(frames))]))


if __name__ == "__main__":
    main()
