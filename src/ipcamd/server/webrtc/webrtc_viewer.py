"""WebRTC viewer: encrypts the shared packets of a stream, and sends them on the path of its client."""

import asyncio
from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple, Self

from ipcamd.media.stream.traffic import ViewerIdentity
from ipcamd.server.rtp.frame import RtpFrame
from ipcamd.server.rtp.paced_viewer import PacedViewer
from ipcamd.server.webrtc.congestion import LEAST_PACKETS, MOST_LOSS, CongestionLimit, measure_loss
from ipcamd.server.webrtc.network_path import NetworkPath
from ipcamd.server.webrtc.retransmission import PacketRing, RetransmissionLimit
from ipcamd.server.webrtc.srtp import SrtpSession
from ipcamd.wire.rtp.rtcp import ReceptionReport

_GROUP = 6
"""Packets that are sent together to a client whose line is too slow."""
_REPORT_S = 0.5
"""Shortest time, in seconds, between two reports that are evaluated."""


class TypedPackets(NamedTuple):
    """Packets that the viewers of one batch share."""

    ring: PacketRing
    payload_type: int
    """Payload type in the offer."""
    extension: bytes = b""
    """Header extension of the first packet of key frames; empty for clients that offer none."""

    def runs(self, frame: RtpFrame) -> list[list[bytes]]:
        """Return the packets of a frame (see `RtpFrame.typed_runs`)."""
        return frame.typed_runs(self.payload_type, self.extension)

    def packet(self, frame: RtpFrame, place: int) -> bytes:
        """Return one packet of a frame as it was sent (see `RtpFrame.typed_packet`)."""
        return frame.typed_packet(place, self.payload_type, self.extension)


class WebRtcViewer(PacedViewer):
    """A viewer of one stream."""

    __slots__ = ("_limit", "_now_s", "_packets", "_reported", "_rest", "_retransmissions", "_srtp", "_timer", "path")

    def __init__(
        self,
        identity: ViewerIdentity,
        packets: TypedPackets,
        srtp: SrtpSession,
        path: NetworkPath,
        now_s: Callable[[], float],
    ) -> None:
        super().__init__(identity)
        self.path = path
        """Path that the client has chosen; it may change at any time."""
        self._packets = packets
        self._srtp = srtp
        self._now_s = now_s
        self._retransmissions = RetransmissionLimit()
        self._limit: CongestionLimit | None = None
        """Set while the client's line is too slow."""
        self._rest: list[bytes] = []
        """Packets of a limited client that wait, because a burst would be lost."""
        self._timer: asyncio.TimerHandle | None = None
        self._reported: tuple[float, int, ReceptionReport | None] = now_s(), 0, None
        """Time of the last evaluated report, the bytes sent until then, and the report."""

    @property
    def batch_key(self) -> TypedPackets:
        """See `RtpViewer`."""
        return self._packets

    @classmethod
    def send_batch(cls, batch_key: TypedPackets, viewers: Collection[Self], frame: RtpFrame) -> int:
        """See `RtpViewer`."""
        batch_key.ring.add(frame)
        runs, size, behind = batch_key.runs(frame), frame.size_bytes, 0
        for viewer in viewers:
            if viewer.skipping or viewer._limit or viewer._rest or viewer._queue or viewer.path.is_full:
                behind += 1
                viewer.offer(frame)
                continue
            protect = viewer._srtp.protect
            if viewer.path.send_runs([[protect(packet) for packet in run] for run in runs]):
                viewer._bytes_sent += size
            else:
                behind += 1
                viewer.drop(1)
        return behind

    def report(self, packet: bytes) -> None:
        """See `RtpViewer`."""
        self.path.send(self._srtp.protect_rtcp(packet))

    def note_reception(self, report: ReceptionReport) -> None:
        """Adapt the rate to the client's line, over UDP. Over TCP the path is full when the line is too slow."""
        (since_s, before, last), now_s = self._reported, self._now_s()
        if not self.path.is_paced or now_s - since_s < _REPORT_S:
            return
        if last and not self._limit and report.highest - last.highest < LEAST_PACKETS:
            return
        self._reported = now_s, self.bytes_sent, report
        if self._limit:
            self._limit = None if self._limit.is_over(report) else self._limit
        elif last and (loss := measure_loss(last, report)) > MOST_LOSS:
            received = (self.bytes_sent - before) * (1 - loss)
            self._limit = CongestionLimit(received / (now_s - since_s), report, now_s)

    def repeat(self, sequences: Iterable[int]) -> None:
        """Retransmit packets that the client has lost, as far as they are stored."""
        now_s = self._now_s()
        for sequence in sequences:
            found = self._packets.ring.find(sequence)
            if found and self._admits_repetition(found[0], now_s):
                self._send_again(self._packets.packet(*found))

    def _admits_repetition(self, frame: RtpFrame, now_s: float) -> bool:
        is_in_limit = not self._limit or self._limit.admits_repetition(frame, now_s)
        return is_in_limit and self._retransmissions.admit(now_s)

    def _send_again(self, packet: bytes) -> None:
        if encrypted := self._srtp.protect_again(packet):
            self.path.send(encrypted)

    def _send_first(self, gop: list[RtpFrame]) -> None:
        self._packets.ring.fill(gop)
        if self.path.is_paced:
            super()._send_first(gop)
        else:
            self.path.send_start([run for frame in gop for run in self._encrypt(frame)])

    def _deliver(self, frame: RtpFrame) -> bool:
        if self._limit is None and not self._rest:
            return not self.path.is_full and self.path.send_runs(self._encrypt(frame))
        if self._limit and not self._limit.admits(frame, self._now_s()):
            return False
        self._rest += (packet for run in self._packets.runs(frame) for packet in run)
        if self._timer is None:
            self._send_slowly()
        return True

    def _send_slowly(self) -> None:
        """Send the next packets at the pace of the client's line."""
        packets, self._rest = self._rest[:_GROUP], self._rest[_GROUP:]
        self._timer = None
        for packet in packets:
            self.path.send(self._srtp.protect(packet))
        pause_s = self._limit.pause_s(packets) if self._limit else 0.0
        if self._rest:
            self._timer = asyncio.get_running_loop().call_later(pause_s, self._send_slowly)

    def _forget(self) -> None:
        super()._forget()
        self._rest = []
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _encrypt(self, frame: RtpFrame) -> list[list[bytes]]:
        protect = self._srtp.protect
        return [[protect(packet) for packet in run] for run in self._packets.runs(frame)]
