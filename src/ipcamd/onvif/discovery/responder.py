"""WS-Discovery responder of one address: says Hello and Bye, and answers searches of neighbours."""

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
from ipcamd.errors import IpcamdError
from ipcamd.onvif.discovery.message import (
    DiscoveredDevice,
    Search,
    read_search,
    write_bye,
    write_hello,
    write_match,
)

GROUP, PORT = "239.255.255.250", 3702
"""Multicast address and UDP port of WS-Discovery (WS-Discovery 2005/04, 2.4)."""
DATAGRAM_LIMIT = 8192
"""Bytes of a search at most."""
ANSWER_DELAY_S = 0.5
"""Longest delay of an answer (WS-Discovery, APP_MAX_DELAY)."""
REPEAT_S = 0.15
"""Hello, Bye and answers are sent twice, so far apart: datagrams get lost."""
ANSWERS_PER_S = 10
"""Answers a second to all searches; the address of a search may be forged."""
PENDING_LIMIT = 32
"""Searches that wait for their answer; those beyond get none."""

_log = logging.getLogger(__name__)


class DiscoveryResponder(asyncio.DatagramProtocol):
    """The camera on one address."""

    def __init__(self, own: OwnAddress, device: DiscoveredDevice, allows: Callable[[str], bool]) -> None:
        """`allows` tells whether an IP address may be answered (the IP filter)."""
        self._own, self._device, self._allows = own, device, allows
        self._limit = AnswerRateLimit(ANSWERS_PER_S)
        self._pending: dict[tuple[str, int, str], asyncio.TimerHandle] = {}
        self._sender: socket.socket | None = None
        self._transport: asyncio.BaseTransport | None = None
        self._repeat: asyncio.TimerHandle | None = None

    async def start(self) -> None:
        """Open the sockets, and say Hello. Raises ``OSError``."""
        loop = asyncio.get_running_loop()
        self._sender, self._transport = await open_responder(self._own, self, GROUP, PORT)
        hello = write_hello(self._device)
        self._send(hello, (GROUP, PORT))
        self._repeat = loop.call_later(REPEAT_S, self._send, hello, (GROUP, PORT))

    async def close(self) -> None:
        """Say Bye, and end."""
        for timer in (*self._pending.values(), *filter(None, (self._repeat,))):
            timer.cancel()
        self._pending.clear()
        if self._transport:
            self._transport.close()
        if self._sender:
            bye = write_bye(self._device)
            for _ in range(2):  # twice, as a datagram may get lost
                self._send(bye, (GROUP, PORT))
            self._sender.close()
            self._sender = None

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer a search after a random time (asyncio's interface)."""
        if len(data) > DATAGRAM_LIMIT or not (is_on_link(addr[0], (self._own,)) and self._allows(addr[0])):
            return
        try:
            search = read_search(data)
        except (IpcamdError, ValueError) as error:
            _log.debug("WS-Discovery from %s: %s", addr[0], error)
            return
        if search and search.matches(self._device):
            self._answer_later(search, addr)

    def error_received(self, exc: Exception) -> None:
        """Ignore it: an interface that went away is noticed elsewhere (asyncio's interface)."""

    def _answer_later(self, search: Search, peer: tuple[str, int]) -> None:
        key, loop = (*peer, search.message_id), asyncio.get_running_loop()
        if key in self._pending or len(self._pending) >= PENDING_LIMIT:
            return  # a search is sent twice, too
        if not self._limit.allows(peer[0], loop.time()):
            return
        answer = write_match(search, self._device)
        self._pending[key] = loop.call_later(random.uniform(0, ANSWER_DELAY_S), self._answer, key, answer, True)

    def _answer(self, key: tuple[str, int, str], answer: bytes, is_first: bool) -> None:
        del self._pending[key]
        self._send(answer, key[:2])
        if is_first:
            loop = asyncio.get_running_loop()
            self._pending[key] = loop.call_later(REPEAT_S, self._answer, key, answer, False)

    def _send(self, data: bytes, peer: tuple[str, int]) -> None:
        with suppress(OSError):  # as if it had got lost; the address watch notices an interface that went away
            if self._sender:
                self._sender.sendto(data, peer)
