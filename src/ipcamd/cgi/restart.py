"""``/cgi/admin/restart.cgi``: restart the camera (SDK 2.3)."""

from ipcamd.cgi.endpoint import Call, Endpoint, Reply, text
from ipcamd.errors import RequestFailed
from ipcamd.params.group import Rank


def restart(call: Call) -> Reply:
    """Answer OK; the camera goes down after the answer has gone out."""
    if call.query.pairs:
        raise RequestFailed(f"{call.query.pairs[0][0]}: unknown parameter; there are none")
    call.camera.restart()
    return text("OK")


ENDPOINT = Endpoint("/cgi/admin/restart.cgi", Rank.ADMIN, restart)
