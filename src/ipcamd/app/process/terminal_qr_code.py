"""QR code in a terminal, for phones."""

import os
import sys
from collections.abc import Iterator, Sequence

import segno

QUIET_ZONE = 4
"""Light modules around the code (ISO/IEC 18004)."""
_PAIRS = {
    (False, False): "\x1b[37;47m\u2580",
    (False, True): "\x1b[37;40m\u2580",
    (True, False): "\x1b[30;47m\u2580",
    (True, True): "\x1b[30;40m\u2580",
}
"""Two modules, one above the other, as the upper half of a character and its background: True is dark.

Both colours are set, so the terminal's own do not matter.
"""
_PLAIN = "\x1b[0m"


def qr_code_lines(text: str) -> list[str]:
    """Return the lines of a QR code; none if the terminal is too narrow, or cannot show its characters."""
    rows = [list(map(bool, row)) for row in segno.make(text, micro=False).matrix_iter(border=QUIET_ZONE)]
    is_too_wide = os.get_terminal_size(sys.stderr.fileno()).columns < len(rows[0])
    if is_too_wide or "utf" not in sys.stderr.encoding.lower():
        return []
    return list(draw_code(rows))


def draw_code(rows: Sequence[Sequence[bool]]) -> Iterator[str]:
    """Yield the lines of a QR code for a terminal, two rows of modules (True is dark) in each."""
    light = [False] * len(rows[0])
    for number in range(0, len(rows), 2):
        below = rows[number + 1] if number + 1 < len(rows) else light
        yield "".join(_PAIRS[pair] for pair in zip(rows[number], below, strict=True)) + _PLAIN
