"""Time-out of sources: longest time without a picture before a source counts as silent."""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from ipcamd.errors import SourceError

OPENING_S = 15.0
"""Seconds until a source's first picture, and until its second one, because some servers start on demand."""

SILENCE_S = 2.0
"""Seconds without a picture after which a running source counts as interrupted."""

SLICE_S = 0.25
"""Longest wait, in seconds, between checks whether the source is stopped."""

_MOST_S = 30.0
"""Longest time-out, for the slowest source, in seconds."""

_REMEMBERED = 4
"""Number of gaps between pictures that are stored."""

_T = TypeVar("_T")


class SourceTimeout:
    """Longest time without a picture, adapted to slow sources: twice the longest recent gap."""

    def __init__(self, first_s: float | None = None, least_s: float | None = None) -> None:
        """`first_s` applies until the second picture, then at least `least_s`; both in seconds."""
        self._limit_s = OPENING_S if first_s is None else first_s
        self._least_s = SILENCE_S if least_s is None else least_s
        self._gaps_s: deque[float] = deque(maxlen=_REMEMBERED)
        self._last_s: float | None = None

    def note_picture(self, at_s: float) -> None:
        """Record the arrival of a picture, at this time of a steady clock, in seconds."""
        if self._last_s is not None:
            self._gaps_s.append(at_s - self._last_s)
            self._limit_s = min(max(self._least_s, 2 * max(self._gaps_s)), _MOST_S)
        self._last_s = at_s

    def restart(self) -> None:
        """Record a start of the source: the time until its next picture is no gap."""
        self._last_s = None

    @property
    def opening(self) -> bool:
        """Whether no picture has arrived yet."""
        return self._last_s is None and not self._gaps_s

    def wait_for(self, attempt: Callable[[], _T | None], stop: threading.Event) -> _T | None:
        """Return the first result of `attempt` that is not None; None once `stop` is set. `attempt` waits for at most
        `SLICE_S`. Raises `SourceError` if the limit is exceeded."""
        end_s = time.monotonic() + float(self)
        while not stop.is_set():
            if (found := attempt()) is not None:
                return found
            if time.monotonic() > end_s:
                raise SourceError(self.words)
        return None

    def __float__(self) -> float:
        """Return the limit in seconds."""
        return float(self._limit_s)

    @property
    def words(self) -> str:
        """Message for an exceeded limit."""
        return f"{'does not answer' if self.opening else 'sends nothing'} for {float(self):g} s"
