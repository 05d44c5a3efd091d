"""Search responder: base of SSDP and WS-Discovery on one address; sockets, permitted peers, and delayed answers."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress

from ipcamd.device.interface_state import OwnAddress
from ipcamd.discovery.announced_addresses import is_on_link
from ipcamd.discovery.answer_rate_limit import AnswerRateLimit
from ipcamd.discovery.multicast_socket import open_responder

Peer = tuple[str, int] | tuple[str, int, int, int]
"""IPv4 address and UDP port; IPv6 address, UDP port, flow and zone."""


class SearchResponder(asyncio.DatagramProtocol):
    """Receives a group on one address, and sends from that address."""

    def __init__(
        self,
        own: OwnAddress,
        group: tuple[str, int],
        allows: Callable[[str], bool],
        limit: AnswerRateLimit,
        max_waiting: int,
    ) -> None:
        """`group` is the multicast address and its UDP port; `allows` returns whether the IP filter admits an address.
        `max_waiting` is the maximum number of answers that wait for their time."""
        self._own, self._group, self._allows = own, group, allows
        self._limit, self._max_waiting = limit, max_waiting
        self._pending: dict[tuple[Peer, str], asyncio.TimerHandle] = {}
        self._sender: socket.socket | None = None
        self._transport: asyncio.BaseTransport | None = None

    async def open(self) -> None:
        """Open the sockets. Raises ``OSError``."""
        self._sender, self._transport = await open_responder(self._own, self, *self._group)

    def shut(self, *farewells: bytes) -> None:
        """Send the last messages to the group, and close the sockets."""
        for timer in self._pending.values():
            timer.cancel()
        self._pending.clear()
        if self._transport:
            self._transport.close()
        if self._sender:
            for message in farewells * 2:  # twice, because a datagram can get lost
                self.send(message, self._group)
            self._sender.close()
            self._sender = None

    def error_received(self, exc: Exception) -> None:
        """Ignore the error: the address watch detects a removed interface (asyncio's interface)."""

    def may_answer(self, peer: Peer) -> bool:
        """Whether the peer is in the same network: answers are longer than searches and must not be reflected
        elsewhere."""
        address = peer[0].partition("%")[0]
        return is_on_link(address, (self._own,)) and not self._is_for_all(address) and self._allows(address)

    def answer(self, peer: Peer, search: str, message: bytes, *pauses_s: float) -> None:
        """Send a message after each of these pauses, unless too many answers wait or were sent; one for each `search`,
        because clients repeat a search."""
        is_full = (peer, search) in self._pending or len(self._pending) >= self._max_waiting
        if not is_full and self._limit.allows(peer[0], asyncio.get_running_loop().time()):
            self.send_later(peer, search, message, *pauses_s)

    def send_later(self, peer: Peer, key: str, message: bytes, pause_s: float, *further_s: float) -> None:
        """Send a message after each of these pauses; `key` distinguishes the messages to a peer."""

        def send() -> None:
            del self._pending[peer, key]
            self.send(message, peer)
            if further_s:
                self.send_later(peer, key, message, *further_s)

        self._pending[peer, key] = asyncio.get_running_loop().call_later(pause_s, send)

    def send(self, message: bytes, peer: Peer) -> None:
        """Send a message now."""
        with suppress(OSError):  # same as a lost datagram; the address watch detects a removed interface
            if self._sender:
                self._sender.sendto(message, peer)

    def _is_for_all(self, address: str) -> bool:
        """Whether it is a broadcast address: an answer would reach all hosts of an IPv4 network."""
        network = self._own.network
        is_small = self._own.is_ipv6 or network.prefixlen >= 31
        return not is_small and address in (str(network.network_address), str(network.broadcast_address))
