"""SRT source: an MPEG transport stream over Secure Reliable Transport."""

import threading
from collections.abc import Callable, Iterator

from ipcamd.media.frame import SourceItem
from ipcamd.media.source.pacing import Clock
from ipcamd.media.source.source import Wanted, raise_config_error
from ipcamd.media.source.srt.srt_address import parse_srt_address


class SrtSource:
    """Sender to which the camera connects, or that connects to the camera."""

    sound = True
    """True, because the presence of sound is unknown before the source plays."""

    def __init__(self, url: str, clock: Clock) -> None:
        """`url` may contain a passphrase; `clock` gives the capture times. Raises `ConfigError` if it is no address."""
        bare, _, query = url.partition("?")
        self.name = "srt://" + bare.removeprefix("srt://").rpartition("@")[2]
        self._clock = clock
        with raise_config_error(f"source {self.name}"):
            self._address = parse_srt_address(bare, query)

    def check(self) -> None:
        """See `Source`: libsrt must be installed; the sender may be reachable later."""
        from ipcamd.media.source.srt.libsrt import load_library

        with raise_config_error(f"source {self.name}"):
            load_library()

    def play(self, wanted: Callable[[], Wanted], stop: threading.Event) -> Iterator[SourceItem]:
        """See `Source`."""
        from ipcamd.media.source.reception import Reception
        from ipcamd.media.source.srt.srt_receiver import receive_srt

        return receive_srt(self._address, Reception(wanted, stop, self._clock))
