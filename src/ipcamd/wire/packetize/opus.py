"""Opus over RTP (RFC 7587): a frame is a packet; time stamps count 48000 a second, at any encoded rate."""

from ipcamd.wire.packetize.payload_format import PayloadFormat
from ipcamd.wire.rtp.rtp import ROOM

CLOCK_HZ = 48_000
"""Time stamp units per second."""
_LENGTHS_MS = ((10, 20, 40, 60), (10, 20), (2.5, 5, 10, 20))
"""Lengths of a frame by mode: SILK, hybrid, CELT (RFC 6716, 3.1)."""
_FIRST_HYBRID, _FIRST_CELT = 12, 16


def make_payloads(frame: bytes, room: int = ROOM) -> list[bytes]:
    """Return the frame as one payload. Raises ``ValueError`` if it is longer than `room`."""
    if len(frame) > room:
        raise ValueError(f"a frame of Opus of {len(frame)} bytes")
    return [frame]


def duration(payload: bytes) -> int:
    """Return the length of a packet in time stamp units, by its first bytes (RFC 6716, 3.1 and 3.2)."""
    if not payload:
        return 0
    configuration, code = payload[0] >> 3, payload[0] & 3
    mode = 0 if configuration < _FIRST_HYBRID else 1 if configuration < _FIRST_CELT else 2
    lengths = _LENGTHS_MS[mode]
    frames = 1 if code == 0 else 2 if code < 3 else payload[1] & 63 if len(payload) > 1 else 0
    return int(lengths[configuration % len(lengths)] * frames * CLOCK_HZ // 1000)


def parameters(_: bytes) -> str:
    """Return the format parameters (7.1): one channel, telephone bandwidth."""
    return "sprop-maxcapturerate=8000;sprop-stereo=0"


FORMAT = PayloadFormat("audio", 100, f"opus/{CLOCK_HZ}/2", CLOCK_HZ, make_payloads, parameters, duration, marks=False)
"""Opus in RTP; the payload type is dynamic, and the session description always states two channels (RFC 7587, 7)."""
