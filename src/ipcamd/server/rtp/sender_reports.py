"""RTCP sender reports: when a stream's viewers get them (RFC 3550, 6)."""

import asyncio
from collections.abc import Callable, Iterable

from ipcamd.server.rtp.rtp_viewer import RtpViewer

RTCP_INTERVAL_S = 5.0
"""Seconds between sender reports."""


class SenderReports:
    """Sends reports to all viewers at intervals while it runs."""

    def __init__(self, make: Callable[[], bytes], viewers: Callable[[], Iterable[RtpViewer]]) -> None:
        """`make` returns the report of the present time, `viewers` those who get it."""
        self._make = make
        self._viewers = viewers
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
        self._timer = asyncio.get_running_loop().call_later(RTCP_INTERVAL_S, self._send)

    def _send(self) -> None:
        report = self._make()
        for viewer in tuple(self._viewers()):
            viewer.report(report)
        self._plan()
