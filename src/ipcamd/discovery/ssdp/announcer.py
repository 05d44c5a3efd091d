"""SSDP announcer: the camera as a UPnP device on each of its addresses, announced repeatedly (SDK 10.25)."""

import asyncio
import logging
import random
import time
import zlib
from collections.abc import Callable

from ipcamd.dataclass import dataclass
from ipcamd.device.interface_state import OwnAddress
from ipcamd.discovery.answer_rate_limit import SSDP_ANSWERS, AnswerRateLimit
from ipcamd.discovery.search_responder import Peer, SearchResponder
from ipcamd.wire.upnp.description import KIND, PATH, udn_of
from ipcamd.wire.upnp.ssdp import (
    GLOBAL_GROUP,
    GROUP,
    LINK_GROUP,
    MAX_AGE_S,
    PORT,
    SITE_GROUP,
    SsdpDevice,
    format_alive,
    format_answer,
    format_byebye,
    parse_search,
)
from ipcamd.workers.tasks import end_tasks

FIRST_DELAYS_S = (0.0, 0.2, 2.0)
"""Pauses before the first announcements, which are repeated because datagrams can get lost."""
INTERVAL_S = (MAX_AGE_S / 4, MAX_AGE_S / 2)
"""Shortest and longest interval of the later announcements, in seconds; each is random."""
ANSWER_DELAY_S = 5
"""Longest delay of an answer, even if the search allows more (MX)."""
PENDING = 64
"""Maximum number of answers that wait for their time."""

Place = tuple[OwnAddress, str]
"""An address, and the multicast address of its announcements."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class UpnpDevice:
    """Announced state."""

    addresses: tuple[OwnAddress, ...]
    http_port: int
    """TCP port of the description and the pages."""
    friendly_name: str
    mac: str


class SsdpAnnouncer:
    """One announcement for each address and group."""

    def __init__(self, allows: Callable[[str], bool]) -> None:
        """`allows` returns whether the IP filter admits an address."""
        self._allows = allows
        self._running: dict[Place, SsdpAnnouncement] = {}
        self._announced: UpnpDevice | None = None
        self._boot_id = 0

    async def apply(self, wanted: UpnpDevice | None) -> None:
        """Announce this state, or nothing. Raises ``OSError`` if an interface fails; the other interfaces are
        announced."""
        places = [(own, group) for own in wanted.addresses for group in groups_of(own)] if wanted else []
        is_same = wanted is not None and self._announced is not None and _on(wanted) == _on(self._announced)
        gone = [place for place in self._running if not (is_same and place in places)]
        await asyncio.gather(*(self._running.pop(place).close() for place in gone))
        self._announced = wanted
        if not self._running:
            self._boot_id = int(time.time())
        failures = [failure for place in places if wanted and (failure := await self._start(*place, wanted))]
        if failures:
            raise failures[0]

    async def _start(self, own: OwnAddress, group: str, wanted: UpnpDevice) -> OSError | None:
        if (own, group) in self._running:
            return None
        location = f"http://{own.in_url}:{wanted.http_port}{PATH}"
        config_id = config_id_of(wanted.friendly_name)
        device = SsdpDevice(udn_of(wanted.mac), KIND, group, location, self._boot_id, config_id)
        announcement = SsdpAnnouncement(own, device, self._allows)
        try:
            await announcement.start()
        except OSError as error:
            return OSError(f"{own.interface}: {error.strerror or error}")
        self._running[own, group] = announcement
        return None


def config_id_of(friendly_name: str) -> int:
    """Return the number of the description with this name (CONFIGID.UPNP.ORG, at most 16777215)."""
    return zlib.crc32(friendly_name.encode()) & 0xFFFFFF


def groups_of(own: OwnAddress) -> tuple[str, ...]:
    """Return the multicast addresses that announcements of an address go to."""
    if not own.is_ipv6:
        return (GROUP,)
    return (LINK_GROUP,) if own.is_link_local else (SITE_GROUP, GLOBAL_GROUP)


def _on(device: UpnpDevice) -> tuple[int, str]:
    return device.http_port, device.friendly_name


class SsdpAnnouncement(SearchResponder):
    """One device on one address: announced repeatedly, and withdrawn at the end."""

    def __init__(self, own: OwnAddress, device: SsdpDevice, allows: Callable[[str], bool]) -> None:
        """`allows` returns whether the IP filter admits an address."""
        super().__init__(own, (device.group, PORT), allows, AnswerRateLimit(SSDP_ANSWERS), PENDING)
        self._device = device
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Open the sockets, and start. Raises ``OSError``."""
        await self.open()
        self._task = asyncio.get_running_loop().create_task(self._announce())

    async def close(self) -> None:
        """Send ``ssdp:byebye``, and stop."""
        await end_tasks(self._task)
        self.shut(*(format_byebye(self._device, target) for target in self._device.targets))

    def datagram_received(self, data: bytes, addr: Peer) -> None:
        """Answer a search after a random part of the time that it allows (asyncio's interface)."""
        try:
            search = parse_search(data)
        except ValueError as error:
            _log.debug("SSDP from %s: %s", addr[0], error)
            return
        if search and self.may_answer(addr):
            for target in self._device.matching(search.target):
                delay_s = random.uniform(0, min(search.delay_s, ANSWER_DELAY_S))
                self.answer(addr, target, format_answer(self._device, target), delay_s)

    async def _announce(self) -> None:
        for delay_s in FIRST_DELAYS_S:
            await asyncio.sleep(delay_s)
            self._send_alive()
        while True:
            await asyncio.sleep(random.uniform(*INTERVAL_S))
            self._send_alive()

    def _send_alive(self) -> None:
        for target in self._device.targets:
            self.send(format_alive(self._device, target), self._group)
