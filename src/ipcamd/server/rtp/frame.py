"""RTP frame: one frame's packets, made once and shared by all viewers."""

from ipcamd.wire.rtp.rtp import HEADER_BYTES, ROOM, with_extension, with_payload_type
from ipcamd.wire.rtsp.message import interleave

MAX_SEGMENTS = 44
"""Packets in one run: at 1412 bytes each, below the 64 KiB and the 64 segments that the kernel accepts at once."""


class RtpFrame:
    """A frame's RTP packets in the forms in which they are sent."""

    __slots__ = (
        "_framed",
        "_full_bytes",
        "_runs",
        "_typed",
        "captured_ns",
        "key",
        "packets",
        "sequence",
        "size_bytes",
    )

    def __init__(
        self,
        packets: list[bytes],
        *,
        key: bool,
        captured_ns: int,
        sequence: int,
        room: int = ROOM,
    ) -> None:
        """`packets` are complete RTP packets, in order; `sequence` is the number of the first one. `key`: decoding can
        begin with this frame. `room` is the maximum number of payload bytes per packet.
        """
        self.packets = packets
        self.key = key
        """Whether a decoder can start here."""
        self.captured_ns = captured_ns
        self.sequence = sequence
        self._full_bytes = HEADER_BYTES + room
        self.size_bytes = sum(map(len, packets))
        self._framed: dict[int, bytes] = {}
        self._runs: list[bytes] | None = None
        self._typed: dict[tuple[int, bytes], list[list[bytes]]] = {}

    def framed(self, channel: int) -> bytes:
        """Return all packets, interleaved for an RTSP connection.

        Cached, because most clients choose the same channel.
        """
        framed = self._framed.get(channel)
        if framed is None:
            framed = self._framed[channel] = interleave(channel, self.packets)
        return framed

    @property
    def runs(self) -> list[bytes]:
        """The packets, concatenated; the kernel segments them at the size of a full one (UDP_SEGMENT)."""
        if self._runs is None:
            self._runs = [b"".join(run) for run in _runs(self.packets, self._full_bytes)]
        return self._runs

    def typed_runs(self, payload_type: int, extension: bytes = b"") -> list[list[bytes]]:
        """Return the packets with another payload type, in runs: WebRTC clients choose the payload types. `extension`:
        see `typed_packet`."""
        typed = self._typed.get((payload_type, extension))
        if typed is None:
            packets = [self.typed_packet(place, payload_type, extension) for place in range(len(self.packets))]
            typed = self._typed[payload_type, extension] = _runs(packets, self._full_bytes)
        return typed

    def typed_packet(self, place: int, payload_type: int, extension: bytes = b"") -> bytes:
        """Return one packet with another payload type. The first one of a key frame has the header extension, if there
        is room: parameter sets are short."""
        packet = with_payload_type(self.packets[place], payload_type)
        has_room = len(packet) + len(extension) <= self._full_bytes
        return with_extension(packet, extension) if extension and self.key and place == 0 and has_room else packet


def _runs(packets: list[bytes], full_bytes: int) -> list[list[bytes]]:
    """Only the last packet of a run may be shorter than `full_bytes`."""
    runs: list[list[bytes]] = [[]]
    for packet in packets:
        run = runs[-1]
        if len(run) == MAX_SEGMENTS or (run and len(run[-1]) != full_bytes):
            runs.append(run := [])
        run.append(packet)
    return runs
