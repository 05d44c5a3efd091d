"""Clip file: a complete file of an event on disk, ready to be stored or delivered."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from ipcamd.dataclass import dataclass
from ipcamd.event_bus import Event


@dataclass(frozen=True, slots=True)
class ClipFile:
    """One file that belongs to an event: a clip (AVI), or a picture (JPEG)."""

    path: Path
    """Path of the closed, synced and complete file. To keep it longer, make a hard link or a copy at once."""
    name: str
    """Its name at the target: ``<ModelName>-MMDDYYYY-HHMMSS.avi``, local time of its start (SDK 14)."""
    content_type: str
    size_bytes: int
    started_ns: int
    """Time of its first picture, since the epoch, UTC."""
    ended_ns: int
    event: Event
    schedule: str
    """Name of the schedule that asked for it."""


ClipSink = Callable[[Sequence[ClipFile]], Awaitable[str | None]]
"""Takes what was captured of an event to its place; then it is safe there, or on the way. Returns the name that the
first file has there, if that is known. Raises ``IpcamdError`` and ``OSError``."""
