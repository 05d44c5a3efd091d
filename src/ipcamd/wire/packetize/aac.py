"""AAC over RTP (RFC 3640, mode AAC-hbr): one frame in each packet."""

from ipcamd.wire.packetize.payload_format import PayloadFormat
from ipcamd.wire.rtp.rtp import ROOM

RATE_HZ = 16_000
"""Samples per second."""
_LC, _RATE_INDEX, _CHANNELS = 2, 8, 1
"""Object type AAC-LC, index of `RATE_HZ`, and channels (ISO/IEC 14496-3, 1.6.3)."""
_NO_SBR = bytes.fromhex("56e500")
"""Extension that signals the absence of SBR (spectral band replication); without it, decoders have to guess."""
CONFIG = (_LC << 11 | _RATE_INDEX << 7 | _CHANNELS << 3).to_bytes(2) + _NO_SBR
"""AudioSpecificConfig of all frames (ISO/IEC 14496-3, 1.6.2.1)."""
FRAME_SAMPLES = 1024
"""Samples of a frame (ISO/IEC 14496-3, 4.5.1.1)."""
_HEADER = 2
"""Bytes of an access unit's header: 13 bits of size, 3 bits of index (3.3.6)."""
_PROFILE = 40
"""AAC profile, level 1: up to two channels of 24 kHz (ISO/IEC 14496-3, 1.5.2.4)."""


def make_payloads(frame: bytes, room: int = ROOM) -> list[bytes]:
    """Return one payload: the length of the headers in bits, the frame's header, the frame.

    Raises ``ValueError`` if that is more than `room`.
    """
    if len(frame) + 2 * _HEADER > room:
        raise ValueError(f"a frame of AAC of {len(frame)} bytes")
    return [(8 * _HEADER).to_bytes(2) + (len(frame) << 3).to_bytes(_HEADER) + frame]


def duration(_: bytes) -> int:
    """Return the length of a frame in time stamp units: the same for every frame."""
    return FRAME_SAMPLES


def parameters(_: bytes) -> str:
    """Return the format parameters (4.1): the same for every frame."""
    return (
        f"streamtype=5;profile-level-id={_PROFILE};mode=AAC-hbr;config={CONFIG.hex()};"
        "sizelength=13;indexlength=3;indexdeltalength=3"
    )


FORMAT = PayloadFormat("audio", 99, f"mpeg4-generic/{RATE_HZ}/1", RATE_HZ, make_payloads, parameters, ticks=duration)
"""AAC-LC in RTP; the payload type is dynamic."""
