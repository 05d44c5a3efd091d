"""Between the capture and the streams: each picture is finished once, then handed to every stream that is watched."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from ipcamd.media.frame import Picture
from ipcamd.media.image.analysis import AnalysisTap
from ipcamd.media.image.image_settings import ImageSettings
from ipcamd.media.latest_value import LatestValue
from ipcamd.media.meter import Meter

if TYPE_CHECKING:  # brings PyAV
    from ipcamd.media.image.scale import ProcessedFrame
    from ipcamd.media.image.transform import Transform


class FrameProcessor:
    """Transforms pictures. `process` is for one thread at a time."""

    def __init__(
        self,
        outputs: "Sequence[LatestValue[ProcessedFrame]]",
        analysis: AnalysisTap,
        look: ImageSettings,
        clock_ns: Callable[[], int],
        local: Callable[[int], datetime],
    ) -> None:
        """`outputs` are those of all who want finished pictures, `analysis` takes them before the overlay; see
        `ipcamd.media.pipeline.Pipeline` for the clocks."""
        self.look = look
        """May be replaced at any time; acts from the next picture."""
        self.meter = Meter()
        self.size = (0, 0)
        """Width and height of the newest picture, in pixels."""
        self._outputs = outputs
        self._analysis = analysis
        self._clock_ns = clock_ns
        self._local = local
        self._transform: Transform | None = None

    def prepare(self) -> None:
        """Import what pictures need, while nobody waits for it yet; for the first media thread."""
        from ipcamd.media.image.transform import Transform

        self._transform = self._transform or Transform(self._stamp)

    def process(self, picture: Picture) -> None:
        """Finish a picture and offer it to the slots that are wanted."""
        outputs = [latest for latest in self._outputs if latest.wanted]
        if not outputs and not self._analysis.wanted:
            return
        from ipcamd.media.image.scale import ProcessedFrame

        self.prepare()
        assert self._transform
        began = time.thread_time()
        # what is to be read must not be mirrored
        look = self.look if picture.signal else replace(self.look, mirror=False, flip=False)
        seen = partial(self._analysis.take, picture=picture, look=look)
        processed = ProcessedFrame(
            self._transform.apply(picture.video, picture.captured_ns, look, seen), picture.captured_ns
        )
        self.size = processed.frame.width, processed.frame.height
        for latest in outputs:
            latest.put(processed)
        self.meter.count(0, time.thread_time() - began, (self._clock_ns() - picture.captured_ns) / 1e9)

    def _stamp(self, captured_ns: int) -> str:
        return f"{self._local(captured_ns):%Y-%m-%d %H:%M:%S}"
