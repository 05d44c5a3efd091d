"""IGD gateway: a router with UPnP that maps ports (UPnP WANIPConnection, WANPPPConnection)."""

import random
from functools import partial
from ipaddress import ip_address

from ipcamd.discovery.port_mapping.gateway import MAPPING_LIFETIME_S, MappedPort, MappingRequest
from ipcamd.discovery.port_mapping.igd_search import find_location
from ipcamd.discovery.port_mapping.upnp_gateway import TIMEOUT_S, UpnpGateway, find_service
from ipcamd.egress.http_call import call_http
from ipcamd.egress.policy import EgressPolicy
from ipcamd.wire.upnp import igd

OTHER_PORTS = 8
"""Other external ports to try if the first one is taken."""
DESCRIPTION = "ipcamd"
"""Text that the router shows for a mapping (``NewPortMappingDescription``)."""


async def find_igd(wanted: MappingRequest, egress: EgressPolicy) -> "IgdGateway":
    """Return the router's client. Raises ``OSError`` if no UPnP router answers, ``ValueError`` if it is unusable."""
    send = partial(call_http, egress, timeout_s=TIMEOUT_S)
    location = await find_location(wanted.own, wanted.router)
    return IgdGateway(wanted.route, await find_service(location, igd.SERVICES, send), send)


class IgdGateway(UpnpGateway):
    """See `Gateway`."""

    _external = ""

    async def map_port(self, internal_port: int, external_port: int) -> MappedPort:
        """See `Gateway`. If the port is taken, random ones are tried."""
        others = random.sample(range(20000, 60000), OTHER_PORTS)
        for port in (external_port, *others):
            try:
                return MappedPort(internal_port, port, await self._add(internal_port, port))
            except igd.SoapFault as fault:
                if fault.code != igd.CONFLICT:
                    raise
        raise OSError(f"the router's port {external_port} and other ports are taken")

    async def unmap_port(self, mapped: MappedPort) -> None:
        """See `Gateway`."""
        await self._call("DeletePortMapping", _entry(mapped.external_port))

    async def external_address(self) -> str:
        """See `Gateway`."""
        found = (await self._call("GetExternalIPAddress", {})).get("NewExternalIPAddress", "")
        self._external = str(ip_address(found)) if found else ""
        return self._external

    async def has_forgotten(self, mapped: MappedPort) -> bool:
        """See `Gateway`. Also True if the external address has changed."""
        before = self._external
        try:
            entry = await self._call("GetSpecificPortMappingEntry", _entry(mapped.external_port))
        except igd.SoapFault as fault:
            if fault.code == igd.NO_SUCH_ENTRY:
                return True
            raise
        return entry.get("NewInternalClient") != self._route.own or await self.external_address() != before

    async def _add(self, internal_port: int, external_port: int) -> int:
        """Add a mapping; return its lifetime."""
        arguments: dict[str, str | int] = {
            **_entry(external_port),
            "NewInternalPort": internal_port,
            "NewInternalClient": self._route.own,
            "NewEnabled": 1,
            "NewPortMappingDescription": DESCRIPTION,
            "NewLeaseDuration": MAPPING_LIFETIME_S,
        }
        try:
            await self._call("AddPortMapping", arguments)
        except igd.SoapFault as fault:
            if fault.code != igd.ONLY_PERMANENT_LEASES:
                raise
            await self._call("AddPortMapping", arguments | {"NewLeaseDuration": 0})
            return 0
        return MAPPING_LIFETIME_S


def _entry(external_port: int) -> dict[str, str | int]:
    return {"NewRemoteHost": "", "NewExternalPort": external_port, "NewProtocol": "TCP"}
