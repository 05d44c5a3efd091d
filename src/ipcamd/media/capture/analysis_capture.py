"""Analysis capture: runs a second, smaller stream of the camera (``--analysis-source``) for motion and tampering
detection, so that the main source need not be decoded for them."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from functools import partial

from ipcamd.media.capture.capture_loop import ANALYSIS_RETRY_PAUSE_S, LONGEST_ANALYSIS_RETRY_PAUSE_S, CaptureLoop
from ipcamd.media.frame import Picture, SourceItem
from ipcamd.media.image.frame_processor import FrameProcessor
from ipcamd.media.source.source import Source, Wanted
from ipcamd.workers.thread import call_in_loop


class AnalysisCapture(CaptureLoop):
    """One source of pictures for analysis. `run` is for a thread."""

    def __init__(self, source: Source, main: FrameProcessor) -> None:
        """`main` processes the pictures of the main source; its settings and masks apply to these pictures, too."""
        super().__init__(f"analysis source {source.name}", ANALYSIS_RETRY_PAUSE_S, LONGEST_ANALYSIS_RETRY_PAUSE_S)
        self._tell_change: Callable[[], object] = lambda: None
        self._source, self._main = source, main
        self._processor = main.make_analyser()
        self._wanted: Wanted | None = None

    def watch(self, loop: asyncio.AbstractEventLoop, changed: Callable[[], None]) -> None:
        """Call `changed` in the event loop when the source fails, and when it works again."""
        self._tell_change = partial(call_in_loop, loop, changed)

    def demand(self, wanted: Wanted | None) -> bool:
        """Set the demand; None for nothing. Return whether the main source need not be analysed: False while this
        source fails. From any thread."""
        self._wanted = wanted or self._wanted
        self.need(wanted is not None)
        return self._needed and not self._failing

    def _play(self, stop: threading.Event) -> Iterator[SourceItem]:
        return self._source.play(self._now_wanted, stop)

    def _now_wanted(self) -> Wanted:
        assert self._wanted
        self._processor.limit = self._wanted.size
        return self._wanted

    def _take(self, item: SourceItem) -> None:
        if isinstance(item, Picture):
            if self._failing:
                self._note_success()
                self._tell_change()
            self._processor.settings, self._processor.masks = self._main.settings.without_overlay, self._main.masks
            self._processor.process(item)

    def _note_failure(self, reason: str) -> None:
        super()._note_failure(reason)
        self._tell_change()
