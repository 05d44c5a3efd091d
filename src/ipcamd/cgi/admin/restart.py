"""``/cgi/admin/restart.cgi``: restart the camera (SDK 2.3)."""

import time
from collections.abc import Callable

from ipcamd.cgi.arguments import Argument, Arguments
from ipcamd.cgi.endpoint import Call, Endpoint, Reply, text
from ipcamd.errors import RequestFailed
from ipcamd.params.group import Rank
from ipcamd.params.kinds.choice import OneOf

PAUSE_S = 10.0
"""Seconds between restarts, so that repeated requests do not keep the camera down."""


class RestartAction:
    """Action of the endpoint. It outlives restarts, and stores the time of the last one of each camera."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._last_s: dict[str, float] = {}

    def __call__(self, call: Call) -> Reply:
        """Answer OK; then the camera restarts. Raises `RequestFailed`."""
        now_s, mac = self._now_s(), call.camera.identity.mac
        self._last_s = {known: last for known, last in self._last_s.items() if now_s - last < PAUSE_S}
        if mac in self._last_s:
            raise RequestFailed(
                f"the last restart was {now_s - self._last_s[mac]:.0f} s ago; allowed: one in {PAUSE_S:.0f} s"
            )
        self._last_s[mac] = now_s
        call.camera.audit_log.note_change(call.requester(), "restart")
        call.camera.restart()
        return text("OK")


ARGUMENTS = Arguments(Argument("type", "Restart request of old clients.", OneOf(("0",)), default="0"))
restart = RestartAction()
"""Shared by all ways to request a restart."""
ENDPOINT = Endpoint("/cgi/admin/restart.cgi", Rank.ADMIN, restart, ("/admin/reboot.cgi",), arguments=ARGUMENTS)
