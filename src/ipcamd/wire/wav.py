"""WAV files of 16-bit samples, one channel (Microsoft RIFF)."""

import struct

_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")
_PCM = 1


def wav(samples: bytes, rate: int) -> bytes:
    """Return a file of signed 16-bit little-endian samples, `rate` a second."""
    size = len(samples)
    head = (b"RIFF", _HEADER.size - 8 + size, b"WAVE", b"fmt ", 16, _PCM, 1, rate, 2 * rate, 2, 16, b"data", size)
    return _HEADER.pack(*head) + samples
