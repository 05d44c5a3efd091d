"""Built-in scene as a source: a gallery with a walking figure, a clock, and every second a flash with a beep."""

import threading
from collections.abc import Callable, Iterator
from typing import Literal

from ipcamd.media.frame import AudioChunk, Picture
from ipcamd.media.source.pacing import Clock
from ipcamd.media.source.source import Wanted


class SceneSource:
    """Source that needs no hardware, file or network."""

    name = "scene"
    sound = True

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.figure: Literal["still", "walk"] = "walk"
        """Whether the figure walks or stands; may be set from any thread. While it stands, only the clock changes."""

    def check(self) -> None:
        """See `Source`: the scene always works."""

    def play(self, wanted: Callable[[], Wanted], stop: threading.Event) -> Iterator[Picture | AudioChunk]:
        """See `Source`; the pictures have the wanted size (at least 160x120) and rate."""
        from ipcamd.media.source.scene.render import play_scene  # imports numpy and Pillow: not at the camera's start

        return play_scene(wanted, stop, self._clock, lambda: self.figure == "walk")
