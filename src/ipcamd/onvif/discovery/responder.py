"""WS-Discovery responder of one address: sends Hello and Bye, and answers searches from the same network."""

import asyncio
import logging
import random
import socket
from collections.abc import Callable
from contextlib import suppress

from ipcamd.device.interface_state import OwnAddress
from ipcamd.discovery.announced_addresses import is_on_link
from ipcamd.discovery.answer_rate_limit import WS_DISCOVERY_ANSWERS, AnswerRateLimit
from ipcamd.discovery.multicast_socket import open_responder
from ipcamd.errors import IpcamdError
from ipcamd.onvif.discovery.message import (
    DiscoveredDevice,
    Search,
    read_search,
    write_bye,
    write_hello,
    write_match,
)

GROUP = "239.255.255.250"
"""Multicast address of WS-Discovery over IPv4 (WS-Discovery 2005/04, 2.4)."""
GROUP6 = "FF02::C"
"""Multicast address over IPv6."""
PORT = 3702
"""UDP port of WS-Discovery."""
DATAGRAM_LIMIT = 8192
"""Largest search, in bytes."""
ANSWER_DELAY_S = 0.5
"""Longest delay of an answer (WS-Discovery, APP_MAX_DELAY)."""
REPEAT_S = 0.15
"""Seconds between the two copies of Hello, Bye and answers; datagrams can get lost."""
PENDING_LIMIT = 32
"""Searches that may wait for their answer; further ones get none."""

Peer = tuple[str, int] | tuple[str, int, int, int]
"""Address of a socket: host, port; for IPv6 also flow label and interface."""

_log = logging.getLogger(__name__)


class DiscoveryResponder(asyncio.DatagramProtocol):
    """The camera on one address."""

    def __init__(self, own: OwnAddress, device: DiscoveredDevice, allows: Callable[[str], bool]) -> None:
        """`allows` returns whether the IP filter admits an address."""
        self._own, self._device, self._allows = own, device, allows
        self._limit = AnswerRateLimit(WS_DISCOVERY_ANSWERS)
        self._group = GROUP6 if own.is_ipv6 else GROUP
        self._pending: dict[tuple[Peer, str], asyncio.TimerHandle] = {}
        self._sender: socket.socket | None = None
        self._transport: asyncio.BaseTransport | None = None
        self._repeat: asyncio.TimerHandle | None = None

    async def start(self) -> None:
        """Open the sockets, and send Hello. Raises ``OSError``."""
        loop = asyncio.get_running_loop()
        self._sender, self._transport = await open_responder(self._own, self, self._group, PORT)
        hello = write_hello(self._device)
        self._send(hello, (self._group, PORT))
        self._repeat = loop.call_later(REPEAT_S, self._send, hello, (self._group, PORT))

    async def close(self) -> None:
        """Send Bye, and stop."""
        for timer in (*self._pending.values(), *filter(None, (self._repeat,))):
            timer.cancel()
        self._pending.clear()
        if self._transport:
            self._transport.close()
        if self._sender:
            bye = write_bye(self._device)
            for _ in range(2):  # twice, because a datagram can get lost
                self._send(bye, (self._group, PORT))
            self._sender.close()
            self._sender = None

    def datagram_received(self, data: bytes, addr: Peer) -> None:
        """Answer a search after a random delay (asyncio's interface)."""
        address = addr[0].partition("%")[0]
        if len(data) > DATAGRAM_LIMIT or not (is_on_link(address, (self._own,)) and self._allows(address)):
            return
        try:
            search = read_search(data)
        except (IpcamdError, ValueError) as error:
            _log.debug("WS-Discovery from %s: %s", addr[0], error)
            return
        if search and search.matches(self._device):
            self._answer_later(search, addr)

    def error_received(self, exc: Exception) -> None:
        """Ignore the error: the address watch detects a removed interface (asyncio's interface)."""

    def _answer_later(self, search: Search, peer: Peer) -> None:
        key, loop = (peer, search.message_id), asyncio.get_running_loop()
        if key in self._pending or len(self._pending) >= PENDING_LIMIT:
            return  # clients send each search twice
        if not self._limit.allows(peer[0], loop.time()):
            return
        answer = write_match(search, self._device)
        self._pending[key] = loop.call_later(random.uniform(0, ANSWER_DELAY_S), self._answer, key, answer, True)

    def _answer(self, key: tuple[Peer, str], answer: bytes, is_first: bool) -> None:
        del self._pending[key]
        self._send(answer, key[0])
        if is_first:
            loop = asyncio.get_running_loop()
            self._pending[key] = loop.call_later(REPEAT_S, self._answer, key, answer, False)

    def _send(self, data: bytes, peer: Peer) -> None:
        with suppress(OSError):  # same as a lost datagram; the address watch detects a removed interface
            if self._sender:
                self._sender.sendto(data, peer)
