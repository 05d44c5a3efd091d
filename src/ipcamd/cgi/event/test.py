"""``/cgi/event/test.cgi``: test a target with a small file or mail (not in the SDK)."""

from ipcamd.cgi.arguments import Argument, Arguments
from ipcamd.cgi.endpoint import Call, Endpoint, Reply, text
from ipcamd.delivery.uploaders import TARGETS
from ipcamd.params.group import Rank
from ipcamd.params.kinds.choice import OneOf

ARGUMENTS = Arguments(Argument("target", "Server that is tested.", OneOf(TARGETS)))


async def test(call: Call) -> Reply:
    """Send to ``target`` now, before the queue, and answer with the result.

    OK, then a line for each right that the account lacks there. Raises `RequestFailed`.
    """
    return text("OK", *await call.camera.delivery.test(ARGUMENTS.word(call.query, "target")))


ENDPOINT = Endpoint("/cgi/event/test.cgi", Rank.ADMIN, test, arguments=ARGUMENTS)
