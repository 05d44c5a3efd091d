"""Pipe as a source: raw frames or an encoded stream from standard input or a named pipe."""

import os
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from ipcamd.errors import SourceError
from ipcamd.media.frame import SourceItem
from ipcamd.media.source.pacing import Clock
from ipcamd.media.source.pipe.pipe_format import PipeFormat, parse_format
from ipcamd.media.source.pipe.pipe_reader import PipeReader
from ipcamd.media.source.source import Wanted, raise_config_error

_STDIN = ("", "0")
"""Names of standard input behind ``pipe:``, FFmpeg's."""


class PipeSource:
    """Standard input, or a named pipe (FIFO), that another program writes.

    The pipe stays open while no pictures are needed; the program that writes waits meanwhile.
    """

    def __init__(self, path: str, form: PipeFormat, clock: Clock) -> None:
        """`path` is that of a named pipe, "" for standard input; `clock` gives the capture times."""
        self.name = f"pipe:{path}"
        self.sound = form.may_have_audio
        self._path, self._form, self._clock = path, form, clock
        self._reader: PipeReader | None = None

    def check(self) -> None:
        """See `Source`: the pipe must exist; no program need write yet."""
        with raise_config_error(f"source {self.name}"):
            try:
                mode = (Path(self._path).expanduser().stat() if self._path else os.fstat(0)).st_mode
            except OSError as error:
                raise SourceError(error.strerror) from None
            if self._path and not stat.S_ISFIFO(mode):
                raise SourceError("is not a named pipe; mkfifo makes one")
            if stat.S_ISCHR(mode):
                raise SourceError("standard input is not a pipe; start it as in `program | ipcamd run`")

    def play(self, wanted: Callable[[], Wanted], stop: threading.Event) -> Iterator[SourceItem]:
        """See `Source`."""
        from ipcamd.media.source.pipe.pipe_player import play_pipe
        from ipcamd.media.source.reception import Reception

        if self._reader is None or self._reader.ended:
            self._reader = PipeReader.open(self._path)
        return play_pipe(self._reader, self._form, Reception(wanted, stop, self._clock))


def make_pipe_source(text: str, clock: Clock) -> PipeSource:
    """Return the source that `text` names: ``pipe:PATH?format=...``, or ``-?format=...`` for standard input. Raises
    `ConfigError`."""
    place, _, query = text.partition("?")
    path = "" if place == "-" else place.removeprefix("pipe:")
    with raise_config_error(f"source {place}"):
        return PipeSource("" if path in _STDIN else path, parse_format(query), clock)
