"""The built-in scene: a picture gallery with a visitor, a clock, and once a second a flash with a beep."""

import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Literal

from ipcamd.media.frame import Picture, Sound
from ipcamd.media.source.pacing import Clock

if TYPE_CHECKING:
    from ipcamd.media.source import Wanted


class SceneSource:
    """A source that needs nothing but this program."""

    name = "scene"
    sound = True

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.figure: Literal["still", "walk"] = "walk"
        """Whether the figure walks or stands; may be set from any thread. While it stands, nothing moves but the
        clock's board."""

    def check(self) -> None:
        """See `Source`: the scene always works."""

    def play(self, wanted: "Callable[[], Wanted]", stop: threading.Event) -> Iterator[Picture | Sound]:
        """See `Source`; the pictures have the size (at least 160x120) and the rate that are wanted."""
        from ipcamd.media.source.scene.show import show  # draws with numpy and Pillow: not at the camera's start

        return show(wanted, stop, self._clock, lambda: self.figure == "walk")
