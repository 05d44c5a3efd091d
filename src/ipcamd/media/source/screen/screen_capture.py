"""Capture of an X11 screen with FFmpeg's x11grab."""

from collections.abc import Iterator

from av.container import InputContainer

from ipcamd.errors import SourceError
from ipcamd.media.frame import Picture
from ipcamd.media.source.convert import VideoConverter
from ipcamd.media.source.ffmpeg import decode_media, find_video, open_media
from ipcamd.media.source.pacing import RateLimiter
from ipcamd.media.source.reception import Reception


def open_screen(display: str, rate: int) -> InputContainer:
    """Open a display for `rate` pictures per second. Raises `SourceError`."""
    try:
        return open_media(display, {"framerate": str(rate)}, "x11grab")
    except SourceError:
        raise SourceError(
            f"the X server {display} is not reachable; check DISPLAY and the access rights (xhost)"
        ) from None


def capture_screen(display: str, reception: Reception) -> Iterator[Picture]:
    """Yield pictures of a display (see `Source.play`)."""
    wanted, clock = reception.wanted, reception.clock
    rate, converter, limiter = wanted().rate, VideoConverter(), RateLimiter()
    medium = open_screen(display, rate)
    try:
        while True:
            for picture in decode_media(medium, find_video(medium)):
                captured_ns, want = clock.now_ns(), wanted()
                if reception.stop.is_set():
                    return
                if want.rate != rate:
                    break
                if not limiter.admits(clock.steady_ns(), rate):
                    continue  # FFmpeg sends a burst after opening, to catch up
                yield Picture(converter.convert(picture, want.size), captured_ns)
            # open the new connection first: an X server may reset when its last client leaves
            rate, old, medium = wanted().rate, medium, open_screen(display, wanted().rate)
            old.close()
    finally:
        medium.close()
