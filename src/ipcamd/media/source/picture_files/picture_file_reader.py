"""Reader of picture files: decodes each again when it has changed, and logs each damaged one once."""

import logging
import stat
from pathlib import Path

import av

from ipcamd.errors import SourceError
from ipcamd.media.decode.picture_decoder import decode_file
from ipcamd.wire.jpeg_scanner import SOI, JpegScanner

_log = logging.getLogger(__name__)

_MOST_BYTES = 64 << 20
"""Largest file that is read."""

Version = tuple[int, int, int]
"""Inode, time of change and size of a file or directory; one with another version is read again."""


class PictureFileReader:
    """Reads files, and keeps the last picture. For one thread."""

    def __init__(self) -> None:
        self.picture: av.VideoFrame | None = None
        """The last complete picture; None before the first one."""
        self.damaged: set[str] = set()
        """Names of files reported in the log as damaged."""
        self._version: Version | None = None
        """Version of the file that was read last; None before the first one."""

    def read_changed(self, path: Path) -> av.VideoFrame:
        """Return the picture of a file, or its last complete version while the file is being written or missing. Raises
        `SourceError` if there is none."""
        try:
            unchanged = read_version(path) == self._version
        except OSError as error:
            raise SourceError(f"cannot be read: {error.strerror}") from None
        picture = self.picture if unchanged else self.read(path) or self.picture
        if picture is None:
            raise SourceError("contains no picture that can be decoded")
        return picture

    def read(self, path: Path) -> av.VideoFrame | None:
        """Read a file; return its picture, or None if it is not a complete one."""
        try:
            self._version = read_version(path)
            with path.open("rb") as file:
                data = file.read(_MOST_BYTES + 1)
            pictures = decode_file(data) if len(data) <= _MOST_BYTES and _is_complete(data) else []
            self.picture = pictures[0] if pictures else self.picture
            problem = "" if pictures else "is not a picture that can be decoded"
        except OSError as error:
            pictures, problem = [], f"cannot be read: {error.strerror}"
        except SourceError as error:
            pictures, problem = [], str(error)
        if problem and path.name not in self.damaged:
            _log.warning("%s %s", path, problem)
        self.damaged = self.damaged | {path.name} if problem else self.damaged - {path.name}
        return pictures[0] if pictures else None


def read_version(path: Path) -> Version:
    """Return the version of a file or directory. Raises ``OSError``, and `SourceError` for anything else."""
    found = path.stat()
    if not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):
        raise SourceError("is neither a file nor a directory")
    return found.st_ino, found.st_mtime_ns, found.st_size


def _is_complete(data: bytes) -> bool:
    """Whether a file is not a JPEG that is still being written, which FFmpeg would show in part."""
    return not data.startswith(SOI) or JpegScanner().find_end(data) > 0
