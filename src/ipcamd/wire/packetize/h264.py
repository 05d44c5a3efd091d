"""H.264 over RTP (RFC 6184), packetization mode 1."""

import re
from base64 import b64encode

from ipcamd.wire.packetize import nal_units
from ipcamd.wire.packetize.payload_format import PayloadFormat
from ipcamd.wire.rtp.rtp import ROOM

_SPS, _PPS, _DELIMITER, _FILLER = 7, 8, 9, 12
_STAP_A, _FU_A = 24, 28
_KEY = re.compile(rb"\x00\x00\x01[\x05\x25\x45\x65\x07\x27\x47\x67]")


def split_units(frame: bytes) -> list[bytes]:
    """Return the NAL units of a frame in Annex B form, without start codes, delimiters and filler data."""
    return nal_units.split_units(frame, unit_type, (_DELIMITER, _FILLER))


def unit_type(first: int) -> int:
    """Return the type of a NAL unit that starts with this byte."""
    return first & 31


def make_payloads(frame: bytes, room: int = ROOM) -> list[bytes]:
    """Aggregate the small units of a frame, fragment its large ones."""
    return nal_units.pack_units(split_units(frame), room, 1, _aggregate_header, _fragment)


def _aggregate_header(small: list[bytes]) -> bytes:
    importance = max(unit[0] & 0x60 for unit in small)
    return bytes((importance | _STAP_A,))


def _fragment(unit: bytes, room: int) -> list[bytes]:
    return nal_units.fragment_unit(bytes((unit[0] & 0xE0 | _FU_A,)), unit_type(unit[0]), unit[1:], room)


def parameters(frame: bytes) -> str:
    """Return packetization mode, profile and parameter sets, from a key frame."""
    sets = [unit for unit in split_units(frame) if unit[0] & 0x1F in (_SPS, _PPS)]
    sequence = next((unit for unit in sets if unit[0] & 0x1F == _SPS and len(unit) >= 4), None)
    if sequence is None:
        return "packetization-mode=1"
    sprop = ",".join(b64encode(unit).decode() for unit in sets)
    return f"packetization-mode=1;profile-level-id={sequence[1:4].hex().upper()};sprop-parameter-sets={sprop}"


def is_key(data: bytes) -> bool:
    """Return whether a frame that starts with `data` is a key frame: an IDR picture, or parameter sets before one."""
    return _KEY.search(data) is not None


FORMAT = PayloadFormat("video", 96, "H264/90000", 90000, make_payloads, parameters)
"""H.264 in RTP (RFC 6184); the payload type is dynamic."""
