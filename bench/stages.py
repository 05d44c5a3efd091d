"""Processor time of each stage of the picture's way, for one 1280x720 picture, one thread.

usage: python -m bench.stages [CLIP] [--pictures N]

CLIP is a video file; without one it is the built-in scene.
"""

import argparse
import threading
import time
from collections.abc import Callable, Sequence
from itertools import islice

import av
from av.video.reformatter import ColorRange, VideoReformatter
from bench import table
from bench.table import Row

from ipcamd.media.frame import Codec, Picture
from ipcamd.media.look import Look
from ipcamd.media.planes import FULL, LIMITED, framed, planes
from ipcamd.media.scale import Shot, fit
from ipcamd.media.session import Session
from ipcamd.media.shape import Shape
from ipcamd.media.source import Wanted, make
from ipcamd.media.transform import Transform

SIZE = (1280, 720)
GOAL = 4.0
"""Milliseconds that the transform with everything on may take."""
EVERYTHING = Look(140, 150, 160, 200, True, True, "Front door", True, True)
LOOKS = {
    "neutral": Look(),
    "overlay": Look(text="Front door", date=True),
    "brightness, contrast": Look(brightness=140, contrast=150),
    "saturation": Look(saturation=160),
    "sharpness": Look(sharpness=200),
    "mirror": Look(mirror=True),
    "mirror and flip": Look(mirror=True, flip=True),
}


def scene(count: int) -> list[av.VideoFrame]:
    wanted = Wanted(SIZE, 30, False)
    items = make("scene").play(lambda: wanted, threading.Event())
    return [item.video for item in islice((item for item in items if isinstance(item, Picture)), count)]


def clip(path: str, count: int) -> list[av.VideoFrame]:
    found: list[av.VideoFrame] = []
    while len(found) < count:
        with av.open(path) as container:
            decoded = islice(container.decode(video=0), count - len(found))
            found += [frame.reformat(*SIZE, FULL, dst_color_range=ColorRange.JPEG) for frame in decoded]
    return found


def cost(work: Callable[[int, av.VideoFrame], object], frames: Sequence[av.VideoFrame]) -> float:
    """Return the median of the thread's milliseconds per frame; the first ones warm up."""
    spent = []
    for number, frame in enumerate(frames):
        began = time.thread_time()
        work(number, frame)
        spent.append((time.thread_time() - began) * 1000)
    return sorted(spent[5:])[len(spent[5:]) // 2]


def look(chosen: Look, frames: Sequence[av.VideoFrame]) -> float:
    transform = Transform(lambda captured: f"2024-01-20 12:00:{captured // 10**9 % 60:02d}")
    # the overlay is drawn into the frame that it is given
    own = [framed(planes(frame)) for frame in frames]
    return cost(lambda number, frame: transform.apply(frame, number * 10**9 // 30, chosen), own)


def scaled(size: tuple[int, int], form: str, frames: Sequence[av.VideoFrame]) -> float:
    reformatter = VideoReformatter()
    return cost(lambda _, frame: fit(frame, size, form, reformatter), frames)


def encoded(shape: Shape, frames: Sequence[av.VideoFrame]) -> float:
    session, asked = Session(shape), threading.Event()
    return cost(lambda number, frame: session.encode(Shot(frame, number * 10**9 // 30), asked), frames)


def rows(frames: Sequence[av.VideoFrame]) -> list[Row]:
    """Return the table's rows."""
    made = [Row(f"transform: {name}", look(chosen, frames), unit="ms") for name, chosen in LOOKS.items()]
    made.append(Row("transform: everything", look(EVERYTHING, frames), GOAL, GOAL, "ms", less=True))
    sizes = ((640, 480), (1920, 1080))
    made += [Row(f"scale to {size[0]}x{size[1]}", scaled(size, FULL, frames), unit="ms") for size in sizes]
    made.append(Row("to video range", scaled(SIZE, LIMITED, frames), unit="ms"))
    shapes = [Shape(Codec.JPEG, SIZE, 30, quality) for quality in (0, 3)]
    shapes += [Shape(codec, SIZE, 30, 3, rate) for codec in (Codec.MPEG4, Codec.H264) for rate in (None, 2_000_000)]
    for shape in shapes:
        control = f"cbr {shape.bitrate // 1000} kbit/s" if shape.bitrate else f"quality {shape.quality}"
        made.append(Row(f"encode {shape.codec.value}, {control}", encoded(shape, frames), unit="ms"))
    return made


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
