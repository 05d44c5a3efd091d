"""Announcements of multicast sessions (RFC 2974, SAP)."""

import struct
import zlib
from ipaddress import IPv4Address

GROUP = "224.2.127.254"
"""Group for sessions of global scope. Sessions of a smaller scope use the highest address of their range."""
PORT = 9875
"""UDP port of SAP."""


def group_for(session: str) -> str:
    """Return the group for announcements of a session with this multicast address (RFC 2974, section 3)."""
    return "239.255.255.255" if session.startswith("239.255.") else GROUP


def format_announcement(sdp: bytes, source: str, *, ended: bool = False) -> bytes:
    """Return an announcement of `sdp` from `source` (an IPv4 address), or that the session has `ended`."""
    flags = 0x24 if ended else 0x20
    # same hash for the same session, another for a changed description; never 0
    digest = zlib.crc32(sdp) & 0xFFFF or 1
    return struct.pack(">BBH", flags, 0, digest) + IPv4Address(source).packed + b"application/sdp\0" + sdp
