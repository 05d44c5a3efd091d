"""Plan of an export: its recordings, the time covered, and whether the pictures are encoded again. For threads."""

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

from ipcamd.dataclass import dataclass
from ipcamd.errors import CardError
from ipcamd.storage.disk import Disk
from ipcamd.storage.export.recording_format import RecordingFormat, read_format
from ipcamd.storage.export.recording_selection import ExportPart, find_gaps, select_parts
from ipcamd.storage.recording import Recording


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """Plan of one export. Times without a recording are left out; the next part follows at once."""

    parts: tuple[ExportPart, ...]
    """Parts in order of time; at least one."""
    size: tuple[int, int]
    """Width and height in pixels."""
    rate: int
    """Maximum number of pictures per second."""
    has_audio: bool
    encoded_because: str
    """Reason why the pictures are encoded again; empty if they are copied."""

    @property
    def start_ns(self) -> int:
        """Time of the first picture, in nanoseconds since the epoch, UTC."""
        return self.parts[0].start_ns

    @property
    def end_ns(self) -> int:
        """End of the last part, in nanoseconds since the epoch, UTC."""
        return self.parts[-1].end_ns

    @property
    def gaps(self) -> list[tuple[int, int]]:
        """Time ranges that are left out, in nanoseconds since the epoch, UTC."""
        return find_gaps(self.parts, self.start_ns, self.end_ns)

    @property
    def length_s(self) -> float:
        """Length of the video in seconds."""
        return sum(part.end_ns - part.start_ns for part in self.parts) / 1e9

    @property
    def size_bytes(self) -> int:
        """Estimated size in bytes. A video that is encoded again may be much smaller."""
        return sum(part.size_bytes for part in self.parts)


def make_plan(disk: Disk, recordings: Iterable[Recording], since_ns: int, until_ns: int) -> ExportPlan:
    """Return the plan of an export. Raises `CardError` if there is nothing to export."""
    parts, formats = [], []
    for part in select_parts(recordings, since_ns, until_ns):
        with suppress(ValueError, OSError):  # not written by this camera, or just deleted
            formats.append(read_format(disk, part.recording))
            parts.append(part)
    if not parts:
        raise CardError("there is no complete recording in this time range")
    because, first = _reason_to_encode(formats), formats[0]
    if not because:
        parts[0] = _from_key_frame(disk, parts[0])
    return ExportPlan(tuple(parts), first.size, first.rate, any(f.has_audio for f in formats), because)


def _reason_to_encode(formats: list[RecordingFormat]) -> str:
    first = formats[0]
    other = next((f.codec for f in formats if not f.codec.mp4_kind), None)
    if other:
        return f"recordings are in {other.name.upper()}"
    return "" if all(first.fits(f) for f in formats) else "the picture's size or quality changes"


def _from_key_frame(disk: Disk, part: ExportPart) -> ExportPart:
    """Return the part extended back to the last key frame that is not later than its beginning."""
    from ipcamd.storage.playback.remux import find_key_frame

    with os.fdopen(disk.open(part.recording.folder, part.recording.name), "rb") as source:
        key_s = find_key_frame(source, part.start_s)
    return replace(part, start_ns=part.recording.started_ns + round(key_s * 1e9))
