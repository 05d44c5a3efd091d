"""``/cgi/event/test.cgi``: test a target with a small file or mail (not in the SDK)."""

from ipcamd.cgi.arguments import refuse_unknown, word_of
from ipcamd.cgi.endpoint import Call, Endpoint, Reply, text
from ipcamd.params.group import Rank


async def test(call: Call) -> Reply:
    """Send to ``target`` now, before the queue, and answer with the result.

    OK, then a line for each right that the account lacks there. Raises `RequestFailed`.
    """
    delivery = call.camera.delivery
    refuse_unknown(call.query, "target")
    return text("OK", *await delivery.test(word_of(call.query, "target", delivery.targets)))


ENDPOINT = Endpoint("/cgi/event/test.cgi", Rank.ADMIN, test)
