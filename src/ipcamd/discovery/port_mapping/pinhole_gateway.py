"""Pinhole gateway: a router with UPnP whose firewall for IPv6 lets connections pass (UPnP WANIPv6FirewallControl:1).

Requests go to the router's address in the machine's routes, from the address of the pinhole, because routers open
pinholes only for the requesting address (2.6.4).
"""

from functools import partial

from ipcamd.discovery.port_mapping.gateway import MAPPING_LIFETIME_S, MappedPort, MappingRequest, Route
from ipcamd.discovery.port_mapping.igd_search import find_location
from ipcamd.discovery.port_mapping.upnp_gateway import TIMEOUT_S, Send, UpnpGateway, find_service
from ipcamd.egress.http_call import call_at
from ipcamd.wire.upnp import igd

TCP = 6
"""Number of the protocol (IANA)."""


async def find_firewall(wanted: MappingRequest) -> "PinholeGateway":
    """Return the router's client. Raises ``OSError`` if no UPnP router answers, ``ValueError`` if it is unusable."""
    location = await find_location(wanted.link_local or wanted.own, wanted.router)
    send = partial(call_at, wanted.router, timeout_s=TIMEOUT_S, source=wanted.own.address)
    return PinholeGateway(wanted.route, await find_service(location, igd.FIREWALLS, send), send)


class PinholeGateway(UpnpGateway):
    """See `Gateway`."""

    def __init__(self, route: Route, service: igd.IgdService, send: Send) -> None:
        super().__init__(route, service, send)
        self._numbers: dict[int, str] = {}
        """The router's number of each port's pinhole."""

    async def map_port(self, internal_port: int, external_port: int) -> MappedPort:
        """See `Gateway`. The port stays the same: nothing is translated."""
        if internal_port not in self._numbers or not await self._renew(internal_port):
            self._numbers[internal_port] = await self._add(internal_port)
        return MappedPort(internal_port, internal_port, MAPPING_LIFETIME_S)

    async def unmap_port(self, mapped: MappedPort) -> None:
        """See `Gateway`."""
        if number := self._numbers.pop(mapped.internal_port, ""):
            await self._call("DeletePinhole", {"UniqueID": number})

    async def external_address(self) -> str:
        """See `Gateway`. It is the camera's own."""
        return self._route.own

    async def has_forgotten(self, mapped: MappedPort) -> bool:
        """See `Gateway`."""
        return not await self._knows("GetPinholePackets", mapped.internal_port)

    async def _renew(self, port: int) -> bool:
        """Renew the pinhole; return whether the router still has it."""
        return await self._knows("UpdatePinhole", port, NewLeaseTime=MAPPING_LIFETIME_S)

    async def _knows(self, action: str, port: int, **arguments: int) -> bool:
        """Call an action for a pinhole; return whether the router still has the pinhole."""
        try:
            await self._call(action, {"UniqueID": self._numbers.get(port, ""), **arguments})
        except igd.SoapFault as fault:
            if fault.code != igd.NO_SUCH_PINHOLE:
                raise
            return False
        return True

    async def _add(self, port: int) -> str:
        """Open a pinhole; return its number."""
        arguments: dict[str, str | int] = {
            "RemoteHost": "",
            "RemotePort": 0,
            "InternalClient": self._route.own,
            "InternalPort": port,
            "Protocol": TCP,
            "LeaseTime": MAPPING_LIFETIME_S,
        }
        return (await self._call("AddPinhole", arguments)).get("UniqueID", "")
