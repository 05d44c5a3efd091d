"""``/cgi/event/test.cgi``: test a target with a small file or mail (not in the SDK)."""

from ipcamd.cgi.endpoint import Call, Endpoint, Reply, text
from ipcamd.errors import RequestFailed
from ipcamd.params.group import Rank


async def test(call: Call) -> Reply:
    """Send to ``target`` now, before the queue, and answer with the result.

    OK, then a line for each right that the account lacks there. Raises `RequestFailed`.
    """
    delivery = call.camera.delivery
    for name, _ in call.query.pairs:
        if name.lower() != "target":
            raise RequestFailed(f"{name[:32]}: unknown parameter; allowed: target")
    target = (call.query.get("target") or "").lower()
    if target not in delivery.targets:
        raise RequestFailed(f"target={target[:32]}: allowed: {', '.join(delivery.targets)}")
    return text("OK", *await delivery.test(target))


ENDPOINT = Endpoint("/cgi/event/test.cgi", Rank.ADMIN, test)
