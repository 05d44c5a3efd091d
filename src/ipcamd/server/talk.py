"""Talk by RTP packets: over UDP from addresses that have logged in over HTTP (SDK 5.3), over RTSP and WebRTC."""

import asyncio
import logging
import socket
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

from ipcamd.dataclass import dataclass
from ipcamd.media.audio.audio_framer import RATE_HZ
from ipcamd.media.audio.speaker import Speaker
from ipcamd.media.audio.talk_format import ULAW, Decode, TalkFormat
from ipcamd.server.listener import bind_sockets
from ipcamd.wire.rtp import rtp
from ipcamd.wire.rtp.jitter import Gap, JitterBuffer

log = logging.getLogger(__name__)

PCMU: Mapping[int, TalkFormat] = {0: ULAW}
"""Formats of clients that have negotiated none, by payload type (RFC 3551)."""
MOST_S = 0.256
"""Seconds of sound in a packet: 2048 bytes of u-law."""
MOST_PACKETS = 500
"""Packets per second of one sender, also in a burst. A talker sends 50, or 200 short ones."""
SENDERS = 256
"""Addresses whose rate is tracked."""


class TalkReceiver:
    """Plays the RTP packets of one talker at a time, received over UDP, RTSP or WebRTC."""

    def __init__(self, speaker: Speaker, now_s: Callable[[], float] = time.monotonic) -> None:
        self._speaker = speaker
        self._now_s = now_s
        self._talker: tuple[Hashable, TalkFormat] | None = None
        self._jitter: JitterBuffer
        self._decode: Decode
        self._timer: asyncio.TimerHandle | None = None

    def receive(self, data: bytes, who: Hashable, formats: Mapping[int, TalkFormat] = PCMU) -> None:
        """Play a packet of `who`; `formats` are the talker's, by payload type. Ignores packets that are not RTP with
        one of them, and those of other talkers meanwhile."""
        try:
            packet = rtp.parse(data)
        except ValueError:
            return
        form, began = formats.get(packet.payload_type), self._speaker.talker is None
        if form is None or not 0 < form.duration_s(packet.payload) <= MOST_S or not self._speaker.claim(who):
            return
        if began or self._talker != (who, form):
            self._begin(who, form)
        late = self._jitter.late
        self._play(self._jitter.put(packet, self._now_s()))
        self._speaker.late_packets += self._jitter.late - late

    def close(self) -> None:
        """Stop playing."""
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _begin(self, who: Hashable, form: TalkFormat) -> None:
        self._talker, self._jitter, self._decode = (who, form), JitterBuffer(form.duration_s), form.make_decoder()

    def _play(self, pieces: Iterable[bytes | Gap]) -> None:
        for piece in pieces:
            self._offer(piece)
        self.close()
        if (due := self._jitter.due) is not None:
            self._timer = asyncio.get_running_loop().call_later(max(0.0, due - self._now_s()), self._overdue)

    def _offer(self, piece: bytes | Gap) -> None:
        if self._talker is None:
            return
        try:
            samples = bytes(2 * round(piece.seconds * RATE_HZ)) if isinstance(piece, Gap) else self._decode(piece)
        except ValueError:  # damaged
            return
        self._speaker.offer(self._talker[0], samples)

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
        """`may_talk` returns whether an account that may talk has logged in from an address in the last minute;
        `allows` is the IP filter."""
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
