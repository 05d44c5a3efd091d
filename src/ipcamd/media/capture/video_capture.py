"""Video capture: runs the picture source while pictures are wanted, and shows "no signal" while it is silent.

Two threads: one is inside the source, where it may hang; the other watches for silence. Both end soon after pictures
are not wanted any more.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ipcamd.dataclass import dataclass
from ipcamd.media.capture.capture_loop import UNKNOWN_FAILURE, CaptureLoop
from ipcamd.media.capture.signal_timeout import OPENING_S, SilenceLimit
from ipcamd.media.frame import Packet, Picture, Sound
from ipcamd.workers.on_demand import IDLE_S

if TYPE_CHECKING:
    from ipcamd.media.source import Source, Wanted

_log = logging.getLogger(__name__)

SILENT, UNPLUGGED = UNKNOWN_FAILURE, "The source is unplugged."
"""Reasons of a failed source that the "no signal" picture shows."""
PRIVACY = "Pictures and sound are switched off."
"""Reason of the picture that stands for all others while privacy is switched on."""

ASLEEP_S = 0.5
"""A wait that ends so much too late means that the machine slept, or this process was stopped: a source that gave no
picture meanwhile is not silent, and has so long for the next one."""

LATE_NS = 5_000_000_000
"""Longest way of a picture from its capture to here. A picture that was captured longer before "no signal" is not late:
the clock was set."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Waiting times of the capture, in seconds."""

    silence_s: float = 1.8
    """Without a picture for so long there is no signal: viewers are to see it within 2 seconds. A source that is slower
    than that by itself is given more (see `SilenceLimit`)."""
    start_s: float = 4.0
    """The same after the start, before the first picture and without a failure: sources take their time."""
    first_s: float = OPENING_S
    """The same between the first picture and the second: it may be a slow source."""
    blank_s: float = 0.5
    """From one "no signal" picture to the next."""
    retry_s: float = 0.5
    """From a failure to the next attempt; doubled from attempt to attempt ..."""
    longest_s: float = 2.0
    """... up to this, because a source that is back is to be seen within 3 seconds."""
    linger_s: float = 5.0
    """The source goes on for so long after the last viewer left, so that the next one, or a snapshot, is quick."""


