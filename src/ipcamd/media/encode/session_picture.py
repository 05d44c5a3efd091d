"""Session picture: one encoded picture of a stream, before it becomes a frame."""

from ipcamd.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class SessionPicture:
    """One encoded picture."""

    payload: bytes
    key: bool
    """A decoder can start here."""
    captured_ns: int
    """Capture time of its picture."""
    mask_version: int
    """Version of the masks that cover it."""
