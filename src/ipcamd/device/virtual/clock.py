"""Clock of the virtual device: the host's clock plus an offset."""

import time
from collections.abc import Callable

from ipcamd.dataclass import dataclass
from ipcamd.device.drivers import SLEW_PPM
from ipcamd.store.database import TransactionPart
from ipcamd.store.keyvalue import KeyValueStore

OFFSET = "clock.offset"
"""Key of the clock's offset, in nanoseconds."""


class OffsetClock:
    """The host's clock plus an offset set by hand or NTP, which survives a restart (clarifications, 1.3)."""

    def __init__(
        self,
        key_values: KeyValueStore,
        host: Callable[[], int] = time.time_ns,
        monotonic: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        """`host` is the host's clock, in nanoseconds since the epoch; `monotonic` measures the progress of a slew."""
        self._key_values = key_values
        self._host = host
        self._monotonic = monotonic
        self._offset = _Offset(int(key_values.get(OFFSET) or 0))

    def now_ns(self) -> int:
        """See `TimeSource`. From any thread."""
        return self._host() + self._offset.at(self._monotonic())

    def set(self, moment_ns: int) -> TransactionPart:
        """See `TimeSource`."""
        return self._change(_Offset(moment_ns - self._host()))

    def slew(self, offset_ns: int) -> TransactionPart:
        """See `TimeSource`. A restart completes it at once."""
        began_ns = self._monotonic()
        present_ns = self._offset.at(began_ns)
        return self._change(_Offset(present_ns + offset_ns, present_ns, began_ns))

    def _change(self, offset: "_Offset") -> TransactionPart:
        kept = self._key_values.keep(OFFSET, str(offset.final_ns))

        def done() -> None:
            kept.done()
            self._offset = offset

        return TransactionPart(kept.save, done)


@dataclass(frozen=True, slots=True)
class _Offset:
    """Offset that changes from `first_ns` to `final_ns` at the rate of a slew, from monotonic time `began_ns` on."""

    final_ns: int
    first_ns: int | None = None
    began_ns: int = 0

    def at(self, monotonic_ns: int) -> int:
        if self.first_ns is None:
            return self.final_ns
        way = self.final_ns - self.first_ns
        covered = min(abs(way), (monotonic_ns - self.began_ns) * SLEW_PPM // 1_000_000)
        return self.first_ns + (covered if way > 0 else -covered)
