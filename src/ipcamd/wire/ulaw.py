"""u-law (ITU-T G.711): 16-bit samples to 8 bits and back."""

from functools import cache

from ipcamd.wire import g711

_BIAS = 132
"""132 in 16 bits: offset of the magnitude before its highest bit selects the segment."""


def _sample(code: int) -> int:
    """Return the 16-bit value of a code."""
    code = ~code & 0xFF
    magnitude = (((code & 0x0F) << 3) + _BIAS << (code >> 4 & 7)) - _BIAS
    return -magnitude if code & 0x80 else magnitude


@cache
def _decoding() -> tuple[bytes, ...]:
    return tuple(_sample(code).to_bytes(2, "little", signed=True) for code in range(256))


@cache
def _encoding() -> bytes:
    """Return a code for each unsigned 16-bit view of a sample."""
    rising = bytearray()
    for magnitude in range(0x80):
        segment = magnitude >> 4
        # each code covers a range of magnitudes, of increasing length; the first one is shorter by the bias
        width = 8 << segment
        rising += bytes((0xFF - magnitude,)) * (width - 4 if magnitude == 0 else width)
    positive = bytes(rising) + b"\x80" * (0x8000 - len(rising))
    # negative samples are symmetrical; -32768 equals the largest magnitude
    negative = bytes(code & 0x7F for code in reversed(positive[1:]))
    return positive + b"\x00" + negative


def encode(samples: bytes) -> bytes:
    """Return u-law of signed 16-bit little-endian samples; raise ``ValueError`` for an incomplete sample."""
    return g711.encode(samples, _encoding())


def decode(codes: bytes) -> bytes:
    """Return signed 16-bit little-endian samples."""
    return g711.decode(codes, _decoding())
