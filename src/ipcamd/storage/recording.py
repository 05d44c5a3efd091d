"""Recording: a file on the SD card, with its folder and times (SDK 14)."""

from datetime import UTC, datetime, timedelta

from ipcamd.dataclass import dataclass

RECORD = "record"
"""Folder of continuous recordings on the card."""
EVENT = "event"
"""Folder of clips of events on the card."""
FOLDERS = (RECORD, EVENT)
"""Folders of continuous recordings and of events."""

TYPES = {"avi": "video/x-msvideo", "jpg": "image/jpeg", "mp4": "video/mp4"}
"""Content types by file name extension."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Recording:
    """Facts about a recording that need no access to the file."""

    folder: str
    name: str
    size_bytes: int
    modified_ns: int
    """Time of the file's last change according to its file system."""
    started_ns: int
    """Time of the first picture, since the epoch, UTC."""
    ended_ns: int
    writing: bool = False
    """Whether the recording is in progress."""

    @property
    def key(self) -> tuple[str, str]:
        """Folder and name; unique."""
        return self.folder, self.name

    @property
    def is_picture(self) -> bool:
        """Whether it is a single picture, not a video."""
        return self.name.endswith(".jpg")

    @property
    def tag(self) -> str:
        """Entity tag of the file (RFC 9110, 8.8.3)."""
        return f'"{self.size_bytes:x}-{self.modified_ns:x}"'

    @property
    def content_type(self) -> str:
        """MIME type."""
        return TYPES[self.name[-3:]]


@dataclass(frozen=True, slots=True)
class Segments:
    """Segments of a recording that browsers cannot play directly, each encoded on request; or the whole recording."""

    length_s: float
    """Length of the recording in seconds."""
    frame_s: float
    """Length of a picture's time slot in seconds."""
    segment_s: float | None
    """Length of each segment in seconds; the last one may be shorter. None: browsers play the whole file."""
    has_audio: bool


def nanoseconds(moment: datetime) -> int:
    """Return a time with a zone as nanoseconds since the epoch, UTC."""
    return (moment - _EPOCH) // _MICROSECOND * 1000
