"""Service manager: reports to systemd that the camera is ready, that it stops, and that its event loop runs
(sd_notify(3))."""

import asyncio
import logging
import socket
from collections.abc import Mapping

_log = logging.getLogger(__name__)


class ServiceManager:
    """The service manager of this process; without one, nothing is sent."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """`environment` names the manager's socket in ``NOTIFY_SOCKET`` (sd_notify(3))."""
        self._address = environment.get("NOTIFY_SOCKET", "").replace("@", "\0", 1)
        watchdog_us = environment.get("WATCHDOG_USEC", "")
        self._ping_s = int(watchdog_us) / 2e6 if watchdog_us.isascii() and watchdog_us.isdigit() else 0.0
        self._timer: asyncio.TimerHandle | None = None

    def report_ready(self) -> None:
        """Report that every service listens, and, if there is a watchdog, regularly that the event loop runs."""
        self._send("READY=1")
        if self._timer is None and self._ping_s > 0:
            self._ping()

    def report_stopping(self) -> None:
        """Report that the camera stops."""
        self._send("STOPPING=1")

    def _ping(self) -> None:
        self._send("WATCHDOG=1")
        self._timer = asyncio.get_running_loop().call_later(self._ping_s, self._ping)

    def _send(self, state: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as sock:
                sock.sendto(state.encode(), self._address)
        except OSError as error:
            _log.warning("the service manager did not receive %s: %s", state, error)
