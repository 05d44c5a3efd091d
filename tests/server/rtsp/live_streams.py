"""Real encoded frames for real players, published in real time."""

import asyncio
import math
from array import array
from fractions import Fraction
from typing import Any

import av
import numpy as np
import simplejpeg
from tests.server.rtsp.player import SECOND, CameraHubs

from ipcamd.media import codecs
from ipcamd.media.frame import EncodedFrame
from ipcamd.media.stream.hub import Hub
from ipcamd.wire import ulaw

WIDTH, HEIGHT, RATE, GROUP = 320, 240, 25, 25
OPTIONS = {"libx264": {"preset": "ultrafast", "tune": "zerolatency"}, "mpeg4": {"sc_threshold": "1000000000"}}


def pictures() -> list["np.ndarray[Any, Any]"]:
    """A bar that moves over noise."""
    noise = np.random.default_rng(1).integers(0, 80, (HEIGHT, WIDTH, 3), np.uint8)
    shown = []
    for number in range(GROUP):
        picture = noise.copy()
        picture[:, number * 10 : number * 10 + 20] = 200
        shown.append(picture)
    return shown


def encode(name: str) -> list[bytes]:
    """One group of pictures; its first frame contains the headers."""
    encoder: Any = av.CodecContext.create(name, "w")
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.framerate, encoder.time_base = Fraction(RATE), Fraction(1, RATE)
    encoder.gop_size, encoder.max_b_frames, encoder.thread_count = GROUP, 0, 1
    encoder.options = OPTIONS[name]
    frames = []
    for number, picture in enumerate(pictures()):
        frame = av.VideoFrame.from_ndarray(picture, "rgb24").reformat(format="yuv420p")
        frame.pts = number
        frames += [bytes(packet) for packet in encoder.encode(frame)]
    return frames + [bytes(packet) for packet in encoder.encode(None)]


def jpegs() -> list[bytes]:
    return [simplejpeg.encode_jpeg(picture, quality=50, colorsubsampling="420") for picture in pictures()]


def tone() -> list[bytes]:
    """A second of 400 Hz, in pieces of 40 ms."""
    samples = array("h", [int(8000 * math.sin(2 * math.pi * n / 20)) for n in range(8000)])
    codes = ulaw.encode(samples.tobytes())
    return [codes[at : at + 320] for at in range(0, 8000, 320)]


class LoopedStream:
    """One hub's frames repeated, starting with a key frame for the first viewer."""

    def __init__(self, hub: Hub, codec: codecs.Codec, frames: list[bytes]) -> None:
        self._hub, self._codec, self._frames = hub, codec, frames
        self._number = 0

    def turn(self, now: int) -> None:
        if not self._hub.watched.is_set():
            self._number = 0
            return
        at = self._number % len(self._frames)
        key = at == 0 or self._codec in (codecs.JPEG, codecs.ULAW)
        size = (0, 0) if self._codec is codecs.ULAW else (WIDTH, HEIGHT)
        self._hub.publish(EncodedFrame(self._codec, self._frames[at], key, now, self._number, size))
        self._number += 1


class LiveStreams:
    """Frames for all hubs, 25 times per second."""

    def __init__(self) -> None:
        self.frames = {
            codecs.H264: encode("libx264"),
            codecs.MPEG4: encode("mpeg4"),
            codecs.JPEG: jpegs(),
            codecs.ULAW: tone(),
        }

    async def run(self, hubs: CameraHubs) -> None:
        by_codec = {codecs.H264: hubs.h264, codecs.MPEG4: hubs.mpeg4, codecs.JPEG: hubs.mjpeg, codecs.ULAW: hubs.sound}
        looped = [LoopedStream(by_codec[codec], codec, frames) for codec, frames in self.frames.items()]
        loop = asyncio.get_running_loop()
        start, first = loop.time(), hubs.now
        for number in range(100 * RATE):
            hubs.now = first + number * SECOND // RATE
            for stream in looped:
                stream.turn(hubs.now)
            await asyncio.sleep(max(0.0, start + (number + 1) / RATE - loop.time()))
