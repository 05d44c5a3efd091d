"""Video file as a source: played in a loop, in real time."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from ipcamd.errors import SourceError
from ipcamd.media.frame import SourceItem
from ipcamd.media.source.pacing import Clock
from ipcamd.media.source.source import Wanted, raise_config_error

if TYPE_CHECKING:
    from ipcamd.media.source.media_file.media_file import MediaFile


class MediaFileSource:
    """Any file that FFmpeg reads: video with or without sound, or a single picture."""

    def __init__(self, path: str, clock: Clock) -> None:
        """`path` is a file's; `clock` gives the capture times."""
        self.name = path
        self.sound = True
        self._path = Path(path).expanduser()
        self._clock = clock

    def check(self) -> None:
        """See `Source`: the file must exist and contain a picture that can be decoded."""
        with raise_config_error(f"source {self.name}"):
            if not self._path.is_file():
                raise SourceError("is not a file" if self._path.exists() else "no such file")
            with closing(self._open()) as file:
                self.sound = file.has_audio
                if next(file.pictures(), None) is None:
                    raise SourceError("contains no picture that can be decoded")

    def play(self, wanted: Callable[[], Wanted], stop: threading.Event) -> Iterator[SourceItem]:
        """See `Source`."""
        from ipcamd.media.source.media_file.loop_player import play_in_loop
        from ipcamd.media.source.reception import Reception

        return play_in_loop(self._open, Reception(wanted, stop, self._clock))

    def _open(self) -> "MediaFile":
        from ipcamd.media.source.ffmpeg import open_local_file
        from ipcamd.media.source.media_file.media_file import MediaFile

        return MediaFile(lambda: open_local_file(self._path))
