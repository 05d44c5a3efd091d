"""Whole numbers."""

import re

from ipcamd.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Integer:
    """A whole number in decimal, `low` to `high` inclusive, in steps of `step` from `low`."""

    low: int
    high: int
    step: int = 1
    digits: int = 1
    """Fewest digits in lists: 2 for the hours ``00`` to ``23``."""
    labels: tuple[str, ...] = ()
    """Display text of each number, from `low` on."""

    @property
    def allowed(self) -> str:
        """See `ValueKind`."""
        words = f"{self.low:0{self.digits}} to {self.high:0{self.digits}}"
        return words if self.step == 1 else f"{words} in steps of {self.step}"

    def normalize(self, text: str) -> str:
        """See `ValueKind`."""
        # int() alone would accept '1_0', ' 5', digits of other scripts and numbers of any length
        if not re.fullmatch("-?[0-9]{1,15}", text):
            raise ValueError(self.allowed)
        number = int(text)
        if not self.low <= number <= self.high or (number - self.low) % self.step:
            raise ValueError(self.allowed)
        return f"{number:0{self.digits}}"

    def value(self, text: str) -> int:
        """See `ValueKind`."""
        return int(text)


PORT = Integer(1, 65535)
"""TCP or UDP port."""
EVEN_PORT = Integer(2, 65534, step=2)
"""RTP port; RTCP uses the next one (RFC 3550, 11)."""
