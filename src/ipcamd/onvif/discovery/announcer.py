"""WS-Discovery announcer: announces the camera as an ONVIF device on each of its addresses (``Network.ONVIF``)."""

import asyncio
import time
from collections.abc import Callable

from ipcamd.camera import Camera
from ipcamd.dataclass import dataclass
from ipcamd.device.interface_state import OwnAddress
from ipcamd.discovery.address_watch import AddressWatch
from ipcamd.discovery.announced_addresses import announced_addresses
from ipcamd.discovery.reconciler import Reconciler
from ipcamd.onvif.device.information import endpoint_reference
from ipcamd.onvif.device.scopes import all_scopes
from ipcamd.onvif.discovery.message import DiscoveredDevice
from ipcamd.onvif.discovery.responder import DiscoveryResponder
from ipcamd.params.network import HTTPS, NETWORK
from ipcamd.params.onvif import ONVIF
from ipcamd.params.system import INFO, SYSTEM


@dataclass(frozen=True, slots=True)
class OnvifDevice:
    """Announced state."""

    addresses: tuple[OwnAddress, ...]
    http_port: int
    """TCP port of the device service."""
    scopes: tuple[str, ...]


class OnvifAnnouncer:
    """One responder for each address. It sends nothing while ONVIF or its discovery is off."""

    def __init__(self, camera: Camera, hosts: Callable[[], tuple[str, ...]], allows: Callable[[str], bool]) -> None:
        """`hosts` returns the listen addresses; `allows` returns whether the IP filter admits an address."""
        self._camera, self._hosts, self._allows = camera, hosts, allows
        self._running: dict[OwnAddress, DiscoveryResponder] = {}
        self._announced: OnvifDevice | None = None
        self._reconciler = Reconciler("WS-Discovery", self._wanted, self._apply)

    def start(self, watch: AddressWatch) -> None:
        """Start. Call it when all services listen."""
        self._reconciler.follow(self._camera.settings, (ONVIF, INFO, SYSTEM, NETWORK, HTTPS), watch)

    async def close(self) -> None:
        """Send Bye, and stop."""
        await self._reconciler.close()

    def _wanted(self) -> OnvifDevice | None:
        settings = self._camera.settings
        values, own = settings[ONVIF.name], self._camera.drivers.network.addresses()
        addresses = announced_addresses(own, self._hosts())
        is_on = values.flag("Enabled") and values.flag("Discovery") and settings[HTTPS.name]["HttpMode"] == "on"
        if not is_on or not addresses:
            return None  # clients support only plain HTTP
        return OnvifDevice(addresses, settings[SYSTEM.name].number("HTTPPort"), all_scopes(self._camera))

    async def _apply(self, wanted: OnvifDevice | None) -> None:
        addresses = wanted.addresses if wanted else ()
        before, self._announced = self._announced, wanted
        is_same = wanted is not None and before is not None and _shown(wanted) == _shown(before)
        gone = [own for own in self._running if not (is_same and own in addresses)]
        await asyncio.gather(*(self._running.pop(own).close() for own in gone))
        for own in addresses:
            if wanted and own not in self._running:
                await self._start(own, wanted)

    async def _start(self, own: OwnAddress, wanted: OnvifDevice) -> None:
        url = f"http://{own.in_url}:{wanted.http_port}/onvif/device_service"
        reference = endpoint_reference(self._camera.identity)
        device = DiscoveredDevice(reference, url, wanted.scopes, int(time.time()))
        responder = DiscoveryResponder(own, device, self._allows)
        await responder.start()
        self._running[own] = responder


def _shown(device: OnvifDevice) -> tuple[int, tuple[str, ...]]:
    return device.http_port, device.scopes
