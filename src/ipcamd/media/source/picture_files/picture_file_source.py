"""Picture files as a source: a still picture, or the pictures of a directory one after the other."""

import threading
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

from ipcamd.errors import SourceError
from ipcamd.media.frame import Picture
from ipcamd.media.source.pacing import Clock
from ipcamd.media.source.source import Wanted, raise_config_error
from ipcamd.media.source.source_query import parse_query, parse_rate

_STILL_RATE = Fraction(10)
"""Checks of a still for a change, per second: as often as a still on an HTTP server is requested."""


class PictureFileSource:
    """A still, shown again when its file changes, or the pictures of a directory in a loop, in the order of their names
    (numbers by value)."""

    sound = False

    def __init__(self, path: str, rate: Fraction, clock: Clock) -> None:
        """`path` is that of the file or directory, `rate` the files shown per second; `clock` gives the capture
        times."""
        self.name = path
        self._path, self._rate, self._clock = Path(path).expanduser(), rate, clock

    def check(self) -> None:
        """See `Source`: the file must exist, and one file of a directory, and be a picture that can be decoded."""
        from ipcamd.media.source.picture_files.slideshow import Slideshow

        with raise_config_error(f"source {self.name}"):
            if not self._path.exists():
                raise SourceError("no such file or directory")
            Slideshow(self._path, self._rate).picture_at(Fraction(0))

    def play(self, wanted: Callable[[], Wanted], stop: threading.Event) -> Iterator[Picture]:
        """See `Source`."""
        from ipcamd.media.source.convert import VideoConverter
        from ipcamd.media.source.picture_files.paced_still import show_still
        from ipcamd.media.source.picture_files.slideshow import Slideshow
        from ipcamd.media.source.reception import Reception

        slideshow = Slideshow(self._path, self._rate)
        return show_still(slideshow.picture_at, VideoConverter(), Reception(wanted, stop, self._clock))


def find_picture_files(text: str, clock: Clock) -> PictureFileSource | None:
    """Return the source that `text` names: a directory, optionally with ``?rate=R`` behind it, or a still; None for
    anything else. Reads from the disk. Raises `ConfigError` for a wrong rate."""
    from ipcamd.media.source.picture_files.slideshow import STILL_SUFFIXES

    path, mark, query = text.rpartition("?")
    if mark and not Path(text).expanduser().exists() and Path(path).expanduser().is_dir():
        with raise_config_error(f"source {text}"):
            rate = parse_query(query, {"rate": parse_rate}).get("rate", Fraction(1))
        return PictureFileSource(path, rate, clock)
    if Path(text).expanduser().is_dir():
        return PictureFileSource(text, Fraction(1), clock)
    return PictureFileSource(text, _STILL_RATE, clock) if text.lower().endswith(STILL_SUFFIXES) else None
