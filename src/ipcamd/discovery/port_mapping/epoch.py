"""Epoch of a router: detects restarts from the router's seconds since start (RFC 6887, 8.5)."""

import time


class RouterEpoch:
    """Compares the router's seconds with the camera's."""

    def __init__(self) -> None:
        self._epoch_s = -1
        self._noted_s = 0.0

    def note(self, epoch_s: int) -> bool:
        """Store the seconds of an answer; return whether the router has lost its mappings since the last one."""
        now_s = time.monotonic()
        before_s, elapsed_s = self._epoch_s, now_s - self._noted_s
        self._epoch_s, self._noted_s = epoch_s, now_s
        if before_s < 0:
            return False
        router_s = epoch_s - before_s
        return router_s < -1 or elapsed_s + 2 < router_s - router_s / 16 or router_s + 2 < elapsed_s - elapsed_s / 16
