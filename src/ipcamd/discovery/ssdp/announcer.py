"""SSDP announcer: the camera as a UPnP device on each of its addresses (SDK 10.25)."""

import asyncio
import time
import zlib
from collections.abc import Callable

from ipcamd.dataclass import dataclass
from ipcamd.device.interface_state import OwnAddress
from ipcamd.discovery.ssdp.announcement import SsdpAnnouncement
from ipcamd.wire.upnp.description import KIND, PATH, udn_of
from ipcamd.wire.upnp.ssdp import SsdpDevice


@dataclass(frozen=True, slots=True)
class UpnpDevice:
    """State that is announced."""

    addresses: tuple[OwnAddress, ...]
    """IPv4 addresses."""
    http_port: int
    """TCP port of the description and the pages."""
    friendly_name: str
    mac: str

    @property
    def config_id(self) -> int:
        """Number that changes with the description."""
        return config_id_of(self.friendly_name)


class SsdpAnnouncer:
    """One announcement for each address."""

    def __init__(self, allows: Callable[[str], bool]) -> None:
        """`allows` tells whether an IP address may be answered (the IP filter)."""
        self._allows = allows
        self._running: dict[OwnAddress, SsdpAnnouncement] = {}
        self._announced: UpnpDevice | None = None

    async def apply(self, wanted: UpnpDevice | None) -> None:
        """Announce this from now on, or nothing. Raises ``OSError`` if an interface refuses; the others are served."""
        addresses = wanted.addresses if wanted else ()
        is_same = wanted is not None and self._announced is not None and _on(wanted) == _on(self._announced)
        gone = [own for own in self._running if not (is_same and own in addresses)]
        await asyncio.gather(*(self._running.pop(own).close() for own in gone))
        self._announced = wanted
        failures = [failure for own in addresses if wanted and (failure := await self._start(own, wanted))]
        if failures:
            raise failures[0]

    async def _start(self, own: OwnAddress, wanted: UpnpDevice) -> OSError | None:
        if own in self._running:
            return None
        location = f"http://{own.address}:{wanted.http_port}{PATH}"
        device = SsdpDevice(udn_of(wanted.mac), KIND, location, int(time.time()), wanted.config_id)
        announcement = SsdpAnnouncement(own, device, self._allows)
        try:
            await announcement.start()
        except OSError as error:
            return OSError(f"{own.interface}: {error.strerror or error}")
        self._running[own] = announcement
        return None


def config_id_of(friendly_name: str) -> int:
    """Return the number of the description with this name (CONFIGID.UPNP.ORG, at most 16777215)."""
    return zlib.crc32(friendly_name.encode()) & 0xFFFFFF


def _on(device: UpnpDevice) -> tuple[int, str]:
    return device.http_port, device.friendly_name
