"""Recording: a file on the SD card, and its name (SDK 14): ``<ModelName>-MMDDYYYY-HHMMSS.avi``, local start time.

Single pictures end with ``.jpg``, clips in MP4 with ``.mp4``.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from ipcamd.dataclass import dataclass

RECORD, EVENT = "record", "event"
"""Folders of the card."""
FOLDERS = (RECORD, EVENT)
"""Continuous recordings, and what events made."""

NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.-]{0,47}-([0-9]{8}-[0-9]{6})\.(avi|jpg|mp4)")
"""Pattern of a whole file name; all other files on the card belong to others and are left alone."""

TYPES = {"avi": "video/x-msvideo", "jpg": "image/jpeg", "mp4": "video/mp4"}
"""Content types by the names' endings."""

TRIES = 120
"""Names, one a second, that are tried before giving up: after the clock was set back some are taken."""

_FORM = "%m%d%Y-%H%M%S"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_YEARS = range(1970, 2200)
"""Years that are believed: the store has room for their nanoseconds."""
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Recording:
    """Facts about a file that need no reading."""

    folder: str
    name: str
    size_bytes: int
    modified_ns: int
    """Time of the file's last change, by its file system."""
    started_ns: int
    """Time of its first picture, since the epoch, UTC."""
    ended_ns: int
    writing: bool = False
    """It is being written just now."""

    @property
    def key(self) -> tuple[str, str]:
        """Unique key."""
        return self.folder, self.name

    @property
    def content_type(self) -> str:
        """Its MIME type."""
        return TYPES[self.name[-3:]]


@dataclass(frozen=True, slots=True)
class Segments:
    """Segments of a recording that browsers cannot play as it is; each is encoded on request. Or the whole."""

    length_s: float
    """Length of the recording."""
    frame_s: float
    """Length of a slot for a picture."""
    segment_s: float | None
    """Length of each segment; the last one may be shorter. None: browsers play the whole."""
    has_audio: bool


def name_of(model: str, began: datetime, ending: str = "avi") -> str:
    """Return the name of a file that began at this local time."""
    plain = re.sub("[^0-9A-Za-z_.-]", "_", model)[:48].lstrip("_.-") or "camera"
    # strftime writes years before 1000 without leading zeros; the camera's clock begins in 1971
    return f"{plain}-{began.strftime(_FORM)}.{ending}"


def free_names(model: str, began: datetime, ending: str = "avi") -> Iterator[str]:
    """Give the name of a file that began at this local time, then those to take instead if there is such a file."""
    return (name_of(model, began + timedelta(seconds=second), ending) for second in range(TRIES))


def began_by(name: str) -> datetime | None:
    """Return the local time, without a zone, that a name tells; None if it is no name of a recording."""
    match = NAME.fullmatch(name)
    try:
        began = datetime.strptime(match[1], _FORM) if match else None
    except ValueError:
        return None
    return began if began and believable(began) else None


def believable(moment: datetime) -> bool:
    """Return whether something may have been recorded then; the file may contain anything."""
    return moment.year in _YEARS


def nanoseconds(moment: datetime) -> int:
    """Return a time with a zone as nanoseconds since the epoch, UTC."""
    return (moment - _EPOCH) // _MICROSECOND * 1000
