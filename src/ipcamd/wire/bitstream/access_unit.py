"""Access unit: one encoded picture as received, with its properties known without decoding."""

from typing import Protocol

from ipcamd.dataclass import dataclass

SQUARE = (1, 1)
"""Pixel aspect of square pixels."""


@dataclass(frozen=True, slots=True)
class AccessUnit:
    """One encoded picture."""

    payload: bytes
    """Bytes as in ``EncodedFrame.payload``; missing parameter sets of a key frame are added before it."""
    key: bool
    """A decoder can start here."""
    size: tuple[int, int]
    """Width and height in pixels; (0, 0) while unknown."""
    obstacle: str = ""
    """Short reason why it cannot be passed through; "" if it can."""
    pixel_aspect: tuple[int, int] = SQUARE
    """Width and height of a pixel in the same unit."""


class Inspector(Protocol):
    """Inspects the pictures of one stream, in decoding order."""

    def inspect(self, data: bytes) -> AccessUnit | None:
        """Return the picture in `data`; None if it is truncated or contains none."""