class VideoCapture(CaptureLoop):
    """One source of pictures. `run` and `watch` are for a thread each; `deliver` is called by one of them at a time."""

    def __init__(
        self,
        source: "Source",
        deliver: Callable[[Packet | Picture], None],
        blank: "Callable[[Wanted, str], Picture]",
        timeouts: Timeouts | None = None,
        steady_s: Callable[[], float] = time.monotonic,
        wait: Callable[[threading.Condition, float], object] = threading.Condition.wait,
    ) -> None:
        """`deliver` takes each packet and picture; `blank` makes one that says "no signal", and why.

        `steady_s` is a clock that never jumps, in seconds; `wait` waits by it for a condition, which is held, at most
        so many seconds.
        """
        self._timeouts = timeouts or Timeouts()
        super().__init__(f"source {source.name}", self._timeouts.retry_s, self._timeouts.longest_s)
        self.listener: Callable[[Sound], None] | None = None
        """Takes the source's sound, in the source's thread."""
        self.watcher: Callable[[bool], None] = lambda _: None
        """Called when the source begins to be silent (False), and when it is back (True): in a thread, quick."""
        self.has_signal = True
        """Whether the source delivered pictures when they were last wanted."""
        self.pictures = 0
        """Pictures that came from the source since the start."""
        self.refine: Callable[[Wanted], Wanted] = lambda wanted: wanted
        """Adds to what is wanted what changes from picture to picture, in the source's thread."""
        self._source = source
        self._deliver = deliver
        self._blank = blank
        self._steady_s, self._wait = steady_s, wait
        self._delivering = threading.Lock()
        self._wanted: Wanted | None = None
        self._left_s = 0.0
        """When (monotonic) pictures ceased to be needed."""
        self._lost = False
        self._private = False
        self._limit = SilenceLimit(self._timeouts.first_s, self._timeouts.silence_s)
        self._last_picture_s = 0.0
        """When (monotonic) the last real picture came."""
        self._silent_at_s = 0.0
        """When (monotonic) the source counts as silent if no picture comes before."""
        self._blank_at_s = 0.0
        """When (monotonic) the next blank picture may go out."""
        self._packet_ns: int | None = None
        """Time of capture of the last item, if that was a packet."""
        self._last_blank_ns = 0
        """Time of capture of the last blank picture."""

    def demand(self, wanted: "Wanted | None") -> None:
        """Say what is wanted from now on; None for nothing. From any thread."""
        now_s = self._steady_s()
        with self._changed:
            if wanted and not self._needed:
                self._skip_pause, self._blank_at_s = True, now_s
                if self._silent_at_s <= now_s and not self._failing and self._may_open:
                    self._silent_at_s = now_s + self._timeouts.start_s
            if self._needed and not wanted:
                self._left_s = now_s
            self._needed = wanted is not None
            self._wanted = wanted or self._wanted
            self._changed.notify_all()
        if wanted:
            self.wake()

    @property
    def lost(self) -> bool:
        """Whether the virtual device's source is unplugged; may be set, from any thread."""
        return self._lost

    @lost.setter
    def lost(self, lost: bool) -> None:
        with self._changed:
            self._lost = lost
            self._reopen()
        if self._needed:
            self.wake()

    @property
    def private(self) -> bool:
        """Whether privacy is switched on: the source stays closed. May be set, from any thread."""
        return self._private

    @private.setter
    def private(self, private: bool) -> None:
        with self._delivering, self._changed:  # no picture is on its way any more
            self._private = private
            self._reopen()
        if self._needed:
            self.wake()

    @property
    def _may_open(self) -> bool:
        return not self._lost and not self._private

    def _reopen(self) -> None:
        """Let the source be closed, and opened again if it may be; called with `_changed` held."""
        if not self._may_open:
            self._silent_at_s = min(self._silent_at_s, self._steady_s())
        self._skip_pause = True
        self._stop.set()
        self._changed.notify_all()

    def _may_start(self) -> bool:
        return self._needed and self._may_open

    def _may_end(self) -> bool:
        return not self._needed and self._steady_s() - self._left_s > self._timeouts.linger_s

    def _play(self, stop: threading.Event) -> "Iterator[Packet | Picture | Sound]":
        self._limit.restart()
        return self._source.play(self._now_wanted, stop)

    def _now_wanted(self) -> "Wanted":
        assert self._wanted
        return self.refine(self._wanted)

    def _take(self, item: Packet | Picture | Sound) -> None:
        if isinstance(item, Packet) and not item.payload:
            self._deliver(item)
        elif not isinstance(item, Sound):
            with self._delivering:
                if self._private:
                    return
                # a picture may come twice, encoded and decoded
                if item.captured_ns != self._packet_ns:
                    self._note_picture()
                self._packet_ns = item.captured_ns if isinstance(item, Packet) else None
                # times of capture go forward: what was captured before a blank picture comes too late
                if self._needed and not 0 <= self._last_blank_ns - item.captured_ns < LATE_NS:
                    self._deliver(item)
        elif self.listener and not self._private:
            self.listener(item)

    def _note_picture(self) -> None:
        self.pictures += 1
        self._set_signal(True)
        with self._changed:
            self._last_picture_s = self._steady_s()
            self._limit.note_picture(self._last_picture_s)
            silent_at_s = self._last_picture_s + float(self._limit)
            if silent_at_s < self._silent_at_s:
                self._changed.notify_all()
            self._silent_at_s = silent_at_s
            if self._failing:
                self._reason = SILENT
            self._note_success()

    def _note_failure(self, reason: str) -> None:
        super()._note_failure(reason)
        self._silent_at_s = min(self._silent_at_s, self._last_picture_s + self._timeouts.silence_s)

    def _set_signal(self, has_signal: bool) -> None:
        """Note whether there are pictures; called while `_delivering` is held."""
        if has_signal is not self.has_signal:
            self.has_signal = has_signal
            self.watcher(has_signal)

    def watch(self) -> None:
        """Deliver blank pictures while the source is silent, until closed or not needed for a while; for a thread."""
        while self._await_silence():
            self._blank_at_s = self._steady_s() + self._timeouts.blank_s
            try:
                with self._delivering:
                    # the source may have come back while this waited for its turn
                    if self._silent_at_s <= self._steady_s():
                        self._deliver_blank()
            except Exception:  # viewers then keep the last picture, and the source's thread goes on trying
                _log.exception("the picture for no signal could not be made")

    def _deliver_blank(self) -> None:
        reason = PRIVACY if self._private else UNPLUGGED if self._lost else self._reason
        picture = self._blank(self._now_wanted(), reason)
        self._last_blank_ns = picture.captured_ns
        if not self._private:
            self._set_signal(False)
        self._deliver(picture)

    def _await_silence(self) -> bool:
        """Wait until a blank picture is due; False once closed or idle."""
        with self._changed:
            while self._changed.wait_for(lambda: self._needed or self._closed, IDLE_S) and not self._closed:
                due_s = max(self._silent_at_s, self._blank_at_s)
                if due_s <= self._steady_s():
                    return True
                self._wait(self._changed, due_s - self._steady_s())
                self._excuse_sleep(due_s)
            return False

    def _excuse_sleep(self, due_s: float) -> None:
        """Give the source time for a picture if the machine slept; called with `_changed` held, after a wait until
        `due_s`."""
        now_s = self._steady_s()
        if now_s - due_s > ASLEEP_S:
            self._silent_at_s = max(self._silent_at_s, now_s + ASLEEP_S)
