"""Receiver report (RFC 3550, 6.4.2), as browsers send it."""

import struct


def make_report(sender: int, source: int, fraction: float, lost: int, highest: int) -> bytes:
    """Return a report about `source`: fraction of packets lost since the last one, lost packets since the start, and
    extended sequence number of the newest one."""
    loss = round(255 * max(0.0, fraction)) << 24 | lost & 0xFFFFFF
    return struct.pack(">BBHIIIIIII", 0x81, 201, 7, sender, source, loss, highest, 0, 0, 0)
