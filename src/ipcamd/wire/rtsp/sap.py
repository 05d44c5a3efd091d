"""Announcements of multicast sessions (RFC 2974, SAP)."""

import struct
import zlib
from ipaddress import ip_address

GROUP = "224.2.127.254"
"""Group for sessions of global scope. Sessions of a smaller scope use the highest address of their range."""
PORT = 9875
"""UDP port of SAP."""


def group_for(session: str) -> str:
    """Return the group for announcements of a session with this multicast address (RFC 2974, section 3)."""
    return "239.255.255.255" if session.startswith("239.255.") else GROUP


def format_announcement(sdp: bytes, source: str, *, ended: bool = False) -> bytes:
    """Return an announcement of `sdp` from `source` (an IP address), or that the session has `ended`."""
    address = ip_address(source)
    flags = 0x20 | (0x10 if address.version == 6 else 0) | (0x04 if ended else 0)
    # same hash for the same session, another for a changed description; never 0
    digest = zlib.crc32(sdp) & 0xFFFF or 1
    return struct.pack(">BBH", flags, 0, digest) + address.packed + b"application/sdp\0" + sdp
