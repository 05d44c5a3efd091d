"""Dates and times of day."""

import re
from datetime import date

from ipcamd.dataclass import dataclass
from ipcamd.params.kinds.kind import TextKind


@dataclass(frozen=True, slots=True)
class Day(TextKind):
    """A date ``YYYY-MM-DD`` that exists, within the 32 bits of a payload header's seconds (SDK 3.1)."""

    allowed: str = "a date YYYY-MM-DD from 1971 to 2105"
    """See `ValueKind`."""

    def normalize(self, text: str) -> str:
        """See `ValueKind`."""
        if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text) or not "1971" <= text < "2106":
            raise ValueError(self.allowed)
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            raise ValueError(self.allowed) from None


@dataclass(frozen=True, slots=True)
class Time(TextKind):
    """A time of day or a duration, ``hh:mm`` or ``hh:mm:ss``, listed as the latter."""

    low: str = "00:00:00"
    high: str = "23:59:59"

    @property
    def allowed(self) -> str:
        """See `ValueKind`."""
        return f"hh:mm:ss from {self.low} to {self.high}"

    def normalize(self, text: str) -> str:
        """See `ValueKind`."""
        match = re.fullmatch("([0-9]{1,2}):([0-5][0-9])(:[0-5][0-9])?", text)
        if not match:
            raise ValueError(self.allowed)
        hours, minutes, seconds = match.groups(":00")
        if not self.low <= (time := f"{hours:0>2}:{minutes}{seconds}") <= self.high:
            raise ValueError(self.allowed)
        return time
