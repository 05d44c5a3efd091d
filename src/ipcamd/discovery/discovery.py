"""Discovery: announces the camera by UPnP and Bonjour, as set, on its present addresses (SDK 10.25)."""

import asyncio
from collections.abc import Callable
from typing import Any

from ipcamd.device.drivers import NetworkInterface
from ipcamd.device.identity import Identity
from ipcamd.device.interface_state import OwnAddress
from ipcamd.discovery.address_watch import AddressWatch
from ipcamd.discovery.announced_addresses import announced_addresses
from ipcamd.discovery.bonjour.announcer import BonjourAnnouncer, BonjourServices
from ipcamd.discovery.reconciler import Reconciler
from ipcamd.discovery.ssdp.announcer import SsdpAnnouncer, UpnpDevice
from ipcamd.params.network import BONJOUR, HTTPS, NETWORK, UPNP
from ipcamd.params.system import SYSTEM
from ipcamd.settings.settings import Settings


class Discovery:
    """Follows the settings and the machine's addresses."""

    def __init__(
        self,
        settings: Settings,
        identity: Identity,
        network: NetworkInterface,
        hosts: Callable[[], tuple[str, ...]],
        allows: Callable[[str], bool],
    ) -> None:
        """`hosts` returns the listen addresses; `allows` returns whether the IP filter admits an address."""
        self._settings = settings
        self._identity = identity
        self._network = network
        self._hosts = hosts
        self._reconcilers: tuple[Reconciler[Any], ...] = (
            Reconciler("UPnP", self._upnp, SsdpAnnouncer(allows).apply),
            Reconciler("Bonjour", self._bonjour, BonjourAnnouncer(allows).apply),
        )

    def start(self, watch: AddressWatch) -> None:
        """Start. Call it when all services listen."""
        for reconciler in self._reconcilers:
            reconciler.follow(self._settings, (SYSTEM, NETWORK, HTTPS, UPNP, BONJOUR), watch)

    async def close(self) -> None:
        """Withdraw the announcements, and stop."""
        await asyncio.gather(*(reconciler.close() for reconciler in self._reconcilers))

    def _upnp(self) -> UpnpDevice | None:
        values = self._settings[UPNP.name]
        addresses = self._addresses()
        if not values.flag("Enabled") or not addresses or self._http_mode() != "on":
            return None  # control points read the description over plain HTTP
        return UpnpDevice(addresses, self._port("HTTPPort"), values["FriendlyName"], self._identity.mac)

    def _bonjour(self) -> BonjourServices | None:
        values = self._settings[BONJOUR.name]
        addresses = self._addresses()
        if not values.flag("Enabled") or not addresses:
            return None
        name, host = values["FriendlyName"], self._identity.network_name
        http_port = self._port("HTTPPort") if self._http_mode() != "off" else None
        return BonjourServices(addresses, name, host, http_port, self._port("RTSPPort"))

    def _addresses(self) -> tuple[OwnAddress, ...]:
        return announced_addresses(self._network.addresses(), self._hosts())

    def _http_mode(self) -> str:
        return self._settings[HTTPS.name]["HttpMode"]

    def _port(self, name: str) -> int:
        return self._settings[SYSTEM.name].number(name)
