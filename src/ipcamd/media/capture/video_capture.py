"""Video capture: runs the picture source while pictures are needed, and delivers "no signal" while it is silent.

It uses two threads: one runs the source, where it may hang; the other detects silence. Both end soon after the last
demand.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator

from ipcamd.dataclass import dataclass
from ipcamd.media.capture.capture_loop import LONGEST_RETRY_PAUSE_S, RETRY_PAUSE_S, UNKNOWN_FAILURE, CaptureLoop
from ipcamd.media.frame import AudioChunk, Packet, Picture, SourceItem
from ipcamd.media.source.source import Source, Wanted
from ipcamd.media.source.source_timeout import OPENING_S, SourceTimeout
from ipcamd.workers.on_demand import IDLE_S

_log = logging.getLogger(__name__)

SILENT = UNKNOWN_FAILURE
"""Reason in the "no signal" picture of a source that sends nothing."""
UNPLUGGED = "The source is unplugged."
"""Reason in the "no signal" picture of an unplugged source."""
PRIVACY = "Pictures and sound are switched off."
"""Reason in the picture that replaces all others while privacy is on."""

ASLEEP_S = 0.5
"""A wait that ends this much too late means that the machine or process was suspended. The source is then not silent,
and gets this much time for the next picture."""

LATE_NS = 5_000_000_000
"""Longest time from the capture of a picture to its arrival here. An older picture from before "no signal" is not late:
the clock was set."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Waiting times of the capture, in seconds."""

    silence_s: float = 1.8
    """Time without a picture after which there is no signal, so that viewers see it within 2 seconds. A slower source
    gets more time (see `SourceTimeout`)."""
    start_s: float = 4.0
    """The same after a start, before the first picture and without a failure: sources need time to start."""
    first_s: float = OPENING_S
    """The same between the first picture and the second, because the source may be slow."""
    blank_s: float = 0.5
    """Interval of "no signal" pictures."""
    retry_s: float = RETRY_PAUSE_S
    """First pause after a failure; each attempt doubles it."""
    longest_s: float = LONGEST_RETRY_PAUSE_S
    """Longest pause after a failure."""
    linger_s: float = 5.0
    """Time for which the source continues after the last viewer has left, so that the next one need not wait."""


