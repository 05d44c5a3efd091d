"""Endpoints of ONVIF: the addresses of its services."""

from collections.abc import Awaitable, Callable
from functools import partial

from ipcamd.cgi.endpoint import ANY, Body, Call, Endpoint, LoginPlace, Reply
from ipcamd.errors import HttpError
from ipcamd.params.group import Rank
from ipcamd.params.onvif import ONVIF

_SERVICES = ("device", "media", "media2", "event", "ptz", "imaging", "deviceio", "search", "recording", "replay")
SERVICE_PATHS = tuple(f"/onvif/{name}_service" for name in _SERVICES)
"""Addresses of the services, starting with the device service."""
SUBSCRIPTION_PATH = "/onvif/subscription/"
"""Path of all subscriptions; the number of the subscription follows."""


def onvif_endpoints(answer: Callable[[Call], Reply | Awaitable[Reply]]) -> tuple[Endpoint, ...]:
    """Return the endpoints, served by `answer`: every service at every address (clarifications, Additions of ours)."""

    def answer_if_enabled(call: Call) -> Reply | Awaitable[Reply]:
        if not call.camera.settings[ONVIF.name].flag("Enabled"):
            raise HttpError(404, "no such path")
        return answer(call)

    serve = partial(
        Endpoint,
        rank=Rank.GUEST,
        action=answer_if_enabled,
        methods=("POST",),
        body=Body.DOCUMENT,
        login=LoginPlace.BODY,
    )
    first, *others = SERVICE_PATHS
    return serve(first, aliases=tuple(others)), serve(f"{SUBSCRIPTION_PATH}{ANY}", for_caller=True)
