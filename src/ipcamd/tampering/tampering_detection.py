"""Tampering detection service: evaluates one of the pictures per second that viewers and recordings need anyway.

While an alarm is configured for tampering, the source also runs without viewers, at one picture per second.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from ipcamd.media.image.analysis_tap import AnalysisFrame
from ipcamd.media.pipeline import Pipeline
from ipcamd.workers.thread import call_in_loop

if TYPE_CHECKING:  # imports numpy
    from ipcamd.tampering.detector import TamperingDetector

_log = logging.getLogger(__name__)


class TamperingDetection:
    """Detects tampering while started. It needs no thread, because a picture takes a fraction of a millisecond."""

    def __init__(
        self,
        pipeline: Pipeline,
        head: Callable[[], object] = lambda: None,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """`head` returns the position of the camera's motors, which change the picture; `now_s` is a monotonic clock in
        seconds.

        A media thread calls both.
        """
        self._analysis = pipeline.analysis
        self._head = head
        self._now_s = now_s
        self._detector: TamperingDetector | None = None
        self._has_failed = False

    def start(self, changed: Callable[[Mapping[int, bool]], None]) -> None:
        """Start detection.

        `changed` is called in the event loop with the states of all `Tampering` when one of them has changed.
        """
        loop, last = asyncio.get_running_loop(), dict[int, bool]()

        def take(frame: AnalysisFrame) -> None:
            nonlocal last
            before, last = last, dict(self._detect(frame) or last)
            if last != before:
                call_in_loop(loop, changed, last)

        self._analysis.take_sample = take

    def need(self, needed: bool) -> None:
        """Set whether the source runs for tampering detection when no stream has viewers."""
        self._analysis.need_samples(needed)

    def stop(self) -> None:
        """Stop detection."""
        self._analysis.take_sample = None

    def _detect(self, frame: AnalysisFrame) -> Mapping[int, bool] | None:
        """Return the states; None if they could not be determined."""
        from ipcamd.tampering.detector import TamperingDetector

        self._detector = self._detector or TamperingDetector()
        try:
            return self._detector.detect(frame, self._now_s(), self._head())
        except Exception:  # an error must not end the media thread
            if not self._has_failed:
                _log.exception("tampering detection failed")
            self._has_failed, self._detector = True, None
            return None
