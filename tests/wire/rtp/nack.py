"""Request for the retransmission of a packet (RFC 4585, 6.2.1), as browsers send it."""

import struct


def make_nack(sender: int, source: int, sequence: int) -> bytes:
    """Return the request for one packet of `source`."""
    return struct.pack(">BBHIIHH", 0x81, 205, 3, sender, source, sequence, 0)
