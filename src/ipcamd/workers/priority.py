"""Thread priority: lower for work that may yield to the live picture."""

import os
import threading
from contextlib import suppress

NICE = 10
"""Nice value of such a thread."""


def lower_priority() -> None:
    """Lower the priority of the calling thread, as far as the system permits."""
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
