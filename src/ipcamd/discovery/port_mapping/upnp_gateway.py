"""UPnP gateway: base of the clients of a router with UPnP. Its answers are not trusted: their URLs must lead to the
router itself."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from ipcamd.discovery.port_mapping.gateway import Route
from ipcamd.egress.http_call import CallAnswer, HttpCall
from ipcamd.wire.upnp import igd

TIMEOUT_S = 5.0
"""Time limit of one request to the router, in seconds."""

Send = Callable[[HttpCall], Awaitable[CallAnswer]]
"""Sends a request to the router, and returns its answer."""


async def find_service(location: str, kinds: Sequence[str], send: Send) -> igd.IgdService:
    """Return the first of these services in the router's description. Raises ``OSError``, and ``ValueError`` if it is
    unusable."""
    answer = await send(HttpCall(location))
    if answer.status != 200:
        raise OSError(f"the router's description cannot be read (HTTP {answer.status})")
    return igd.parse_services(answer.body, location, kinds)[0]


class UpnpGateway:
    """Actions of one service. See `Gateway`."""

    name = "upnp"

    def __init__(self, route: Route, service: igd.IgdService, send: Send) -> None:
        self._route, self._service, self._send = route, service, send

    async def _call(self, action: str, arguments: Mapping[str, str | int]) -> dict[str, str]:
        """Return the results of an action. Raises ``SoapFault``, ``OSError``, and ``ValueError``."""
        fields, body = igd.format_action(self._service.kind, action, arguments)
        answer = await self._send(HttpCall(self._service.control_url, "POST", fields, body))
        return igd.parse_result(answer.body, action)
