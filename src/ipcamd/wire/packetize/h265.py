"""H.265 over RTP (RFC 7798), without decoding order numbers."""

import re
from base64 import b64encode

from ipcamd.wire.packetize import nal_units
from ipcamd.wire.packetize.payload_format import PayloadFormat
from ipcamd.wire.rtp.rtp import ROOM

_VPS, _SPS, _PPS, _DELIMITER, _FILLER = 32, 33, 34, 35, 38
_AGGREGATE, _FRAGMENT = 48, 49
_TYPE_MASK, _LAYER_MASK = 0x7E, 0x01F8
_HEADER_BYTES = 2
_PROFILE_BYTES = 12
_KEY = re.compile(rb"\x00\x00\x01[\x20-\x2b\x40-\x43]")
"""A random access point, or a parameter set before one."""
_SPROP = {_VPS: "sprop-vps", _SPS: "sprop-sps", _PPS: "sprop-pps"}


def unit_type(first: int) -> int:
    """Return the type of a NAL unit that starts with this byte."""
    return first >> 1 & 63


def split_units(frame: bytes) -> list[bytes]:
    """Return the NAL units of a frame in Annex B form, without start codes, delimiters and filler data."""
    return nal_units.split_units(frame, unit_type, (_DELIMITER, _FILLER))


def make_payloads(frame: bytes, room: int = ROOM) -> list[bytes]:
    """Aggregate the small units of a frame, fragment its large ones."""
    units = [unit for unit in split_units(frame) if len(unit) > _HEADER_BYTES]
    return nal_units.pack_units(units, room, _HEADER_BYTES, _aggregate_header, _fragment)


def _aggregate_header(small: list[bytes]) -> bytes:
    """Return the header of an aggregation packet: the lowest layer and temporal sub-layer of its units (4.4.2)."""
    headers = [int.from_bytes(unit[:_HEADER_BYTES]) for unit in small]
    layer, temporal = min(header & _LAYER_MASK for header in headers), min(header & 7 for header in headers)
    return (_AGGREGATE << 9 | layer | temporal).to_bytes(_HEADER_BYTES)


def _fragment(unit: bytes, room: int) -> list[bytes]:
    """Return fragmentation units (4.4.3)."""
    header = bytes((unit[0] & ~_TYPE_MASK | _FRAGMENT << 1, unit[1]))
    return nal_units.fragment_unit(header, unit_type(unit[0]), unit[_HEADER_BYTES:], room)


def parameters(frame: bytes) -> str:
    """Return profile, tier, level and parameter sets, from a key frame; "" without them (7.1)."""
    units = split_units(frame)
    sets = {kind: [unit for unit in units if unit_type(unit[0]) == kind] for kind in _SPROP}
    if not all(sets.values()) or not (profile := read_profile(sets[_SPS][0])):
        return ""
    sprops = (f"{_SPROP[kind]}={','.join(b64encode(unit).decode() for unit in found)}" for kind, found in sets.items())
    return ";".join((_format_profile(profile), *sprops))


def read_profile(sequence: bytes) -> bytes:
    """Return profile, tier and level of a sequence parameter set, 12 bytes (ITU-T H.265, 7.3.3); none if it is cut."""
    plain = sequence.replace(b"\0\0\3", b"\0\0")[_HEADER_BYTES + 1 :][:_PROFILE_BYTES]
    return plain if len(plain) == _PROFILE_BYTES else b""


def _format_profile(profile: bytes) -> str:
    first = profile[0]
    return (
        f"profile-space={first >> 6};profile-id={first & 31};tier-flag={first >> 5 & 1};level-id={profile[11]};"
        f"interop-constraints={profile[5:11].hex().upper()};profile-compatibility-indicator={profile[1:5].hex().upper()}"
    )


def is_key(data: bytes) -> bool:
    """Return whether a frame that starts with `data` is a key frame: a random access point, or its parameter sets."""
    return _KEY.search(data) is not None


FORMAT = PayloadFormat("video", 98, "H265/90000", 90000, make_payloads, parameters)
"""H.265 in RTP (RFC 7798); the payload type is dynamic."""
