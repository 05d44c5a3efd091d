"""Port Control Protocol (RFC 6887): a client's requests, and the check of answers."""

import struct
from ipaddress import IPv4Address, IPv6Address, ip_address

from ipcamd.dataclass import dataclass

PORT = 5351
"""UDP port of the router, also for NAT-PMP."""
SIZE_BYTES = 1100
"""Maximum bytes of a message."""
NONCE_BYTES = 12
"""Bytes of a mapping's nonce (RFC 6887, 11.1)."""
VERSION = 2
"""Version of the protocol (RFC 6887, 7.1)."""
UNSUPPORTED_VERSION = 1
"""Result code of a router that supports only NAT-PMP."""

_ANNOUNCE, _MAP, _ANSWER = 0, 1, 0x80
_TCP = 6
_REQUEST = struct.Struct(">BBHI16s")
_HEAD = struct.Struct(">BBBBII12x")
_MAPPING = struct.Struct(">12sB3xHH16s")
_RESULTS = {
    1: "it does not speak PCP",
    2: "it does not allow it",
    3: "it does not understand the request",
    4: "it does not know the request",
    7: "its network fails",
    8: "it has no more mappings",
    10: "the camera has all mappings that it may have",
    11: "it cannot give that port",
    12: "the camera's address was changed on the way",
}


@dataclass(frozen=True, slots=True)
class PcpMapping:
    """A mapping of the router."""

    external_address: str
    external_port: int
    """TCP port of `external_address`."""
    lifetime_s: int


class PortMapRefused(ValueError):
    """Error of the router; ``code`` is the protocol's."""

    def __init__(self, code: int, reason: str) -> None:
        """`reason` completes the sentence "the router refuses: ..."."""
        super().__init__(f"the router refuses: {reason}")
        self.code = code


def format_announce(own: str) -> bytes:
    """Return the request for the epoch only; `own` is the camera's address."""
    return _REQUEST.pack(VERSION, _ANNOUNCE, 0, 0, _packed(own))


def format_map(own: str, nonce: bytes, internal_port: int, external_port: int, lifetime_s: int) -> bytes:
    """Return the request for a mapping of a TCP port; with `lifetime_s` 0, for its removal."""
    head = _REQUEST.pack(VERSION, _MAP, 0, lifetime_s, _packed(own))
    return head + _MAPPING.pack(nonce, _TCP, internal_port, external_port, _packed("::" if ":" in own else "0.0.0.0"))


def parse_announce(data: bytes) -> int:
    """Return the epoch of an answer. Raises ``ValueError`` for an invalid one, and ``PortMapRefused``."""
    return _parse_head(data, _ANNOUNCE)[1]


def parse_map(data: bytes, nonce: bytes, internal_port: int) -> PcpMapping:
    """Return the mapping in an answer. Raises ``ValueError`` if it is not for this request, and ``PortMapRefused``."""
    lifetime_s, _ = _parse_head(data, _MAP)
    if len(data) < _HEAD.size + _MAPPING.size:
        raise ValueError("the answer is too short")
    given_nonce, protocol, internal, external, address = _MAPPING.unpack_from(data, _HEAD.size)
    if (given_nonce, protocol, internal) != (nonce, _TCP, internal_port):
        raise ValueError("the answer is for another request")
    ip = IPv6Address(address)
    return PcpMapping(str(ip.ipv4_mapped or ip), external, lifetime_s)


def _parse_head(data: bytes, opcode: int) -> tuple[int, int]:
    """Return lifetime and epoch."""
    if len(data) >= 4 and data[0] == 0 and data[1] & _ANSWER:
        raise PortMapRefused(UNSUPPORTED_VERSION, "it speaks NAT-PMP")  # RFC 6887, appendix A
    if len(data) < _HEAD.size or len(data) > SIZE_BYTES:
        raise ValueError("the answer has a wrong size")
    version, code, _, result, lifetime_s, epoch_s = _HEAD.unpack_from(data)
    if version != VERSION and result != UNSUPPORTED_VERSION:
        raise ValueError("the answer is not of PCP version 2")
    if code != _ANSWER | opcode:
        raise ValueError("the answer is for another request")
    if result:
        raise PortMapRefused(result, _RESULTS.get(result, f"result {result}"))
    return lifetime_s, epoch_s


def _packed(address: str) -> bytes:
    """Return an address in 16 bytes, IPv4 as IPv4-mapped IPv6."""
    ip = ip_address(address)
    return b"\0" * 10 + b"\xff\xff" + ip.packed if isinstance(ip, IPv4Address) else ip.packed
