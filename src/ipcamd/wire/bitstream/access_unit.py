"""Access unit: one encoded picture as it arrived, and what is known of it without decoding."""

from typing import Protocol

from ipcamd.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class AccessUnit:
    """One encoded picture."""

    payload: bytes
    """Its bytes, untouched, in the form of ``EncodedFrame.payload``; a key frame that came without its parameter sets
    has them before it."""
    key: bool
    """A decoder can start here."""
    size: tuple[int, int]
    """Width and height in pixels; (0, 0) while they are not known."""
    obstacle: str = ""
    """Why viewers cannot be given it as it is, in a few words; "" if they can."""


class Inspector(Protocol):
    """Inspects the pictures of one stream, in decoding order."""

    def inspect(self, data: bytes) -> AccessUnit | None:
        """Return the picture in `data`; None if it is cut short or contains none."""