class VideoCapture(CaptureLoop):
    """One source of pictures. `run` and `watch` are for one thread each; only one of them calls `deliver` at a time."""

    def __init__(
        self,
        source: Source,
        deliver: Callable[[Packet | Picture], None],
        blank: Callable[[Wanted, str], Picture],
        timeouts: Timeouts | None = None,
        steady_s: Callable[[], float] = time.monotonic,
        wait: Callable[[threading.Condition, float], object] = threading.Condition.wait,
    ) -> None:
        """`deliver` gets each packet and picture; `blank` makes a "no signal" picture with a reason. `steady_s` is a
        clock that never jumps, in seconds; `wait` waits for a condition, which is held, at most this many seconds."""
        self._timeouts = timeouts or Timeouts()
        super().__init__(f"source {source.name}", self._timeouts.retry_s, self._timeouts.longest_s)
        self.listener: Callable[[AudioChunk], None] | None = None
        """Gets the source's sound, in the source's thread."""
        self.watcher: Callable[[bool], None] = lambda _: None
        """Called when the source becomes silent (False), and when it is back (True), in a thread; must be quick."""
        self.has_signal = True
        """Whether the source delivered pictures when they were last needed."""
        self.pictures = 0
        """Pictures from the source since the start."""
        self.refine: Callable[[Wanted], Wanted] = lambda wanted: wanted
        """Adds the demand that varies from picture to picture, in the source's thread."""
        self._source = source
        self._deliver = deliver
        self._blank = blank
        self._steady_s, self._wait = steady_s, wait
        self._delivering = threading.Lock()
        self._wanted: Wanted | None = None
        self._left_s = 0.0
        """Monotonic time since which pictures are not needed."""
        self._lost = False
        self._private = False
        self._limit = SourceTimeout(self._timeouts.first_s, self._timeouts.silence_s)
        self._last_picture_s = 0.0
        """Monotonic time of the last picture from the source."""
        self._silent_at_s = 0.0
        """Monotonic time at which the source counts as silent without another picture."""
        self._blank_at_s = 0.0
        """Monotonic time of the next blank picture."""
        self._packet_ns: int | None = None
        """Capture time of the last item, if it was a packet."""
        self._last_blank_ns = 0
        """Capture time of the last blank picture."""

    def demand(self, wanted: Wanted | None) -> None:
        """Set the demand; None for nothing. From any thread."""
        now_s = self._steady_s()
        with self._changed:
            if wanted and not self._needed:
                self._skip_pause, self._blank_at_s = True, now_s
                self._allow_start(now_s)
            if self._needed and not wanted:
                self._left_s = now_s
            self._needed = wanted is not None
            self._wanted = wanted or self._wanted
            self._changed.notify_all()
        if wanted:
            self.wake()

    @property
    def linger_s(self) -> float:
        """Seconds for which the source continues after the last viewer has left."""
        return self._timeouts.linger_s

    @property
    def lost(self) -> bool:
        """Whether the virtual device's source is disconnected; may be set, from any thread."""
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
        with self._delivering, self._changed:  # no more pictures are in delivery
            self._private = private
            self._reopen()
        if self._needed:
            self.wake()

    @property
    def _may_open(self) -> bool:
        return not self._lost and not self._private

    def _reopen(self) -> None:
        """Close the source, so that it is opened again if permitted; called with `_changed` held."""
        now_s = self._steady_s()
        if not self._may_open:
            self._silent_at_s = min(self._silent_at_s, now_s)
        if self._needed:
            self._allow_start(now_s)
        self._skip_pause = True
        self._stop.set()
        self._changed.notify_all()

    def _allow_start(self, now_s: float) -> None:
        """Give a source that is silent and has not failed the time that it needs to start; called with `_changed`
        held."""
        if self._silent_at_s <= now_s and not self._failing and self._may_open:
            self._silent_at_s = now_s + self._timeouts.start_s

    def _may_start(self) -> bool:
        return self._needed and self._may_open

    def _may_end(self) -> bool:
        return not self._needed and self._steady_s() - self._left_s > self._timeouts.linger_s

    def _play(self, stop: threading.Event) -> Iterator[SourceItem]:
        self._limit.restart()
        return self._source.play(self._now_wanted, stop)

    def _now_wanted(self) -> Wanted:
        assert self._wanted
        if self._may_end():  # here, because a source of encoded pictures yields none while unneeded
            self._stop.set()
        return self.refine(self._wanted)

    def _take(self, item: SourceItem) -> None:
        if isinstance(item, Packet) and not item.payload:
            self._deliver(item)
        elif not isinstance(item, AudioChunk):
            with self._delivering:
                if self._private:
                    return
                # a picture may arrive twice, encoded and decoded
                is_kept = isinstance(item, Packet) and item.is_kept
                if item.captured_ns != self._packet_ns and not is_kept:
                    self._note_picture()
                self._packet_ns = item.captured_ns if isinstance(item, Packet) else None
                # capture times must increase: drop pictures captured before the last blank picture
                # streams without viewers still get the packets for the next viewer
                is_due = self._needed or isinstance(item, Packet)
                if is_due and not 0 <= self._last_blank_ns - item.captured_ns < LATE_NS:
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
        """Record whether there are pictures; called with `_delivering` held."""
        if has_signal is not self.has_signal:
            self.has_signal = has_signal
            self.watcher(has_signal)

    def watch(self) -> None:
        """Deliver blank pictures while the source is silent, until closed or not needed for a while; for a thread."""
        while self._await_silence():
            self._blank_at_s = self._steady_s() + self._timeouts.blank_s
            try:
                with self._delivering:
                    # the source may have returned while this waited for the lock
                    if self._silent_at_s <= self._steady_s():
                        self._deliver_blank()
            except Exception:  # viewers keep the last picture, and the source's thread keeps trying
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
                self._ignore_sleep(due_s)
            return False

    def _ignore_sleep(self, due_s: float) -> None:
        """Give the source time for a picture after a suspension; called with `_changed` held, after a wait until
        `due_s`."""
        now_s = self._steady_s()
        if now_s - due_s > ASLEEP_S:
            self._silent_at_s = max(self._silent_at_s, now_s + ASLEEP_S)
