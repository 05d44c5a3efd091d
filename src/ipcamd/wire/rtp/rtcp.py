"""RTCP packets (RFC 3550, section 6): reports to write, receiver reports to read."""

import struct
from collections.abc import Iterator

from ipcamd.dataclass import dataclass
from ipcamd.time_units import SECOND_NS

_SR, _RR, _SDES, _BYE = 200, 201, 202, 203
_CNAME = 1
_EPOCH = 2_208_988_800
"""Seconds from 1900, the epoch of NTP, to 1970."""

_REPORT = struct.Struct(">III12x")
"""Source, loss and newest packet of a reception report."""
_SENDER = struct.Struct(">4xQI")
"""NTP and RTP time of a sender report, after its SSRC."""


@dataclass(frozen=True, slots=True)
class ReceptionReport:
    """Reception of one source's packets by one receiver."""

    source: int
    """SSRC of the source."""
    lost: int
    """Packets lost since the start; negative if some were duplicated."""
    highest: int
    """Extended sequence number of the newest received packet."""


@dataclass(frozen=True, slots=True)
class Goodbye:
    """End of sources."""

    sources: tuple[int, ...]
    """Their synchronization source numbers (SSRC)."""


def sender_report(ssrc: int, captured: int, timestamp: int, packets: int, octets: int, name: str) -> bytes:
    """Return a sender report with the source's description.

    It maps RTP time `timestamp` to the wall clock's `captured` (nanoseconds since 1970, UTC), so that receivers can
    synchronize several sources of one `name`.
    """
    counts = packets & 0xFFFFFFFF, octets & 0xFFFFFFFF
    body = struct.pack(">IQIII", ssrc, to_ntp(captured), timestamp & 0xFFFFFFFF, *counts)
    return make_packet(_SR, 0, body) + _description(ssrc, name.encode()[:255])


def receiver_report(ssrc: int, name: str) -> bytes:
    """Return a report of a receiver that reports no reception, with its description."""
    return make_packet(_RR, 0, struct.pack(">I", ssrc)) + _description(ssrc, name.encode()[:255])


def _description(ssrc: int, name: bytes) -> bytes:
    items = struct.pack(">IBB", ssrc, _CNAME, len(name)) + name
    return make_packet(_SDES, 1, items + bytes(4 - len(items) % 4))


def goodbye(ssrc: int) -> bytes:
    """Return the packet that ends a source; it follows a report in the same datagram."""
    return make_packet(_BYE, 1, struct.pack(">I", ssrc))


def to_ntp(time_ns: int) -> int:
    """Return a time (nanoseconds since 1970, UTC) as NTP counts it: 2**-32 seconds since 1900, modulo 2**64."""
    seconds, nanoseconds = divmod(time_ns, SECOND_NS)
    return (seconds + _EPOCH & 0xFFFFFFFF) << 32 | (nanoseconds << 32) // SECOND_NS


def make_packet(kind: int, count: int, body: bytes) -> bytes:
    """Return a packet of this type; `count` is the number of its entries, or the format of feedback."""
    return struct.pack(">BBH", 0x80 | count, kind, len(body) // 4) + body


def parse(data: bytes) -> list[ReceptionReport | Goodbye]:
    """Return the reception reports in a compound packet, ignoring other packets in it. Raises ``ValueError`` if it is
    not RTCP."""
    return [report for kind, count, body in split_compound(data) for report in _contents(kind, count, body)]


def find_sender_report(data: bytes) -> tuple[int, int] | None:
    """Return the wall clock time (nanoseconds since 1970) and the RTP time of the first sender report in a compound
    packet; None without one. Raises ``ValueError``."""
    for kind, _, body in split_compound(data):
        if kind == _SR and len(body) >= _SENDER.size:
            ntp, timestamp = _SENDER.unpack_from(body)
            return ((ntp >> 32) - _EPOCH) * SECOND_NS + ((ntp & 0xFFFFFFFF) * SECOND_NS >> 32), timestamp
    return None


def split_compound(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield type, count (or format) and body of each packet in a compound one. Raises ``ValueError``."""
    if not data:
        raise ValueError("empty")
    at = 0
    while at < len(data):
        if len(data) - at < 4 or data[at] >> 6 != 2:
            raise ValueError("not RTCP")
        end = at + 4 + 4 * int.from_bytes(data[at + 2 : at + 4])
        if end > len(data):
            raise ValueError("RTCP packet cut short")
        yield data[at + 1], data[at] & 0x1F, data[at + 4 : end]
        at = end


def _contents(kind: int, count: int, body: bytes) -> list[ReceptionReport | Goodbye]:
    if kind == _BYE:
        if len(body) < 4 * count:
            raise ValueError("goodbye cut short")
        return [Goodbye(struct.unpack_from(f">{count}I", body))]
    if kind not in (_SR, _RR):
        return []
    start = 24 if kind == _SR else 4
    if len(body) < start + count * _REPORT.size:
        raise ValueError("report cut short")
    return [_reception(body, start + i * _REPORT.size) for i in range(count)]


def _reception(body: bytes, at: int) -> ReceptionReport:
    source, loss, highest = _REPORT.unpack_from(body, at)
    lost = loss & 0xFFFFFF
    return ReceptionReport(source, lost - (1 << 24) if lost >= 1 << 23 else lost, highest)
