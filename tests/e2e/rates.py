"""Frame rates of streams, by capture times alone: these are exact on a busy machine, too."""

import itertools
from collections.abc import Iterator

from tests.e2e.parts import Part

CLOSE_S = 0.001
"""Times of capture are counted in microseconds."""
IN_A_ROW = 8
LONGEST = 400
"""Pictures after which one gives up."""


def keeps_rate(pictures: Iterator[Part], rate: int, settled: bool = True) -> bool:
    """Tell whether some pictures in a row are exactly as far apart as the rate says.

    A busy machine may miss some: what follows is as many whole intervals later. None may come in between, unless the
    rate has just been changed, and is not `settled`.
    """
    row = 0
    for before, after in itertools.pairwise(itertools.islice(pictures, LONGEST)):
        intervals = (after.captured - before.captured) * rate
        is_whole = intervals > 0.5 and abs(intervals - round(intervals)) < CLOSE_S * rate
        assert is_whole or not settled, f"{intervals} intervals are between two pictures"
        row = row + 1 if is_whole and round(intervals) == 1 else 0
        if row == IN_A_ROW:
            return True
    return False
