"""Pictures of a video that contain the time as a row of black and white squares: raw grey frames for a camera's pipe.

usage: python -m bench.clock_frames PIPE; runs until it is killed.
"""

import fcntl
import itertools
import sys
import time
from pathlib import Path

import numpy as np
from bench import packs

SIZE, FPS, BITS, SQUARE = (1280, 720), 30, 24, 40
"""The squares at the top are bits, the lowest first: milliseconds since 1970, modulo 2**24."""
BLACK, WHITE = 16, 235
COUNT = 60
"""Pictures of the loop."""
PIPE_BYTES = 1 << 20
"""Size of the pipe: it holds a whole grey picture, like the memory of a capture device."""


def draw_time(luma: np.ndarray, milliseconds: int) -> None:
    """Draw a time into a plane."""
    for bit in range(BITS):
        luma[:SQUARE, bit * SQUARE : (bit + 1) * SQUARE] = WHITE if milliseconds >> bit & 1 else BLACK


def main(pipe: Path) -> None:
    """Write the frames at their rate; like a camera, skip the frames of missed times."""
    frames = [frame.to_ndarray()[: SIZE[1]] for frame in packs.frames(COUNT)]
    with pipe.open("wb", buffering=0) as out:
        fcntl.fcntl(out, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        due_s = time.monotonic()
        for frame in itertools.cycle(frames):
            time.sleep(max(0.0, due_s - time.monotonic()))
            due_s = max(due_s, time.monotonic() - 1 / FPS) + 1 / FPS
            draw_time(frame, time.time_ns() // 1_000_000)
            data = memoryview(frame).cast("B")
            while data:
                data = data[out.write(data) :]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
