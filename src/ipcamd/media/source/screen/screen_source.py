"""X11 screen as a source."""

import os
import threading
from collections.abc import Callable, Iterator

from ipcamd.errors import SourceError
from ipcamd.media.frame import AudioChunk, Picture
from ipcamd.media.source.pacing import Clock
from ipcamd.media.source.source import Wanted, raise_config_error


class ScreenSource:
    """A whole X11 screen with the mouse pointer. `display` has the form of ``DISPLAY``; "" means its value."""

    sound = False

    def __init__(self, display: str, clock: Clock) -> None:
        self.name = f"screen{display}"
        self._display = display or os.environ.get("DISPLAY", "")
        self._clock = clock

    def check(self) -> None:
        """See `Source`: the X server must accept a connection."""
        from ipcamd.media.source.screen.screen_capture import open_screen

        with raise_config_error(f"source {self.name}"):
            if not self._display:
                raise SourceError("DISPLAY is not set; name the screen, as in screen:0")
            open_screen(self._display, 1).close()

    def play(self, wanted: Callable[[], Wanted], stop: threading.Event) -> Iterator[Picture | AudioChunk]:
        """See `Source`."""
        from ipcamd.media.source.reception import Reception
        from ipcamd.media.source.screen.screen_capture import capture_screen

        return capture_screen(self._display, Reception(wanted, stop, self._clock))
