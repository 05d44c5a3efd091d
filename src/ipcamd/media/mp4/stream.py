"""Live MP4 stream: H.264 or H.265 with the microphone's sound, muxed once for all viewers, while it has viewers."""

import asyncio
from collections.abc import Callable
from itertools import count
from typing import NamedTuple

from ipcamd.errors import RequestFailed
from ipcamd.media.frame import EncodedFrame
from ipcamd.media.mp4.muxer import Mp4Muxer, find_format
from ipcamd.media.stream.hub import Hub

TIMEOUT_S = 6.0
"""Longest wait for the first picture, in seconds."""
LINGER_S = 1.0
"""Time for which the stream continues after `Mp4Stream.open`, until its viewer has joined."""


class Opening(NamedTuple):
    """Start of the answer to a new viewer."""

    content_type: str
    init_segment: bytes


class Mp4Stream:
    """Subscribes to pictures and sound while `hub` has viewers. For the event loop.

    Its frames are fragments. The stream ends when its format changes, such as the picture size or the presence of
    sound: its viewers are disconnected, and connect again.
    """

    def __init__(self, pictures: Hub, sound: Callable[[], Hub | None]) -> None:
        """`pictures` is a stream for MP4; `sound` returns the microphone's sound in AAC while it is enabled."""
        self.hub = Hub(pictures.codec, pictures.name, self._follow)
        """Hub to join in the same turn of the event loop in which `open` returns."""
        self.cut: Callable[[Hub], None] = lambda _: None
        """Called with `hub` when the stream ends, to disconnect its viewers."""
        self._pictures = pictures
        self._find_audio = sound
        self._muxer: Mp4Muxer | None = None
        self._sound: Hub | None = None
        self._counter = count()
        self._begun = asyncio.Event()
        self._linger_timer: asyncio.TimerHandle | None = None

    async def open(self) -> Opening:
        """Return the start for a viewer that joins `hub` now. Raises ``RequestFailed`` if no picture arrives."""
        self._hold(TIMEOUT_S + LINGER_S)
        try:
            async with asyncio.timeout(TIMEOUT_S):
                while not (muxer := self._muxer):
                    await self._begun.wait()
        except TimeoutError:
            raise RequestFailed(f"no picture within {TIMEOUT_S:g} seconds") from None
        self._hold(LINGER_S)
        self.hub.require_masks(self._pictures.required_masks.version)
        return Opening(muxer.content_type, muxer.init_segment)

    def end_viewers(self, pictures: Hub) -> None:
        """Disconnect the viewers if these are its pictures, which have been disabled."""
        if pictures is self._pictures:
            self._stop_muxer()
            self.cut(self.hub)

    def close(self) -> None:
        """End the stream."""
        if self._linger_timer:
            self._linger_timer.cancel()
        self._end()

    def _hold(self, duration_s: float) -> None:
        """Continue for this time without a viewer."""
        if self._linger_timer:
            self._linger_timer.cancel()
        self._linger_timer = asyncio.get_running_loop().call_later(duration_s, self.hub.unsubscribe, _ignore)
        self.hub.subscribe(_ignore)

    def _follow(self, watched: bool) -> None:
        if not watched:
            return self._end()
        for frame in list(self._pictures.subscribe(self._take)):
            self._take(frame)
        return None

    def _end(self) -> None:
        self._pictures.unsubscribe(self._take)
        self._stop_muxer()

    def _take(self, frame: EncodedFrame) -> None:
        if frame.key:
            self._check_format(frame)
        if self._muxer and self._muxer.follows(frame):
            self._publish(self._muxer.add_picture(frame), frame.captured_ns, frame.key)

    def _check_format(self, key_frame: EncodedFrame) -> None:
        """Start a muxer, or replace it if the format has changed."""
        sound = self._find_audio()
        found = find_format(key_frame, sound.codec if sound else None)
        if self._muxer and self._muxer.format == found and self._muxer.follows(key_frame):
            return
        if self._muxer:
            self._stop_muxer()
            self.cut(self.hub)
        if found and self.hub.watched.is_set():
            self._muxer = Mp4Muxer(found, key_frame)
            self._sound = sound
            if sound:
                sound.subscribe(self._take_audio)
            self._begun.set()

    def _stop_muxer(self) -> None:
        self._muxer = None
        self._begun.clear()
        self.hub.invalidate()
        if self._sound:
            self._sound.unsubscribe(self._take_audio)
            self._sound = None

    def _take_audio(self, frame: EncodedFrame) -> None:
        if self._muxer and (fragment := self._muxer.add_audio(frame)):
            self._publish(fragment, frame.captured_ns, False)

    def _publish(self, fragment: bytes, captured_ns: int, key: bool) -> None:
        masked = self._pictures.required_masks.version  # only pictures with the newest masks arrive here
        counter = next(self._counter) % (1 << 32)
        self.hub.publish(EncodedFrame(self.hub.codec, fragment, key, captured_ns, counter, mask_version=masked))


def _ignore(_: object) -> None:
    """Discard an unneeded item."""
