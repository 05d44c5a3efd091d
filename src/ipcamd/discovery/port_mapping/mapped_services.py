"""Port mapping service: follows ``Network.PortMapping``, the services' ports and the routers (not in the SDK)."""

import asyncio
from collections.abc import Callable
from ipaddress import ip_address

from ipcamd.device.drivers import NetworkInterface
from ipcamd.device.interface_state import OwnAddress
from ipcamd.discovery.address_watch import AddressWatch
from ipcamd.discovery.announced_addresses import announced_addresses
from ipcamd.discovery.port_mapping.gateway import MappingRequest
from ipcamd.discovery.port_mapping.port_mapping import PortMapping
from ipcamd.discovery.reconciler import Reconciler
from ipcamd.params.network import HTTPS, NETWORK, PORT_MAPPING
from ipcamd.params.system import SYSTEM
from ipcamd.settings.settings import Settings


class PortMappingService:
    """Sends nothing to the router while it is disabled."""

    def __init__(
        self,
        settings: Settings,
        network: NetworkInterface,
        hosts: Callable[[], tuple[str, ...]],
        mapping: PortMapping,
        pinholes: PortMapping,
    ) -> None:
        """`hosts` returns the listen addresses; `mapping` is for IPv4, `pinholes` for IPv6."""
        self._settings = settings
        self._network = network
        self._hosts = hosts
        self._mapping = mapping
        self._pinholes = pinholes
        self._reconcilers = (
            Reconciler("port mapping", self._wanted, mapping.apply),
            Reconciler("IPv6 port mapping", self._wanted_ipv6, pinholes.apply),
        )

    def start(self, watch: AddressWatch) -> None:
        """Start. Call it when all services listen."""
        name = PORT_MAPPING.name
        self._settings.add_readers({(name, "Status"): self._status, (name, "IPv6Status"): self._ipv6_status})
        for reconciler in self._reconcilers:
            reconciler.follow(self._settings, (PORT_MAPPING, SYSTEM, HTTPS, NETWORK), watch)

    async def close(self) -> None:
        """Remove the mappings, and stop."""
        await asyncio.gather(*(reconciler.close() for reconciler in self._reconcilers))

    def _status(self) -> str:
        return self._state_of(self._mapping, self._wanted())

    def _ipv6_status(self) -> str:
        return self._state_of(self._pinholes, self._wanted_ipv6())

    def _state_of(self, mapping: PortMapping, wanted: MappingRequest | None) -> str:
        if not self._settings[PORT_MAPPING.name].flag("Enabled"):
            return "off"
        return mapping.status or ("asking the router" if wanted else "no router")

    def _wanted(self) -> MappingRequest | None:
        values = self._settings[PORT_MAPPING.name]
        if not values.flag("Enabled"):
            return None
        state = self._network.state()
        own = next((each for each in self._announced() if each.address == state.address), None)
        return self._request(own, state.router, values["Protocol"])

    def _wanted_ipv6(self) -> MappingRequest | None:
        """Return the request for the camera's public address on the router's link, the preferred of several."""
        values = self._settings[PORT_MAPPING.name]
        if not values.flag("Enabled") or values["Protocol"] == "natpmp":  # NAT-PMP is for IPv4 only
            return None
        interface, router = self._network.ipv6_router()
        there = [each for each in self._announced() if each.is_ipv6 and each.interface == interface]
        own = min((each for each in there if each.is_public), key=lambda each: each.is_deprecated, default=None)
        if not router or not ip_address(router).is_link_local:
            return self._request(own, router, values["Protocol"])
        link_local = next((each for each in there if each.is_link_local), None)
        return self._request(own, f"{router}%{interface}", values["Protocol"], link_local)

    def _request(
        self, own: OwnAddress | None, router: str, protocol: str, link_local: OwnAddress | None = None
    ) -> MappingRequest | None:
        ports = self._ports(self._settings[PORT_MAPPING.name]["Services"].split(","))
        return MappingRequest(own, router, protocol, ports, link_local) if own and router and ports else None

    def _announced(self) -> tuple[OwnAddress, ...]:
        return announced_addresses(self._network.addresses(), self._hosts())

    def _ports(self, services: list[str]) -> tuple[tuple[str, int], ...]:
        """Return the ports of the enabled services."""
        system, https = self._settings[SYSTEM.name], self._settings[HTTPS.name]
        found = {"rtsp": system.number("RTSPPort")}
        if https["HttpMode"] != "off":
            found = {"http": system.number("HTTPPort"), **found}
        if https.flag("Enabled"):
            found |= {"https": https.number("HttpsPort"), "rtsps": https.number("RtspsPort")}
        return tuple((service, port) for service, port in found.items() if service in services)
