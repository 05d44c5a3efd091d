"""``/cgi/admin/restart.cgi``: restart the camera (SDK 2.3)."""

import time
from collections.abc import Callable

from ipcamd.cgi.arguments import Argument, Arguments
from ipcamd.cgi.endpoint import Call, Endpoint, Reply, text
from ipcamd.errors import RequestFailed
from ipcamd.params.group import Rank
from ipcamd.params.kinds.choice import OneOf

PAUSE = 10.0
"""Seconds between restarts: repeated requests must not keep the camera down."""


class RestartAction:
    """Action of the endpoint. It outlives the cameras that it restarts, and remembers the last restart of each."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._last: dict[str, float] = {}

    def __call__(self, call: Call) -> Reply:
        """Answer OK; the camera goes down after the answer has gone out. Raises `RequestFailed`."""
        now, mac = self._now(), call.camera.identity.mac
        self._last = {known: last for known, last in self._last.items() if now - last < PAUSE}
        if mac in self._last:
            raise RequestFailed(
                f"the last restart was {now - self._last[mac]:.0f} s ago; allowed: one in {PAUSE:.0f} s"
            )
        self._last[mac] = now
        call.camera.audit_log.note_change(call.requester(), "restart")
        call.camera.restart()
        return text("OK")


ARGUMENTS = Arguments(Argument("type", "A restart, as old clients say it.", OneOf(("0",)), default="0"))
ENDPOINT = Endpoint("/cgi/admin/restart.cgi", Rank.ADMIN, RestartAction(), ("/admin/reboot.cgi",), arguments=ARGUMENTS)
