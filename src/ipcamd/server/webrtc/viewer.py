"""WebRTC viewer: encrypts the shared packets of a stream, and sends them on the path of its client."""

from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple, Self

from ipcamd.media.stream.traffic import ViewerIdentity
from ipcamd.server.rtp.frame import RtpFrame
from ipcamd.server.rtp.paced_viewer import PacedViewer
from ipcamd.server.webrtc.network_path import NetworkPath
from ipcamd.server.webrtc.retransmission import PacketRing, RetransmissionLimit
from ipcamd.server.webrtc.srtp import SrtpSession


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

    def find(self, sequence: int) -> bytes | None:
        """Return the packet with this sequence number as it was sent; None if it is no longer stored."""
        found = self.ring.find(sequence)
        return found[0].typed_packet(found[1], self.payload_type, self.extension) if found else None


class WebRtcViewer(PacedViewer):
    """A viewer of one stream."""

    __slots__ = ("_now_s", "_packets", "_retransmissions", "_srtp", "path")

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
            if viewer.skipping or viewer._queue or viewer.path.is_full:
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

    def repeat(self, sequences: Iterable[int]) -> None:
        """Retransmit packets that the client has lost, as far as they are stored."""
        now_s = self._now_s()
        for sequence in sequences:
            packet = self._packets.find(sequence)
            if packet and self._retransmissions.admit(now_s):
                self._send_again(packet)

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
        return not self.path.is_full and self.path.send_runs(self._encrypt(frame))

    def _encrypt(self, frame: RtpFrame) -> list[list[bytes]]:
        protect = self._srtp.protect
        return [[protect(packet) for packet in run] for run in self._packets.runs(frame)]
