"""Port mapping service: follows ``Network.PortMapping``, the services' ports and the router (not in the SDK)."""

from collections.abc import Callable

from ipcamd.device.drivers import NetworkInterface
from ipcamd.discovery.address_watch import AddressWatch
from ipcamd.discovery.announced_addresses import announced_addresses
from ipcamd.discovery.port_mapping.port_mapping import MappingRequest, PortMapping
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
    ) -> None:
        """`hosts` returns the listen addresses."""
        self._settings = settings
        self._network = network
        self._hosts = hosts
        self._mapping = mapping
        self._reconciler = Reconciler("port mapping", self._wanted, mapping.apply)

    def start(self, watch: AddressWatch) -> None:
        """Start. Call it when all services listen."""
        for group in (PORT_MAPPING, SYSTEM, HTTPS, NETWORK):
            self._settings.watch(group.name, lambda _: self._reconciler.check())
        self._settings.add_readers({(PORT_MAPPING.name, "Status"): self._status})
        watch.subscribe(self._reconciler.check)
        self._reconciler.start()

    async def close(self) -> None:
        """Remove the mappings, and stop."""
        await self._reconciler.close()

    def _status(self) -> str:
        if not self._settings[PORT_MAPPING.name].flag("Enabled"):
            return "off"
        return self._mapping.status or ("no router" if self._wanted() is None else "asking the router")

    def _wanted(self) -> MappingRequest | None:
        values = self._settings[PORT_MAPPING.name]
        if not values.flag("Enabled"):
            return None
        state, ports = self._network.state(), self._ports(values["Services"].split(","))
        announced = announced_addresses(self._network.addresses(), self._hosts())
        own = next((each for each in announced if each.address == state.address), None)
        if not state.router or own is None or not ports:
            return None
        return MappingRequest(own, state.router, values["Protocol"], ports)

    def _ports(self, services: list[str]) -> tuple[tuple[str, int], ...]:
        """Return the ports of the enabled services."""
        system, https = self._settings[SYSTEM.name], self._settings[HTTPS.name]
        found = {"rtsp": system.number("RTSPPort")}
        if https["HttpMode"] != "off":
            found = {"http": system.number("HTTPPort"), **found}
        if https.flag("Enabled"):
            found |= {"https": https.number("HttpsPort"), "rtsps": https.number("RtspsPort")}
        return tuple((service, port) for service, port in found.items() if service in services)
