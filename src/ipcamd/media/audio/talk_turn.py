"""Turn of the talkers: one at a time may talk, until a pause of two seconds."""

from collections.abc import Callable, Hashable

HOLD_S = 2.0
"""Seconds of silence after which another talker may start."""


class TalkTurn:
    """The talker that has the turn, and its end. For one thread."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        """`now_s` returns seconds and never jumps."""
        self._now_s = now_s
        self._talker: Hashable = None
        self._end_s = 0.0

    @property
    def talker(self) -> Hashable:
        """The present talker; None without one."""
        return self._talker if self._now_s() < self._end_s else None

    def claim(self, who: Hashable) -> bool:
        """Give `who` the turn for the next two seconds, unless another talker has it; return whether it succeeded."""
        if self.talker not in (None, who):
            return False
        self._talker, self._end_s = who, self._now_s() + HOLD_S
        return True

    def release(self, who: Hashable) -> None:
        """End the turn of `who`."""
        if self._talker == who:
            self._talker = None
