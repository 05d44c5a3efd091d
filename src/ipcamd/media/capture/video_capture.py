"""Runs the source while pictures are wanted, tries again when it fails, and says "no signal" while it is silent.

Two threads: one is inside the source, where it may hang; the other looks after the silence. Both sleep without a
wake-up while no pictures are wanted.
"""

import logging
import threading
import time
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from ipcamd.errors import SourceError
from ipcamd.media.capture.silence import OPENING_S, SilenceLimit
from ipcamd.media.frame import Picture, Sound

if TYPE_CHECKING:
    from ipcamd.media.source import Source, Wanted

_log = logging.getLogger(__name__)

SILENT, UNPLUGGED = "The source gives no picture.", "The source is unplugged."


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long the capture waits for what, in seconds."""

    silence: float = 1.8
    """Without a picture for so long means no signal: viewers are to see it within 2 seconds. A source that is slower
    than that by itself is waited for longer (see `SilenceLimit`)."""
    start: float = 4.0
    """Without a picture for so long after the start, and without a failure, means the same: sources take their time."""
    first: float = OPENING_S
    """Without a second picture for so long after the first one means the same: it may be a slow source."""
    blank: float = 0.5
    """From one picture that says so to the next."""
    retry: float = 0.5
    """From a failure to the next attempt; doubled from attempt to attempt ..."""
    longest: float = 2.0
    """... up to this, because a source that is back is to be seen within 3 seconds."""
    linger: float = 5.0
    """The source goes on for so long after the last viewer left, so that the next one, or a snapshot, is quick."""


class VideoCapture:
    """One source, and how it fares. `deliver` is called by one thread at a time."""

    def __init__(
        self,
        source: "Source",
        deliver: Callable[[Picture], None],
        blank: "Callable[[Wanted, str], Picture]",
        patience: Timeouts | None = None,
    ) -> None:
        """`deliver` takes each picture; `blank` makes one that says "no signal", and why."""
        self.listener: Callable[[Sound], None] | None = None
        """Takes the source's sound, in the source's thread."""
        self._source = source
        self._deliver = deliver
        self._blank = blank
        self._patience = patience or Timeouts()
        self._delivering = threading.Lock()
        self._changed = threading.Condition()
        """Guards and announces what follows."""
        self._wanted: Wanted | None = None
        self._needed = False
        self._left = 0.0
        """When (monotonic) pictures ceased to be needed."""
        self._lost = False
        self._hurry = False
        self._closed = False
        self._stop = threading.Event()
        """Ends the source's present run."""
        self._limit = SilenceLimit(self._patience.first, self._patience.silence)
        self._failing = False
        self._why = SILENT
        self._seen_at = 0.0
        """When (monotonic) the last real picture came."""
        self._silent_at = 0.0
        """When (monotonic) the source counts as silent if no picture comes before."""
        self._blank_at = 0.0
        """When (monotonic) the next blank picture may go out."""

    def demand(self, wanted: "Wanted | None") -> None:
        """Say what is wanted from now on; None for nothing. From any thread."""
        now = time.monotonic()
        with self._changed:
            if wanted and not self._needed:
                self._hurry, self._blank_at = True, now
                if self._silent_at <= now and not self._failing and not self._lost:
                    self._silent_at = now + self._patience.start
            if self._needed and not wanted:
                self._left = now
            self._needed = wanted is not None
            self._wanted = wanted or self._wanted
            self._changed.notify_all()

    @property
    def lost(self) -> bool:
        """Whether the virtual device's source is unplugged; may be set, from any thread."""
        return self._lost

    @lost.setter
    def lost(self, lost: bool) -> None:
        with self._changed:
            if lost:
                self._silent_at = min(self._silent_at, time.monotonic())
            self._lost, self._hurry = lost, True
            self._stop.set()
            self._changed.notify_all()

    def close(self) -> None:
        """Let both threads end."""
        with self._changed:
            self._closed = True
            self._stop.set()
            self._changed.notify_all()

    def run(self) -> None:
        """Run the source whenever it is needed, until closed; for a thread."""
        pause = 0.0
        while self._await_need(pause):
            pause = self._attempt(pause)

    def _await_need(self, pause: float) -> bool:
        """Wait `pause` seconds, unless there is a hurry, then until pictures are needed; False once closed."""
        with self._changed:
            if pause:
                self._changed.wait_for(lambda: self._hurry or self._closed, pause)
            self._changed.wait_for(lambda: self._closed or (self._needed and not self._lost))
            self._hurry = False
            self._stop = threading.Event()
            return not self._closed

    def _attempt(self, pause: float) -> float:
        """Run the source once; return how long to pause after it, when it was `pause` before."""
        self._limit.restart()
        try:
            self._play(self._stop)
            return 0.0
        except SourceError as error:
            self._why = str(error)
            _log.log(logging.DEBUG if self._failing else logging.WARNING, "source %s: %s", self._source.name, error)
        except Exception:  # the camera outlives whatever one source does
            self._why = SILENT
            _log.exception("source %s failed", self._source.name)
        with self._changed:
            again, self._failing = self._failing, True
            self._silent_at = min(self._silent_at, self._seen_at + self._patience.silence)
            self._changed.notify_all()
        return min(2 * pause, self._patience.longest) if again else self._patience.retry

    def _play(self, stop: threading.Event) -> None:
        """Hand on what the source gives until it is needed no longer. Raises ``SourceError``."""
        items = cast("Generator[Picture | Sound]", self._source.play(self._now_wanted, stop))
        with closing(items):
            for item in items:
                if stop.is_set() or self._lingered():
                    return
                if isinstance(item, Picture):
                    self._real(item)
                elif self.listener:
                    self.listener(item)
        if not stop.is_set():
            raise SourceError("it ended")

    def _now_wanted(self) -> "Wanted":
        assert self._wanted
        return self._wanted

    def _lingered(self) -> bool:
        return not self._needed and time.monotonic() - self._left > self._patience.linger

    def _real(self, picture: Picture) -> None:
        with self._delivering:
            self._heard()
            if self._needed:
                self._deliver(picture)

    def _heard(self) -> None:
        """Note that the source gave a picture."""
        with self._changed:
            self._seen_at = time.monotonic()
            self._limit.note_picture(self._seen_at)
            silent_at = self._seen_at + float(self._limit)
            if silent_at < self._silent_at:
                self._changed.notify_all()
            self._silent_at = silent_at
            if self._failing:
                self._failing, self._why = False, SILENT
                _log.info("source %s is back", self._source.name)

    def watch(self) -> None:
        """Deliver blank pictures while the source is silent, until closed; for a thread."""
        while self._await_silence():
            self._blank_at = time.monotonic() + self._patience.blank
            try:
                with self._delivering:
                    # the source may have come back while this waited for its turn
                    if self._silent_at <= time.monotonic():
                        self._deliver(self._blank(self._now_wanted(), UNPLUGGED if self._lost else self._why))
            except Exception:  # viewers then keep the last picture, and the source's thread goes on trying
                _log.exception("the picture for no signal could not be made")

    def _await_silence(self) -> bool:
        """Wait until a blank picture is due; False once closed."""
        with self._changed:
            while not self._closed:
                rest = max(self._silent_at, self._blank_at) - time.monotonic()
                if self._needed and rest <= 0:
                    return True
                self._changed.wait(rest if self._needed else None)
            return False
