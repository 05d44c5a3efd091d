"""Pictures and a source for the tests of the media folder: controlled by the test."""

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Iterator

import av
import numpy as np

from ipcamd.errors import ConfigError, SourceError
from ipcamd.media.frame import AudioChunk, EncodedFrame, Packet, Picture
from ipcamd.media.image.scale import ProcessedFrame
from ipcamd.media.latest_value import LatestValue
from ipcamd.media.planes import framed, planes
from ipcamd.media.source.source import Wanted
from ipcamd.media.stream.hub import Hub

SECOND = 1_000_000_000
NOON = 1_750_000_000 * SECOND
WAIT = 30.0
"""Seconds after which a thread that did not do its part fails the test."""


def sloped(size: tuple[int, int] = (320, 240), shift: int = 0) -> av.VideoFrame:
    """A full-range frame that differs everywhere: luma grows to the right, Cb downwards, Cr upwards."""
    width, height = size
    across = (np.arange(width) * 255 // (width - 1) + shift) % 256
    down = np.arange(height // 2) * 255 // (height // 2 - 1)
    luma = np.broadcast_to(across, (height, width)).astype(np.uint8)
    blue = np.broadcast_to(down[:, None], (height // 2, width // 2)).astype(np.uint8)
    return framed((luma, blue, blue[::-1]))


def grey(luma: int, size: tuple[int, int] = (320, 240), blue: int = 128, red: int = 128) -> av.VideoFrame:
    """A full-range frame of one colour."""
    width, height = size
    shapes = ((height, width), (height // 2, width // 2), (height // 2, width // 2))
    return framed([np.full(shape, v, np.uint8) for shape, v in zip(shapes, (luma, blue, red), strict=True)])


def luma(frame: av.VideoFrame) -> float:
    """The mean of Y."""
    return float(planes(frame)[0].mean())


def decoded(codec: str, payloads: list[bytes]) -> list[av.VideoFrame]:
    """Decode a stream from its beginning."""
    decoder = av.CodecContext.create(codec, "r")
    decoder.thread_count = 1
    frames = [frame for data in payloads for frame in decoder.decode(av.Packet(data))]
    return frames + decoder.decode(None)


class FrameReceiver(LatestValue[ProcessedFrame]):
    """Takes frames of the frame processor, as an encoding stream does."""

    def admits(self, _: Picture) -> bool:
        return self.wanted


class ScriptedSource:
    """A source that yields the test's items as they are put in."""

    name = "script"
    sound = False

    def __init__(self) -> None:
        self.items: queue.Queue[Picture | AudioChunk | Exception | None] = queue.Queue()
        self.plays = 0
        self.open = 0
        """Runs that were begun and not closed."""
        self.closed = threading.Event()
        self.played = threading.Semaphore(0)
        self.wanted: Callable[[], Wanted] | None = None

    def check(self) -> None:
        raise ConfigError("not for the command line")

    def play(self, wanted: Callable[[], Wanted], stop: threading.Event) -> Iterator[Packet | Picture | AudioChunk]:
        self.plays += 1
        self.open += 1
        self.closed.clear()
        self.wanted = wanted
        self.played.release()
        try:
            yield from self._given(stop)
        finally:
            self.open -= 1
            self.closed.set()

    def _given(self, stop: threading.Event) -> Iterator[Packet | Picture | AudioChunk]:
        while not stop.is_set():
            try:
                item = self.items.get(timeout=0.002)
            except queue.Empty:
                continue
            if item is None:
                return
            if isinstance(item, Exception):
                raise item
            yield item

    def ends(self, meanwhile: Callable[[], object] = lambda: None) -> None:
        """Wait until no run is open, doing something meanwhile."""
        end = time.monotonic() + WAIT
        while self.open:
            if time.monotonic() > end:
                raise AssertionError("a run is still open")
            meanwhile()
            self.closed.wait(0.002)

    def show(self, captured_ns: int, frame: av.VideoFrame | None = None) -> None:
        self.items.put(Picture(frame or sloped(), captured_ns))

    def fail(self, why: str = "broke off") -> None:
        self.items.put(SourceError(why))


class Viewer:
    """Watches one hub."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.frames: asyncio.Queue[EncodedFrame] = asyncio.Queue()
        for frame in hub.subscribe(self.frames.put_nowait):
            self.frames.put_nowait(frame)

    async def next(self) -> EncodedFrame:
        return await asyncio.wait_for(self.frames.get(), WAIT)

    def take_all(self) -> list[EncodedFrame]:
        return [self.frames.get_nowait() for _ in range(self.frames.qsize())]

    def leave(self) -> None:
        self.hub.unsubscribe(self.frames.put_nowait)
