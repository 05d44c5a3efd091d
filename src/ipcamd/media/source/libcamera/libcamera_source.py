"""Camera of libcamera as a source, such as those on the ribbon cable of a Raspberry Pi."""

import threading
from collections.abc import Callable, Iterator

from ipcamd.errors import SourceError
from ipcamd.media.frame import SourceItem
from ipcamd.media.source.pacing import Clock
from ipcamd.media.source.source import Wanted, raise_config_error


class LibcameraSource:
    """Camera that the program ``rpicam-vid`` or ``libcamera-vid`` captures."""

    sound = False

    def __init__(self, number: int, clock: Clock) -> None:
        """`number` is the camera's in the list of the program; `clock` gives the capture times."""
        self.name = f"libcamera:{number}"
        self._number = number
        self._clock = clock

    def check(self) -> None:
        """See `Source`: the program must be installed and list the camera."""
        from ipcamd.media.source.libcamera.program import find_program, list_cameras

        with raise_config_error(f"source {self.name}"):
            cameras = list_cameras(find_program())
            if self._number not in cameras:
                listed = ", ".join(f"{number} ({name})" for number, name in cameras.items())
                known = f"there are {listed}" if cameras else "no camera is connected, or its cable or driver fails"
                raise SourceError(f"there is no such camera; {known}")

    def play(self, wanted: Callable[[], Wanted], stop: threading.Event) -> Iterator[SourceItem]:
        """See `Source`. The program encodes where its pictures can be passed through, and delivers raw pictures
        otherwise."""
        from ipcamd.media.source.capture_device.capture import capture_pictures
        from ipcamd.media.source.libcamera.device import LibcameraDevice
        from ipcamd.media.source.libcamera.program import find_program
        from ipcamd.media.source.reception import Reception

        device = LibcameraDevice(find_program(), self._number, stop)
        yield from capture_pictures(device, Reception(wanted, stop, self._clock))
