"""Track of a replay: numbers, stamps and packetizes the stored frames of one codec for one client."""

import secrets

from ipcamd.media.codecs import Codec
from ipcamd.server.rtp.frame import RtpFrame
from ipcamd.server.rtp.rtp_viewer import RtpViewer
from ipcamd.server.rtp.tcp_viewer import TcpViewer
from ipcamd.server.rtp.udp_viewer import UdpViewer
from ipcamd.storage.replay.cursor import StoredFrame
from ipcamd.time_units import SECOND_NS
from ipcamd.wire.rtp import rtcp, rtp
from ipcamd.wire.rtp.replay_extension import ReplayExtension, add_extension


class ReplayTrack:
    """Sender of the packets of one track in one session, see `RtpSender`."""

    def __init__(self, codec: Codec) -> None:
        self.codec = codec
        self.format = codec.rtp_format
        self.sent_ns: int | None = None
        """Time of the last sent frame."""
        self._numbering = rtp.RtpSequencer(self.format.payload_type, secrets.randbits(32), secrets.randbits(16))
        self._first_stamp = secrets.randbits(32)
        self._viewer: TcpViewer | UdpViewer | None = None
        self._is_discontinuous = False

    @property
    def label(self) -> str:
        """Name for lists of viewers."""
        return f"{self.codec.name} recording"

    @property
    def ssrc(self) -> int:
        """SSRC of its packets (RFC 3550)."""
        return self._numbering.ssrc

    @property
    def sequence(self) -> int:
        """Sequence number of its next packet."""
        return self._numbering.sequence

    def add(self, viewer: RtpViewer) -> None:
        """Start sending to `viewer`, the only one."""
        assert isinstance(viewer, TcpViewer | UdpViewer)
        self._viewer = viewer

    def remove(self, viewer: RtpViewer) -> None:
        """Stop sending."""
        self._viewer = None

    def ask_key(self) -> None:
        """Do nothing: the key frames of a recording are fixed."""

    def stamp(self, at_ns: int) -> int:
        """Return the RTP time stamp of a position on the replay's time line, in nanoseconds."""
        return (self._first_stamp + at_ns * self.format.clock // SECOND_NS) & 0xFFFFFFFF

    def break_off(self) -> None:
        """Record that the next frame does not follow the previous one."""
        self._is_discontinuous = self.sent_ns is not None

    async def send(self, frame: StoredFrame, at_ns: int, cseq: int) -> None:
        """Send a frame as fast as the client reads; `at_ns` is its position on the replay's time line."""
        packets = self._pack(frame, at_ns, cseq)
        self.sent_ns, self._is_discontinuous = frame.entry.time_ns, False
        if packets and self._viewer:
            await self._viewer.deliver(RtpFrame(packets, key=True, captured_ns=frame.entry.time_ns, sequence=0))

    def say_goodbye(self) -> None:
        """Send RTCP BYE: nothing more follows."""
        if self._viewer:
            # not a sender report: players would take its times for those of the last frames
            self._viewer.report(rtcp.receiver_report(self.ssrc, "ipcamd") + rtcp.goodbye(self.ssrc))

    def _pack(self, frame: StoredFrame, at_ns: int, cseq: int) -> list[bytes]:
        try:
            payloads = self.format.payloads(frame.payload, rtp.ROOM)
        except ValueError:  # damaged, or too large for RTP
            return []
        stamp, captured_ns, packets = self.stamp(at_ns), frame.entry.time_ns, list[bytes]()
        for number, payload in enumerate(payloads):
            is_last = number == len(payloads) - 1
            (packet,) = self._numbering.pack([(stamp, is_last and self.format.marks, payload)])
            ticks = self.format.ticks(payload)
            if not number or ticks:  # each audio packet is played separately
                packet = add_extension(
                    packet, self._extension(frame, captured_ns, cseq, not number, is_last or not ticks)
                )
            packets.append(packet)
            stamp, captured_ns = stamp + ticks, captured_ns + ticks * SECOND_NS // self.format.clock
        return packets

    def _extension(
        self, frame: StoredFrame, captured_ns: int, cseq: int, is_first: bool, is_end: bool
    ) -> ReplayExtension:
        return ReplayExtension(
            captured_ns,
            is_clean_point=frame.entry.is_key,
            ends_section=frame.ends_section and is_end,
            is_discontinuous=is_first and (self._is_discontinuous or frame.begins_group),
            is_last=frame.is_last and is_end,
            cseq=cseq,
        )
