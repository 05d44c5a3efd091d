"""A-law (ITU-T G.711): 16-bit samples to 8 bits and back."""

from functools import cache

from ipcamd.wire import g711

_TOGGLED = 0x55
"""Every other bit of a code is inverted on the line."""


def _sample(code: int) -> int:
    """Return the 16-bit value of a code."""
    code ^= _TOGGLED
    segment, step = code >> 4 & 7, code & 15
    # the lowest two segments have steps of 16; the value of a code is the middle of its interval
    magnitude = (step << 4) + 8 if segment == 0 else ((step << 4) + 264) << (segment - 1)
    return magnitude if code & 0x80 else -magnitude


@cache
def _decoding() -> tuple[bytes, ...]:
    return tuple(_sample(code).to_bytes(2, "little", signed=True) for code in range(256))


@cache
def _encoding() -> bytes:
    """Return a code for each unsigned 16-bit view of a sample."""
    rising = bytearray()
    for magnitude in range(0x80):
        width = 16 << max(0, (magnitude >> 4) - 1)
        rising += bytes((magnitude | 0x80,)) * width
    # sample -1 has the magnitude of 0
    falling = bytes(code & 0x7F for code in reversed(rising))
    return bytes(code ^ _TOGGLED for code in rising + falling)


def encode(samples: bytes) -> bytes:
    """Return A-law of signed 16-bit little-endian samples. Raises ``ValueError`` for half a sample."""
    return g711.encode(samples, _encoding())


def decode(codes: bytes) -> bytes:
    """Return signed 16-bit little-endian samples."""
    return g711.decode(codes, _decoding())
