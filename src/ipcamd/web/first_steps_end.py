"""Request with which the page ``/welcome`` ends the first steps; see `ipcamd.maintenance.first_steps`."""

from ipcamd.cgi.answer import TEXT
from ipcamd.cgi.arguments import NO_ARGUMENTS
from ipcamd.cgi.endpoint import Call, Reply, text
from ipcamd.params.group import Rank
from ipcamd.web.page_request import change_endpoint


async def end(call: Call) -> Reply:
    """End the first steps: the live page no longer redirects to them."""
    await call.camera.first_steps.end(call.account)
    return text("OK")


ENDPOINTS = (change_endpoint("/web/welcome/end", Rank.ADMIN, end, NO_ARGUMENTS, TEXT),)
"""Endpoint that ends the first steps."""
