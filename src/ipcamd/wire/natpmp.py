"""NAT Port Mapping Protocol (RFC 6886): a client's requests, and the check of answers."""

import struct
from ipaddress import IPv4Address

from ipcamd.dataclass import dataclass
from ipcamd.wire.pcp import PortMapRefused

_RESULTS = {
    1: "it does not speak NAT-PMP",
    2: "it does not allow it",
    3: "its network fails",
    4: "it has no more mappings",
    5: "it does not know the request",
}
_VERSION = 0
_ADDRESS, _MAP_TCP, _ANSWER = 0, 2, 128
_MAP = struct.Struct(">BBHHHI")
_HEAD = struct.Struct(">BBHI")
_MAPPED = struct.Struct(">HHI")


@dataclass(frozen=True, slots=True)
class NatPmpMapping:
    """A mapping of the router."""

    external_port: int
    """TCP port of the router's external address."""
    lifetime_s: int


def format_address_request() -> bytes:
    """Return the request for the router's external address."""
    return bytes((_VERSION, _ADDRESS))


def format_map(internal_port: int, external_port: int, lifetime_s: int) -> bytes:
    """Return the request for a mapping of a TCP port; with `lifetime_s` 0, for its removal."""
    return _MAP.pack(_VERSION, _MAP_TCP, 0, internal_port, external_port, lifetime_s)


def parse_address(data: bytes) -> tuple[str, int]:
    """Return the external address and the epoch. Raises ``ValueError`` for an invalid answer, ``PortMapRefused``."""
    epoch_s = _parse_head(data, _ADDRESS, 4)
    return str(IPv4Address(data[_HEAD.size : _HEAD.size + 4])), epoch_s


def parse_map(data: bytes, internal_port: int) -> NatPmpMapping:
    """Return the mapping. Raises ``ValueError`` if the answer is not for this request, and ``PortMapRefused``."""
    _parse_head(data, _MAP_TCP, _MAPPED.size)
    internal, external, lifetime_s = _MAPPED.unpack_from(data, _HEAD.size)
    if internal != internal_port:
        raise ValueError("the answer is for another port")
    return NatPmpMapping(external, lifetime_s)


def _parse_head(data: bytes, opcode: int, more: int) -> int:
    """Return the epoch of an answer with at least `more` bytes after its head."""
    if len(data) < _HEAD.size:
        raise ValueError("the answer is too short")
    version, code, result, epoch_s = _HEAD.unpack_from(data)
    if version != _VERSION or code != _ANSWER + opcode:
        raise ValueError("the answer is for another request")
    if result:
        raise PortMapRefused(result, _RESULTS.get(result, f"result {result}"))
    if len(data) < _HEAD.size + more:
        raise ValueError("the answer is too short")
    return int(epoch_s)
