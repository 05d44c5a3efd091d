"""Talk over UDP (SDK 5.3): RTP packets with u-law, from addresses that have logged in over HTTP."""

import asyncio
import logging
import socket
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence

from ipcamd.dataclass import dataclass
from ipcamd.media.sound.speaker import Speaker
from ipcamd.server.listener import bind_sockets
from ipcamd.wire import ulaw
from ipcamd.wire.rtp import rtp
from ipcamd.wire.rtp.jitter import JitterBuffer

log = logging.getLogger(__name__)

PCMU = 0
"""The payload type (RFC 3551)."""
MOST_BYTES = 2048
"""Bytes of u-law in a packet."""
MOST_PACKETS = 500
"""Packets per second of one sender, also in a burst. A talker sends 50, or 200 short ones."""
SENDERS = 256
"""Addresses whose rate is tracked."""


class TalkReceiver:
    """Plays the RTP packets of one talker at a time, received over UDP or RTSP."""

    def __init__(self, speaker: Speaker, now_s: Callable[[], float] = time.monotonic) -> None:
        self._speaker = speaker
        self._now_s = now_s
        self._talker: Hashable = None
        self._jitter = JitterBuffer()
        self._timer: asyncio.TimerHandle | None = None

    def receive(self, data: bytes, who: Hashable) -> None:
        """Play a packet of `who`. Ignores packets that are not RTP with u-law, and those of other talkers meanwhile."""
        try:
            packet = rtp.parse(data)
        except ValueError:
            return
        began = self._speaker.talker is None
        if packet.payload_type != PCMU or not 0 < len(packet.payload) <= MOST_BYTES or not self._speaker.claim(who):
            return
        if began or who != self._talker:
            self._talker, self._jitter = who, JitterBuffer()
        late = self._jitter.late
        self._play(self._jitter.put(packet, self._now_s()))
        self._speaker.late_packets += self._jitter.late - late

    def close(self) -> None:
        """Stop playing."""
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _play(self, pieces: Iterable[bytes]) -> None:
        for codes in pieces:
            self._speaker.offer(self._talker, ulaw.decode(codes))
        self.close()
        if (due := self._jitter.due) is not None:
            self._timer = asyncio.get_running_loop().call_later(max(0.0, due - self._now_s()), self._overdue)

    def _overdue(self) -> None:
        self._play(self._jitter.take(self._now_s()))


class TalkService:
    """UDP service for talk. It never sends, so it cannot be used for reflection attacks."""

    def __init__(
        self,
        receiver: TalkReceiver,
        may_talk: Callable[[str], bool],
        allows: Callable[[str], bool] = lambda _: True,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """`may_talk` tells whether an account that may talk has logged in from an address in the last minute; `allows`
        is the IP filter."""
        self._receiver = receiver
        self._may_talk = may_talk
        self._allows = allows
        self._now_s = now_s
        self._rates: OrderedDict[str, _Rate] = OrderedDict()
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
        if self._allows(address) and self._may_talk(address) and self._rate(address).take(self._now_s()):
            self._receiver.receive(data, (address, port))

    def _rate(self, address: str) -> "_Rate":
        rate = self._rates.get(address)
        if rate is None:
            rate = self._rates[address] = _Rate(self._now_s())
            if len(self._rates) > SENDERS:
                self._rates.popitem(last=False)
        self._rates.move_to_end(address)
        return rate


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
        self._service.receive(data, addr[0].removeprefix("::ffff:").partition("%")[0], addr[1])

    def error_received(self, exc: Exception) -> None:
        """Ignore ICMP errors: nothing is ever sent."""
        log.debug("talk: %s", exc)
