"""Talk over UDP: from addresses that have logged in over HTTP (SDK 5.3), with a limit on the rate of packets."""

import asyncio
import logging
import socket
import time
from collections.abc import Callable, Sequence

from ipcamd.dataclass import dataclass
from ipcamd.server.listener import bind_sockets, normalize_address
from ipcamd.server.talk.rtp_talk import TalkReceiver
from ipcamd.store.lru_dict import LruDict

log = logging.getLogger(__name__)

MOST_PACKETS = 500
"""Packets per second of one sender, also in a burst. A talker sends 50, or 200 short ones."""
SENDERS = 256
"""Addresses whose rate is tracked."""


class TalkService:
    """UDP service for talk. It never sends, so it cannot be used for reflection attacks."""

    def __init__(
        self,
        receiver: TalkReceiver,
        may_talk: Callable[[str], bool],
        allows: Callable[[str], bool] = lambda _: True,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """`may_talk` returns whether an account that may talk has logged in from an address in the last minute;
        `allows` is the IP filter."""
        self._receiver = receiver
        self._may_talk = may_talk
        self._allows = allows
        self._now_s = now_s
        self._rates = LruDict[str, _Rate](SENDERS)
        self._listeners: list[TalkListener] = []

    async def open(self, hosts: Sequence[str], port: int) -> "TalkListener":
        """Listen on an additional port of all `hosts`; 0 selects a free one. Raises ``ConfigError``."""
        sockets = bind_sockets(hosts, port, socket.SOCK_DGRAM)
        loop = asyncio.get_running_loop()
        ends = [await loop.create_datagram_endpoint(lambda: _Protocol(self), sock=sock) for sock in sockets]
        listener = TalkListener(sockets[0].getsockname()[1], [transport for transport, _ in ends])
        self._listeners.append(listener)
        return listener

    def close(self) -> None:
        """Stop listening."""
        self._receiver.close()
        for listener in self._listeners:
            listener.close()

    def receive(self, data: bytes, address: str, port: int) -> None:
        """Handle a datagram."""
        if self._allows(address) and self._may_talk(address):
            now_s = self._now_s()
            if self._rates.touch(address, lambda: _Rate(now_s)).take(now_s):
                self._receiver.receive(data, (address, port))


@dataclass(frozen=True, slots=True)
class TalkListener:
    """UDP port that receives talk."""

    port: int
    """UDP port."""
    _transports: Sequence[asyncio.DatagramTransport]

    def close(self) -> None:
        """Stop listening."""
        for transport in self._transports:
            transport.close()


class _Rate:
    """Number of packets that a sender may still send."""

    __slots__ = ("_left", "_since_s")

    def __init__(self, now_s: float) -> None:
        self._left = float(MOST_PACKETS)
        self._since_s = now_s

    def take(self, now_s: float) -> bool:
        self._left = min(MOST_PACKETS, self._left + (now_s - self._since_s) * MOST_PACKETS)
        self._since_s = now_s
        if self._left < 1:
            return False
        self._left -= 1
        return True


class _Protocol(asyncio.DatagramProtocol):
    def __init__(self, service: TalkService) -> None:
        self._service = service

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Handle a datagram."""
        self._service.receive(data, normalize_address(addr[0]), addr[1])

    def error_received(self, exc: Exception) -> None:
        """Ignore ICMP errors: nothing is ever sent."""
        log.debug("talk: %s", exc)
