"""V4L2 camera as a source: a webcam or capture card of this computer."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing

from ipcamd.errors import SourceError
from ipcamd.media.frame import SourceItem
from ipcamd.media.source.pacing import Clock
from ipcamd.media.source.source import Wanted, raise_config_error


class V4l2Source:
    """V4L2 device that delivers JPEGs or raw pictures."""

    sound = False

    def __init__(self, path: str, clock: Clock) -> None:
        """`path` is the device's, such as ``/dev/video0``; `clock` gives the capture times."""
        self.name = path
        self._clock = clock

    def check(self) -> None:
        """See `Source`: the device must exist, be a camera, and have a mode that can be decoded."""
        from ipcamd.media.source.v4l2.device import V4l2Device

        with raise_config_error(f"source {self.name}"), closing(V4l2Device(self.name, threading.Event())) as device:
            formats = {mode.format: mode.usable for mode in device.modes()}
            if not any(formats.values()):
                raise SourceError(f"none of its formats can be decoded ({', '.join(formats)})")

    def play(self, wanted: Callable[[], Wanted], stop: threading.Event) -> Iterator[SourceItem]:
        """See `Source`; the mode that suits the wanted format best is used."""
        from ipcamd.media.source.capture_device.capture import capture_pictures
        from ipcamd.media.source.reception import Reception
        from ipcamd.media.source.v4l2.device import V4l2Device

        yield from capture_pictures(V4l2Device(self.name, stop), Reception(wanted, stop, self._clock))
