"""``/cgi/query/query.cgi``: availability of sound (SDK 5.1)."""

from ipcamd.camera import Camera
from ipcamd.cgi.arguments import Argument, Arguments, Undeclared
from ipcamd.cgi.endpoint import Call, Endpoint, Reply, never, text
from ipcamd.errors import RequestFailed
from ipcamd.params.group import Rank


def query(call: Call) -> Reply:
    """Answer ``listen=0``: free to connect, ``1``: there is no microphone, ``2``: it is disabled."""
    if call.query.get("listen") is None:
        raise RequestFailed("a parameter is missing; allowed: listen")
    return text(f"listen={_listen(call.camera)}")


def _listen(camera: Camera) -> int:
    if camera.pipeline.sound is None:
        return 1
    return 0 if camera.pipeline.has_audio else 2


ARGUMENTS = Arguments(Argument("listen", "Whether sound can be listened to."), undeclared=Undeclared.IGNORED)
ENDPOINT = Endpoint("/cgi/query/query.cgi", Rank.GUEST, query, changes=never, arguments=ARGUMENTS)
