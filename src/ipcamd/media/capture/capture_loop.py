"""Capture loop: runs one source while it is needed, and retries it with increasing pauses after failures."""

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from typing import Any, cast

from ipcamd.errors import SourceError
from ipcamd.workers.on_demand import IDLE_S

_log = logging.getLogger(__name__)

UNKNOWN_FAILURE = "The source gives no picture."
"""Reason of a failure for which the source gives none."""


RETRY_PAUSE_S = 0.5
"""First pause after a failure of the picture source, in seconds; each attempt doubles it."""
LONGEST_RETRY_PAUSE_S = 2.0
"""Longest pause after a failure of the picture source: viewers see a source within 3 seconds of its return."""
AUDIO_RETRY_PAUSE_S = 0.5
"""First pause after a failure of a source of sound (``--audio``)."""
LONGEST_AUDIO_RETRY_PAUSE_S = 10.0
"""Longest pause after a failure of a source of sound."""
ANALYSIS_RETRY_PAUSE_S = 1.0
"""First pause after a failure of ``--analysis-source``, which the main source replaces meanwhile."""
LONGEST_ANALYSIS_RETRY_PAUSE_S = 30.0
"""Longest pause after a failure of ``--analysis-source``."""


class CaptureLoop(ABC):
    """Base class of video and audio capture. `run` is for a thread, which sleeps while nothing is needed."""

    def __init__(self, label: str, retry_s: float, longest_s: float) -> None:
        """`label` names the source in logs. The pause after a failure increases from `retry_s` to `longest_s`
        (seconds)."""
        self._label, self._retry_s, self._longest_s = label, retry_s, longest_s
        self._changed = threading.Condition()
        """Condition for the attributes below."""
        self._needed = False
        self._closed = False
        self._skip_pause = False
        self._failing = False
        self._stop = threading.Event()
        """Ends the present run of the source."""
        self.wake: Callable[[], None] = lambda: None
        """Called when the threads have work."""
        self._reason = UNKNOWN_FAILURE

    def need(self, needed: bool) -> None:
        """Set whether the source is needed; its run ends at once when it is not. From any thread."""
        with self._changed:
            self._needed = needed
            if not needed:
                self._stop.set()
            self._changed.notify_all()
        if needed:
            self.wake()

    def close(self) -> None:
        """End the threads."""
        with self._changed:
            self._closed = True
            self._stop.set()
            self._changed.notify_all()

    def run(self) -> None:
        """Run the source whenever it is needed, until closed or not needed for a while."""
        pause_s = 0.0
        while self._await_need(pause_s):
            pause_s = self._attempt(pause_s)

    @abstractmethod
    def _play(self, stop: threading.Event) -> Iterator[Any]:
        """Start the source; yield its items."""

    @abstractmethod
    def _take(self, item: Any) -> None:
        """Deliver an item of the source."""

    def _may_start(self) -> bool:
        return self._needed

    def _may_end(self) -> bool:
        """Whether an unneeded run has lasted long enough to end."""
        return not self._needed

    def _await_need(self, pause_s: float) -> bool:
        """Wait for the pause, unless it is skipped, then until the source may start; False if closed or idle."""
        with self._changed:
            if pause_s:
                self._changed.wait_for(lambda: self._skip_pause or self._closed, pause_s)
            self._changed.wait_for(lambda: self._closed or self._may_start(), IDLE_S)
            self._skip_pause = False
            self._stop = threading.Event()
            return not self._closed and self._may_start()

    def _attempt(self, pause_s: float) -> float:
        """Run the source once; return the next pause. `pause_s` is the previous one."""
        stop = self._stop
        try:
            self._run_once(stop)
            return 0.0
        except SourceError as error:
            if stop.is_set():  # that is why the source ended
                return 0.0
            reason = str(error)
            _log.log(logging.DEBUG if self._failing else logging.WARNING, "%s: %s", self._label, reason)
        except Exception:  # a failing source must not end the camera
            reason = UNKNOWN_FAILURE
            _log.exception("%s failed", self._label)
        with self._changed:
            again, self._failing = self._failing, True
            self._note_failure(reason)
            self._changed.notify_all()
        return min(2 * pause_s, self._longest_s) if again else self._retry_s

    def _note_failure(self, reason: str) -> None:
        """Record the reason of a failure; called with `_changed` held."""
        self._reason = reason

    def _run_once(self, stop: threading.Event) -> None:
        with closing(cast("Generator[Any]", self._play(stop))) as items:
            for item in items:
                if stop.is_set() or self._may_end():
                    return
                self._take(item)
        raise SourceError("it ended")

    def _note_success(self) -> None:
        """Record that the source works."""
        if self._failing:
            self._failing = False
            _log.info("%s is back", self._label)
