"""First steps: who is led from the live page to the page ``/welcome``, and the request with which that ends them."""

from ipcamd.cgi.arguments import NO_ARGUMENTS
from ipcamd.cgi.endpoint import Call, Endpoint, Reply, text
from ipcamd.params.group import Rank


def is_led_to_welcome(call: Call) -> bool:
    """Whether a browser shows the live page to an administrator with the printed password."""
    is_browser = call.head.fields.get("accept", "").startswith("text/html")
    return is_browser and call.account.rank is Rank.ADMIN and call.camera.first_steps.are_due(call.account)


async def end(call: Call) -> Reply:
    """End the first steps: the live page no longer redirects to them."""
    await call.camera.first_steps.end(call.account)
    return text("OK")


ENDPOINTS = (Endpoint("/web/welcome/end", Rank.ADMIN, end, methods=("POST",), arguments=NO_ARGUMENTS),)
"""Endpoint that ends the first steps."""
