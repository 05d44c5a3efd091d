"""Decimals: the kind of a value with one or several numbers, such as a position."""

import re

from ipcamd.dataclass import dataclass
from ipcamd.params.kinds.kind import TextKind


@dataclass(frozen=True, slots=True)
class Decimals(TextKind):
    """Decimal numbers, separated by ``|`` or ``,``; listed with ``|``."""

    allowed: str
    """See `ValueKind`."""
    ranges: tuple[tuple[float, float], ...]
    """Smallest and largest value of each number."""

    def normalize(self, text: str) -> str:
        """See `ValueKind`."""
        texts = re.split("[|,]", text)
        plain = len(texts) == len(self.ranges)
        plain = plain and all(re.fullmatch(r"-?[0-9]{1,3}(\.[0-9]{1,6})?", number) for number in texts)
        if not plain or any(
            not low <= float(number) <= high for number, (low, high) in zip(texts, self.ranges, strict=True)
        ):
            raise ValueError(self.allowed)
        return "|".join(texts)


def numbers_in(text: str) -> list[float]:
    """Return the numbers of a normalized text."""
    return [float(number) for number in text.split("|")]
