"""Recording: a file on the SD card, and its name (SDK 14): ``<ModelName>-MMDDYYYY-HHMMSS.avi``, local start time.

Single pictures end with ``.jpg``, recordings in MP4 with ``.mp4``.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from ipcamd.dataclass import dataclass

RECORD, EVENT = "record", "event"
"""Folders of the card."""
FOLDERS = (RECORD, EVENT)
"""Folders of continuous recordings and of events."""

NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.-]{0,47}-([0-9]{8}-[0-9]{6})\.(avi|jpg|mp4)")
"""Pattern of a complete file name; the camera ignores other files on the card."""

TYPES = {"avi": "video/x-msvideo", "jpg": "image/jpeg", "mp4": "video/mp4"}
"""Content types by file name extension."""

TRIES = 120
"""Names to try, one for each second, before giving up: some are taken after the clock was set back."""

_FORM = "%m%d%Y-%H%M%S"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_YEARS = range(1970, 2200)
"""Plausible years: their nanoseconds fit into the database."""
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


def name_of(model: str, began: datetime, ending: str = "avi") -> str:
    """Return the file name for this local start time."""
    plain = re.sub("[^0-9A-Za-z_.-]", "_", model)[:48].lstrip("_.-") or "camera"
    # strftime writes years before 1000 without leading zeros; the camera's clock begins in 1971
    return f"{plain}-{began.strftime(_FORM)}.{ending}"


def free_names(model: str, began: datetime, ending: str = "avi") -> Iterator[str]:
    """Yield the file name for this local start time, then the names to use if it is taken."""
    return (name_of(model, began + timedelta(seconds=second), ending) for second in range(TRIES))


def began_by(name: str) -> datetime | None:
    """Return the local start time that a name contains, without a zone; None if it is not the name of a recording."""
    match = NAME.fullmatch(name)
    try:
        began = datetime.strptime(match[1], _FORM) if match else None
    except ValueError:
        return None
    return began if began and believable(began) else None


def believable(moment: datetime) -> bool:
    """Return whether a start time read from a file is plausible."""
    return moment.year in _YEARS


def nanoseconds(moment: datetime) -> int:
    """Return a time with a zone as nanoseconds since the epoch, UTC."""
    return (moment - _EPOCH) // _MICROSECOND * 1000
