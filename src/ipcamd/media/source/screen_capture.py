"""Capture of an X11 screen."""

import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from av.container import InputContainer

from ipcamd.errors import SourceError
from ipcamd.media.frame import Picture
from ipcamd.media.source.decode import VideoConverter
from ipcamd.media.source.ffmpeg import decoded, open_media, video_of
from ipcamd.media.source.pacing import Clock, RateLimiter

if TYPE_CHECKING:
    from ipcamd.media.source import Wanted


def open_screen(display: str, rate: int) -> InputContainer:
    """Return what takes pictures of a display, `rate` a second. Raises `SourceError`."""
    try:
        return open_media(display, {"framerate": str(rate)}, "x11grab")
    except SourceError:
        raise SourceError(f"the X server {display} cannot be reached") from None


def capture_screen(
    display: str, wanted: "Callable[[], Wanted]", stop: threading.Event, clock: Clock
) -> Iterator[Picture]:
    """Yield pictures of a display; see `Source.play`."""
    rate, number, eye, picker = wanted().rate, -1, VideoConverter(), RateLimiter()
    medium = open_screen(display, rate)
    try:
        while True:
            for picture in decoded(medium, video_of(medium)):
                captured_ns, want = clock.now(), wanted()
                if stop.is_set():
                    return
                if want.rate != rate:
                    break
                if not picker.takes(clock.steady(), rate):
                    continue  # FFmpeg hurries to catch up with the time that opening took
                number += 1
                yield Picture(eye.see(picture, want.size), captured_ns, number)
            # opened before the other is closed: an X server that loses its last client may start anew
            rate, old, medium = wanted().rate, medium, open_screen(display, wanted().rate)
            old.close()
    finally:
        medium.close()
