"""RTCP sender reports: when a stream's viewers get them (RFC 3550, 6)."""

import asyncio
from collections.abc import Callable

RTCP_INTERVAL_S = 5.0
"""Seconds between sender reports."""


class SenderReports:
    """Calls a function at intervals while it runs."""

    def __init__(self, send: Callable[[], None]) -> None:
        """`send` sends a report of the present time to all viewers."""
        self._send = send
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Send the first report after one interval, unless it runs."""
        if self._timer is None:
            self._plan()

    def stop(self) -> None:
        """Send no more reports."""
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _plan(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(RTCP_INTERVAL_S, self._repeat)

    def _repeat(self) -> None:
        self._send()
        self._plan()
