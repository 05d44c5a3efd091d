"""Companding of G.711: 16-bit samples to 8-bit codes and back, by tables that u-law and A-law make."""

import sys
from array import array
from collections.abc import Sequence


def encode(samples: bytes, codes: bytes) -> bytes:
    """Return the codes of signed 16-bit little-endian samples. `codes` has one for each unsigned view of a sample.

    Raises ``ValueError`` for half a sample.
    """
    if len(samples) % 2:
        raise ValueError("half a sample")
    words = array("H", samples)
    if sys.byteorder == "big":
        words.byteswap()
    return bytes(map(codes.__getitem__, words))


def decode(codes: bytes, samples: Sequence[bytes]) -> bytes:
    """Return signed 16-bit little-endian samples. `samples` has one for each code."""
    return b"".join(map(samples.__getitem__, codes))
