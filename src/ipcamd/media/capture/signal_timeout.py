"""Silence limits: how long a source may go without a picture before it counts as silent."""

from collections import deque

OPENING_S = 15.0
"""Seconds until a source's first picture, and until its second one: servers that start on demand take their time."""

SILENCE_S = 2.0
"""Seconds without a picture after which a source that ran counts as broken off."""

_MOST_S = 30.0
"""The limit of the slowest source, in seconds."""

_REMEMBERED = 4
"""Gaps between pictures that count."""


class SilenceLimit:
    """Learns how slow a source is by itself: it may be silent for twice its longest gap of late."""

    def __init__(self, first_s: float | None = None, least_s: float | None = None) -> None:
        """`first_s` holds until two pictures have come, then at least `least_s`; both in seconds."""
        self._first_s = OPENING_S if first_s is None else first_s
        self._least_s = SILENCE_S if least_s is None else least_s
        self._gaps_s: deque[float] = deque(maxlen=_REMEMBERED)
        self._last_s: float | None = None

    def note_picture(self, at_s: float) -> None:
        """Note that a picture came, at this time of a steady clock, in seconds."""
        if self._last_s is not None:
            self._gaps_s.append(at_s - self._last_s)
        self._last_s = at_s

    def restart(self) -> None:
        """Note that the source starts: the time until its next picture tells nothing about its speed."""
        self._last_s = None

    @property
    def opening(self) -> bool:
        """Whether no picture has come yet."""
        return self._last_s is None and not self._gaps_s

    def __float__(self) -> float:
        """Return the limit in seconds."""
        return float(min(max(self._least_s, 2 * max(self._gaps_s)), _MOST_S) if self._gaps_s else self._first_s)

    @property
    def words(self) -> str:
        """Message for when the limit has passed."""
        return f"{'does not answer' if self.opening else 'sends nothing'} for {float(self):g} s"
