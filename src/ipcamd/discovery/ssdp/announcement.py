"""Announcement of the camera on one address: sent repeatedly, and withdrawn at the end; searches are answered."""

import asyncio
import logging
import random
import socket
from collections.abc import Callable
from contextlib import suppress

from ipcamd.device.interface_state import OwnAddress
from ipcamd.discovery.announced_addresses import is_on_link
from ipcamd.discovery.multicast_socket import open_responder
from ipcamd.discovery.rate_limit import AnswerRateLimit
from ipcamd.wire.upnp.ssdp import (
    MAX_AGE_S,
    PORT,
    SsdpDevice,
    SsdpSearch,
    format_alive,
    format_answer,
    format_byebye,
    parse_search,
)

FIRST_DELAYS_S = (0.0, 0.2, 2.0)
"""Pauses before the first announcements, which are repeated because datagrams can get lost."""
ANSWER_DELAY_S = 5
"""Longest delay of an answer, even if the search allows more (MX)."""
PENDING = 64
"""Maximum number of answers that wait for their time."""

Peer = tuple[str, int] | tuple[str, int, int, int]
"""IPv4 address and UDP port; IPv6 address, UDP port, flow and zone."""

_log = logging.getLogger(__name__)


class SsdpAnnouncement(asyncio.DatagramProtocol):
    """One device on one address. Only hosts of the same network get answers."""

    def __init__(self, own: OwnAddress, device: SsdpDevice, allows: Callable[[str], bool]) -> None:
        """`allows` returns whether the IP filter admits an address."""
        self._own = own
        self._device = device
        self._allows = allows
        self._limit = AnswerRateLimit()
        self._pending: dict[tuple[Peer, str], asyncio.TimerHandle] = {}
        self._sender: socket.socket | None = None
        self._transport: asyncio.BaseTransport | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Open the sockets, and start. Raises ``OSError``."""
        loop = asyncio.get_running_loop()
        self._sender, self._transport = await open_responder(self._own, self, self._device.group, PORT)
        self._task = loop.create_task(self._announce())

    async def close(self) -> None:
        """Send ``ssdp:byebye``, and stop."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        for timer in self._pending.values():
            timer.cancel()
        self._pending.clear()
        if self._transport:
            self._transport.close()
        if self._sender:
            for target in self._device.targets * 2:  # twice, because a datagram can get lost
                self._send_to_group(format_byebye(self._device, target))
            self._sender.close()
            self._sender = None

    def datagram_received(self, data: bytes, addr: Peer) -> None:
        """Answer a search after a random part of the time that it allows (asyncio's interface)."""
        try:
            search = parse_search(data)
        except ValueError as error:
            _log.debug("SSDP from %s: %s", addr[0], error)
            return
        if search and self._may_answer(addr[0]):
            for target in self._device.matching(search.target):
                self._answer_later(search, target, addr)

    def error_received(self, exc: Exception) -> None:
        """Ignore the error: the address watch detects a removed interface (asyncio's interface)."""

    def _may_answer(self, address: str) -> bool:
        """Whether the address is in the same network: answers are longer than searches and must not be reflected
        elsewhere."""
        return is_on_link(address, (self._own,)) and not self._is_for_all(address) and self._allows(address)

    def _is_for_all(self, address: str) -> bool:
        """Whether it is a broadcast address: an answer would reach all hosts of an IPv4 network."""
        network = self._own.network
        is_small = self._own.is_ipv6 or network.prefixlen >= 31
        return not is_small and address in (str(network.network_address), str(network.broadcast_address))

    def _answer_later(self, search: SsdpSearch, target: str, peer: Peer) -> None:
        key = (peer, target)
        loop = asyncio.get_running_loop()
        if key in self._pending or len(self._pending) >= PENDING or not self._limit.allows(peer[0], loop.time()):
            return
        delay_s = random.uniform(0, min(search.delay_s, ANSWER_DELAY_S))
        self._pending[key] = loop.call_later(delay_s, self._answer, key)

    def _answer(self, key: tuple[Peer, str]) -> None:
        del self._pending[key]
        peer, target = key
        self._send(format_answer(self._device, target), peer)

    async def _announce(self) -> None:
        for delay_s in FIRST_DELAYS_S:
            await asyncio.sleep(delay_s)
            self._send_alive()
        while True:
            await asyncio.sleep(random.uniform(MAX_AGE_S / 4, MAX_AGE_S / 2))
            self._send_alive()

    def _send_alive(self) -> None:
        for target in self._device.targets:
            self._send_to_group(format_alive(self._device, target))

    def _send_to_group(self, data: bytes) -> None:
        self._send(data, (self._device.group, PORT))

    def _send(self, data: bytes, peer: Peer) -> None:
        with suppress(OSError):  # same as a lost datagram; the address watch detects a removed interface
            if self._sender:
                self._sender.sendto(data, peer)
