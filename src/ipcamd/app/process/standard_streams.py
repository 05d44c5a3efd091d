"""Standard streams: closed ones lead to the null device, so that no file or socket of the camera gets their numbers."""

import os
import sys


def open_closed_streams() -> None:
    """Open the null device for each of standard input, output and error that is closed. Raises ``OSError``."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # the lowest free number is this one
    if sys.stderr is None:
        sys.stderr = open(2, "w", closefd=False)  # noqa: SIM115
