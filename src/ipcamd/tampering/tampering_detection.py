"""Tampering detection service: looks at two pictures a second, of those that are there for viewers and recordings.

While something waits for tampering, the source runs for it alone: one picture a second.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from ipcamd.media.image.analysis_tap import AnalysisFrame
from ipcamd.media.pipeline import Pipeline

if TYPE_CHECKING:  # brings numpy
    from ipcamd.tampering.detector import TamperingDetector

_log = logging.getLogger(__name__)


class TamperingDetection:
    """Detects while it is started. It needs no thread: a picture takes a fraction of a millisecond."""

    def __init__(
        self,
        pipeline: Pipeline,
        head: Callable[[], object] = lambda: None,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """`head` returns the position of the camera's own motors, which change the picture; `now_s` is a monotonic
        clock, in seconds. Both are called in a media thread."""
        self._analysis = pipeline.analysis
        self._head = head
        self._now_s = now_s
        self._detector: TamperingDetector | None = None
        self._has_failed = False

    def start(self, changed: Callable[[Mapping[int, bool]], None]) -> None:
        """Detect from now on. `changed` is called in the event loop with the states of all `Tampering`, when one of
        them has changed."""
        loop, last = asyncio.get_running_loop(), dict[int, bool]()

        def take(frame: AnalysisFrame) -> None:
            nonlocal last
            before, last = last, dict(self._detect(frame) or last)
            if last != before:
                with suppress(RuntimeError):  # the loop was closed at the end of the camera
                    loop.call_soon_threadsafe(changed, last)

        self._analysis.take_sample = take

    def need(self, needed: bool) -> None:
        """Let the source run for tampering even while no stream has viewers, or not."""
        self._analysis.need_samples(needed)

    def stop(self) -> None:
        """Detect no more."""
        self._analysis.take_sample = None

    def _detect(self, frame: AnalysisFrame) -> Mapping[int, bool] | None:
        """Return the states; None if they could not be told."""
        from ipcamd.tampering.detector import TamperingDetector

        self._detector = self._detector or TamperingDetector()
        try:
            return self._detector.detect(frame, self._now_s(), self._head())
        except Exception:  # no picture may end the thread
            if not self._has_failed:
                _log.exception("tampering detection failed")
            self._has_failed, self._detector = True, None
            return None
