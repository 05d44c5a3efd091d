"""SNTP messages (RFC 4330, RFC 5905): a client's request, and the check of answers."""

import struct

from ipcamd.dataclass import dataclass
from ipcamd.time_units import SECOND_NS

SIZE = 48
"""Bytes of a message without authentication."""
MAX_DISTANCE_NS = 1_500_000_000
"""Root distance from which a server counts as unsynchronised (RFC 5905, MAXDIST)."""

_MESSAGE = struct.Struct(">BBbbII4s8sQQQ")
_CLIENT, _SERVER = 3, 4
_VERSION = 4
_UNSYNCHRONISED = 3
_LEAP_BITS, _MODE_BITS = 0xC0, 0x07
_SECONDS_1900_TO_1970 = 2_208_988_800
_ERA_SECONDS = 1 << 32


@dataclass(frozen=True, slots=True)
class NtpReply:
    """Times of a valid answer, in nanoseconds since 1970."""

    received_ns: int
    """Time at which the server received the request."""
    sent_ns: int
    """Time at which it sent the answer."""

    def offset_ns(self, asked_ns: int, answered_ns: int) -> int:
        """Return how far the client's clock is behind. The client sent at `asked_ns` and received at `answered_ns`."""
        return ((self.received_ns - asked_ns) + (self.sent_ns - answered_ns)) // 2


def request(nonce: int) -> bytes:
    """Return a request. `nonce` (64 random bits) replaces its time stamp, which servers return unchanged."""
    return _MESSAGE.pack(_VERSION << 3 | _CLIENT, 0, 0, 0, 0, 0, b"", b"", 0, 0, nonce)


def parse(data: bytes, nonce: int) -> NtpReply:
    """Return the times in the answer to the request with `nonce`. Raises ``ValueError`` for an unusable answer."""
    if len(data) < SIZE:
        raise ValueError("the answer is too short")
    first, stratum, _, _, delay, dispersion, kiss, _, originate, received, sent = _MESSAGE.unpack_from(data)
    if originate != nonce:
        raise ValueError("the answer is not for this request (originate time stamp)")
    if first & _MODE_BITS != _SERVER:
        raise ValueError("the answer does not come from a server (mode)")
    if stratum == 0:
        raise ValueError(f"the server refuses: {_kiss(kiss)}" if kiss.strip(b"\0") else _not_synchronised("stratum 0"))
    if stratum > 15:
        raise ValueError(_not_synchronised(f"stratum {stratum}"))
    if (first & _LEAP_BITS) >> 6 == _UNSYNCHRONISED:
        raise ValueError(_not_synchronised("leap 3"))
    if (delay / 2 + dispersion) * SECOND_NS / (1 << 16) >= MAX_DISTANCE_NS:
        raise ValueError(_not_synchronised("root distance"))
    if sent == 0 or received == 0:
        raise ValueError("the answer has no time")
    return NtpReply(_unix_ns(received), _unix_ns(sent))


def _not_synchronised(reason: str) -> str:
    return f"the server's clock is not synchronised ({reason})"


def _kiss(code: bytes) -> str:
    """Return a kiss code such as ``RATE`` in printable form."""
    return "".join(chr(byte) for byte in code if 0x20 < byte < 0x7F) or "?"


def _unix_ns(stamp: int) -> int:
    """Return a time stamp as nanoseconds since 1970. The era that started in 1900 ends in 2036."""
    seconds, fraction = stamp >> 32, stamp & 0xFFFFFFFF
    if seconds < _SECONDS_1900_TO_1970:  # before 1970, so it belongs to the next era
        seconds += _ERA_SECONDS
    return (seconds - _SECONDS_1900_TO_1970) * SECOND_NS + (fraction * SECOND_NS >> 32)
