"""Frame processor: transforms each captured picture once, for all encoders."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Protocol

from ipcamd.dataclass import dataclass
from ipcamd.media.frame import Picture
from ipcamd.media.image.analysis_tap import AnalysisTap
from ipcamd.media.image.focus_meter import FocusMeter
from ipcamd.media.image.image_settings import ImageSettings
from ipcamd.media.image.light_meter import LightMeter
from ipcamd.media.image.view import WHOLE, View
from ipcamd.media.mask.mask import Mask, MaskSet

if TYPE_CHECKING:  # imports PyAV
    import av

    from ipcamd.media.image.blur import Blurrer
    from ipcamd.media.image.crop import Cropper
    from ipcamd.media.image.picture_adjustment import PictureAdjustment
    from ipcamd.media.image.scale import ProcessedFrame


class PictureOutput(Protocol):
    """Output of processed pictures to one stream."""

    def admits(self, picture: Picture) -> bool:
        """Return whether it needs this picture."""

    def put(self, processed: "ProcessedFrame") -> None:
        """Queue the processed picture."""


@dataclass(frozen=True, slots=True)
class _Stages:
    """Stages of processing whose modules import PyAV: media threads import them once, not for each picture."""

    cover: "Callable[[av.VideoFrame, tuple[Mask, ...]], None]"
    cropper: "Cropper"
    blurrer: "Blurrer"
    adjustment: "PictureAdjustment"
    make_processed: "type[ProcessedFrame]"


class FrameProcessor:
    """Transforms pictures. `process` is for one thread at a time."""

    def __init__(
        self,
        analysis: AnalysisTap,
        settings: ImageSettings,
        clock_ns: Callable[[], int],
        local: Callable[[int], datetime],
        view: Callable[[], View] = lambda: WHOLE,
        focus_meter: FocusMeter | None = None,
        light_meter: LightMeter | None = None,
    ) -> None:
        """`analysis` gets processed pictures without overlay; see `Pipeline` for the clocks. `view` is read for each
        picture, in a media thread. `local` converts capture times to local time for the overlay."""
        self.settings = settings
        """May be replaced at any time; takes effect with the next picture."""
        self.masks = MaskSet()
        """Places to cover. May be replaced at any time; take effect with the next picture."""
        self.analyses = True
        """Whether the pictures are offered for analysis. May be replaced at any time."""
        self.limit = (0, 0)
        """Largest size of all streams: width and height. May be replaced at any time."""
        self.size = (0, 0)
        """Width and height of the newest picture, in pixels."""
        self.outputs: Sequence[PictureOutput] = ()
        """Outputs of the streams with viewers. May be replaced at any time."""
        self._analysis = analysis
        self._clock_ns = clock_ns
        self._local = local
        self._view = view
        self._focus_meter = focus_meter or FocusMeter()
        self._light_meter = light_meter or LightMeter()
        self._stages: _Stages | None = None

    def make_analyser(self) -> "FrameProcessor":
        """Return a processor for pictures of another source that show the same and are for analysis only."""
        return FrameProcessor(self._analysis, self.settings, self._clock_ns, self._local, self._view)

    def prepare(self) -> _Stages:
        """Import the stages of processing before the first viewer, and return them; to be called in a media thread."""
        from ipcamd.media.image.blur import Blurrer
        from ipcamd.media.image.crop import Cropper
        from ipcamd.media.image.picture_adjustment import PictureAdjustment
        from ipcamd.media.image.scale import ProcessedFrame
        from ipcamd.media.mask.cover import cover

        self._stages = _Stages(cover, Cropper(), Blurrer(), PictureAdjustment(self._local), ProcessedFrame)
        return self._stages

    @property
    def change(self) -> str:
        """Short description of the change of the source's pictures by settings and view, without masks; "" for none."""
        return self.settings.change or self._view().change

    def process(self, picture: Picture) -> None:
        """Process a picture and pass it to the outputs that need it."""
        self._light_meter.offer(picture)
        outputs = [output for output in self.outputs if output.admits(picture)]
        if not outputs and not (self.analyses and self._analysis.wanted) and not self._focus_meter.wanted:
            return
        stages = self._stages or self.prepare()
        viewed_s, view = time.monotonic(), self._view()
        settings, masks = self.settings, self.masks
        if picture.signal:
            if masks.masks:
                stages.cover(picture.video, masks.masks)
        else:  # keep the text of a "no signal" picture readable
            settings, view = replace(settings, mirror=False, flip=False), View(grey=view.grey)
        if view.grey:
            settings = replace(settings, saturation=0)
        seen = stages.cropper.crop(picture.video, view.mirrored(settings.mirror, settings.flip), self.limit)
        seen = stages.blurrer.blur(seen, view.blur)
        if picture.signal and self._focus_meter.wanted:
            self._focus_meter.offer(seen, viewed_s, (self._clock_ns() - picture.captured_ns) / 1e9)
        offer = partial(self._analysis.offer, picture=picture, settings=settings, view=view, masks=masks.masks)
        made = stages.adjustment.apply(seen, picture.captured_ns, settings, offer if self.analyses else None)
        processed = stages.make_processed(made, picture.captured_ns, masks.version)
        self.size = made.width, made.height
        for output in outputs:
            output.put(processed)
