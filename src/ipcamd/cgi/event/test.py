"""``/cgi/event/test.cgi``: test a target with a small file or mail (not in the SDK)."""

from ipcamd.cgi.arguments import Argument, Arguments
from ipcamd.cgi.endpoint import Call, Endpoint, Reply, text
from ipcamd.delivery.uploaders import TARGETS
from ipcamd.delivery.webhook.webhooks import WEBHOOK_TARGETS
from ipcamd.params.group import Rank
from ipcamd.params.kinds.choice import OneOf

HTTP = "http"
"""Target of HTTP notifications: every configured address."""
ARGUMENTS = Arguments(Argument("target", "Server that is tested.", OneOf((*TARGETS, HTTP, *WEBHOOK_TARGETS))))


async def test(call: Call) -> Reply:
    """Send to ``target`` now, before the queue, and answer with the result: OK, then a line for each missing right of
    the account. Raises `RequestFailed`."""
    target = ARGUMENTS.word(call.query, "target")
    if target in TARGETS:
        return text("OK", *await call.camera.delivery.test(target))
    if target == HTTP:
        await call.camera.notifier.test()
    else:
        await call.camera.webhooks.test(target)
    return text("OK")


ENDPOINT = Endpoint("/cgi/event/test.cgi", Rank.ADMIN, test, arguments=ARGUMENTS)
