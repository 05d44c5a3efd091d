"""Sharpness peak: the focus of the sharpest picture among samples."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from ipcamd.dataclass import dataclass

LEVEL = 0.7
"""Fraction of the peak's height above which its middle is measured, because the top is flat and noisy."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Sharpness of the picture at a focus."""

    focus: float
    """0 (near) to 100 (far)."""
    sharpness: float
    """As `measure_sharpness` returns it: larger is sharper."""


def find_peak(samples: Iterable[Sample]) -> Sample:
    """Return the middle of the highest peak, and its height; the sharpest sample if a limit cuts the peak off."""
    ordered = sorted(samples, key=lambda sample: sample.focus)
    sharpness = [sample.sharpness for sample in ordered]
    lowest, highest = min(sharpness), max(sharpness)
    top = sharpness.index(highest)
    level = lowest + LEVEL * (highest - lowest)
    left, right = _crossing(ordered[top::-1], level), _crossing(ordered[top:], level)
    if left is None or right is None:
        return ordered[top]
    return Sample((left + right) / 2, highest)


def _crossing(samples: Sequence[Sample], level: float) -> float | None:
    """Return the focus where the sharpness falls below `level`, starting at the first sample; None if it does not."""
    for inner, outer in pairwise(samples):
        if outer.sharpness < level:
            share = (inner.sharpness - level) / (inner.sharpness - outer.sharpness)
            return inner.focus + share * (outer.focus - inner.focus)
    return None
