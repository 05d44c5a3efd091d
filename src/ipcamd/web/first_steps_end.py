"""Request with which the page ``/welcome`` ends the first steps; see `ipcamd.maintenance.first_steps`."""

from ipcamd.cgi.arguments import NO_ARGUMENTS
from ipcamd.cgi.endpoint import Call, Endpoint, Reply, text
from ipcamd.params.group import Rank


async def end(call: Call) -> Reply:
    """End the first steps: the live page no longer redirects to them."""
    await call.camera.first_steps.end(call.account)
    return text("OK")


ENDPOINTS = (Endpoint("/web/welcome/end", Rank.ADMIN, end, methods=("POST",), arguments=NO_ARGUMENTS),)
"""Endpoint that ends the first steps."""
