"""Runs a source of sound of its own (``--audio``) while it is needed, and tries again when it fails."""

import logging
import threading
from collections.abc import Callable, Generator
from contextlib import closing
from typing import TYPE_CHECKING, cast

from ipcamd.errors import SourceError
from ipcamd.media.frame import Sound

if TYPE_CHECKING:
    from ipcamd.media.sound import AudioSource

_log = logging.getLogger(__name__)

RETRY = 0.5
"""Seconds from a failure to the next attempt; doubled from attempt to attempt ..."""
LONGEST = 10.0
"""... up to this."""


class AudioCapture:
    """One instrument, and how it fares. `run` is for a thread, which sleeps while nobody listens."""

    def __init__(self, instrument: "AudioSource", hear: Callable[[Sound], None]) -> None:
        """`hear` takes the sound, in that thread."""
        self._instrument = instrument
        self._hear = hear
        self._changed = threading.Condition()
        self._needed = False
        self._closed = False
        self._stop = threading.Event()
        self._failing = False

    def need(self, needed: bool) -> None:
        """Say whether sound is needed; from any thread."""
        with self._changed:
            self._needed = needed
            if not needed:
                self._stop.set()
            self._changed.notify_all()

    def close(self) -> None:
        """Let the thread end."""
        with self._changed:
            self._closed = True
            self._stop.set()
            self._changed.notify_all()

    def run(self) -> None:
        """Record whenever it is needed, until closed."""
        pause = 0.0
        while self._await_need(pause):
            pause = self._attempt(pause)

    def _await_need(self, pause: float) -> bool:
        with self._changed:
            if pause:
                self._changed.wait_for(lambda: self._closed, pause)
            self._changed.wait_for(lambda: self._closed or self._needed)
            self._stop = threading.Event()
            return not self._closed

    def _attempt(self, pause: float) -> float:
        """Record once; return how long to pause after it, when it was `pause` before."""
        try:
            self._record(self._stop)
            return 0.0
        except SourceError as error:
            _log.log(logging.DEBUG if self._failing else logging.WARNING, "audio %s: %s", self._instrument.name, error)
        except Exception:  # the camera outlives whatever one source does
            _log.exception("audio %s failed", self._instrument.name)
        self._failing = True
        return min(2 * pause, LONGEST) if pause else RETRY

    def _record(self, stop: threading.Event) -> None:
        with closing(cast("Generator[Sound]", self._instrument.play(stop))) as sounds:
            for sound in sounds:
                if stop.is_set():
                    return
                if self._failing:
                    self._failing = False
                    _log.info("audio %s is back", self._instrument.name)
                self._hear(sound)
        if not stop.is_set():
            raise SourceError("it ended")
