"""Clip file: a complete file of an event on disk, ready to be stored or delivered."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from ipcamd.dataclass import dataclass
from ipcamd.event_bus import Event


@dataclass(frozen=True, slots=True)
class ClipFile:
    """File of an event: a clip (AVI or MP4) or a picture (JPEG)."""

    path: Path
    """Path of the closed, synced and complete file. To keep it longer, make a hard link or a copy at once."""
    name: str
    """Its name at the target: ``<ModelName>-MMDDYYYY-HHMMSS.avi``, local start time (SDK 14)."""
    content_type: str
    size_bytes: int
    started_ns: int
    """Time of its first picture, since the epoch, UTC."""
    ended_ns: int
    event: Event
    schedule: str
    """Name of the schedule that requested it."""


ClipSink = Callable[[Sequence[ClipFile]], Awaitable[str | None]]
"""Stores or queues the captured files of an event; on return they are durable. It returns the name of the first stored
file, if known. Raises ``IpcamdError`` and ``OSError``."""
