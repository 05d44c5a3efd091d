"""Analysis tap: small grey pictures for motion and tampering detection, taken before the overlay is drawn."""

import threading
from collections.abc import Callable
from enum import Enum
from math import ceil, floor
from typing import TYPE_CHECKING, cast

from ipcamd.dataclass import dataclass
from ipcamd.media.frame import Picture
from ipcamd.media.frame_decimator import FrameDecimator
from ipcamd.media.image.image_settings import ImageSettings
from ipcamd.media.image.view import WHOLE, View
from ipcamd.media.latest_value import LatestValue
from ipcamd.media.mask.mask import Mask

if TYPE_CHECKING:  # imports PyAV and numpy
    import av
    import numpy as np
    from numpy.typing import NDArray

    from ipcamd.media.planes import Plane

RATE = 15
"""Most analysis frames per second."""
SAMPLE_RATE = 1
"""Most analysis frames per second for samples."""
WIDTH = 160
"""Pixels per row; each is the mean of the pixels that it covers. The aspect ratio is kept."""


class Demand(Enum):
    """Condition under which analysis frames are wanted."""

    NEVER = "never"
    WHILE_WATCHED = "while watched"
    """While a stream has viewers, so that pictures exist anyway."""
    ALWAYS = "always"
    """Always, even if the source runs for them only."""


@dataclass(frozen=True, slots=True)
class AnalysisFrame:
    """One picture, small and grey."""

    plane: "Plane | None"
    """Rows by columns, 0 to 255; None without signal."""
    captured_ns: int
    """Nanoseconds since the epoch, UTC, by the camera's clock, which may jump."""
    view: int
    """Changes when the picture is moved, masked, mirrored or brightened, changes its aspect ratio, or loses the signal;
    frames with different values are not comparable."""
    visible: "NDArray[np.bool_] | None" = None
    """Pixels of `plane` that no mask covers; None: all. The others are 0."""


class AnalysisTap:
    """Offers analysis frames to one consumer, in `latest`, and some of them to `take_sample`. Each is scaled once."""

    def __init__(self, changed: Callable[[], None]) -> None:
        """`changed` is called when `demand` has changed."""
        self.latest: LatestValue[AnalysisFrame] = LatestValue()
        self._demand_level = Demand.NEVER
        self._changed = changed
        self._decimator = FrameDecimator(RATE)
        self.take_sample: Callable[[AnalysisFrame], None] | None = None
        """Gets samples of pictures that exist anyway, in a media thread; None: no samples."""
        self._samples_needed = False
        self._sample_decimator = FrameDecimator(SAMPLE_RATE)
        self._view = 0
        self._applied: tuple[ImageSettings, View, tuple[Mask, ...], tuple[int, int]] | None = None
        self._reformat: Callable[..., av.VideoFrame] | None = None
        self._offering = threading.Lock()
        """While one source takes over from another, both may offer pictures."""

    @property
    def demand(self) -> Demand:
        """Condition under which analysis frames are wanted; set in the event loop."""
        return self._demand_level

    @demand.setter
    def demand(self, demand: Demand) -> None:
        self._demand_level = demand
        wanted = demand is not Demand.NEVER
        if wanted != self.latest.wanted:
            self.latest.set_wanted(wanted)
        self._changed()

    def need_samples(self, needed: bool) -> None:
        """Set whether the source runs for samples without viewers; for the event loop."""
        self._samples_needed = needed
        self._changed()

    @property
    def wanted(self) -> bool:
        """Whether pictures must be processed for analysis; from any thread."""
        return self.latest.wanted or self._samples_needed

    @property
    def rate(self) -> int:
        """Frame rate at which pictures must be processed for analysis now; from any thread."""
        return RATE if self.latest.wanted else SAMPLE_RATE if self._samples_needed else 0

    @property
    def source_rate(self) -> int:
        """Frame rate at which the source must run even without viewers; 0 if it need not."""
        if self._demand_level is Demand.ALWAYS:
            return RATE
        return SAMPLE_RATE if self._samples_needed else 0

    def offer(
        self,
        frame: "av.VideoFrame",
        picture: Picture,
        settings: ImageSettings,
        view: View = WHOLE,
        masks: tuple[Mask, ...] = (),
    ) -> None:
        """Offer `frame`, which is `view` of `picture` with `settings` applied, without the overlay. Nothing is detected
        under `masks`, not even in a mosaic. From any thread."""
        with self._offering:
            self._offer(frame, picture, settings, view, masks)

    def _offer(
        self, frame: "av.VideoFrame", picture: Picture, settings: ImageSettings, view: View, masks: tuple[Mask, ...]
    ) -> None:
        is_blank = not picture.signal
        is_due = self.latest.wanted and (self._decimator.selects(picture.captured_ns) or is_blank)
        sampling = self.take_sample if is_blank or self._sample_decimator.selects(picture.captured_ns) else None
        if not is_due and not sampling:
            return
        plane = self._scale_down(frame) if picture.signal else None
        applied = None if plane is None else (settings.without_overlay, view, masks, plane.shape)
        if applied != self._applied:
            self._applied, self._view = applied, self._view + 1
        visible = None if plane is None or not masks else _visible(plane, settings, view, masks)
        if plane is not None and visible is not None:
            plane = plane * visible
        analysis_frame = AnalysisFrame(plane, picture.captured_ns, self._view, visible)
        if is_due:
            self.latest.put(analysis_frame)
        if sampling:
            sampling(analysis_frame)

    def _scale_down(self, frame: "av.VideoFrame") -> "Plane":
        from av.video.reformatter import ColorRange, Interpolation, VideoReformatter

        from ipcamd.media.planes import Plane

        self._reformat = self._reformat or VideoReformatter().reformat
        height = max(2, round(frame.height * WIDTH / frame.width))
        small = self._reformat(
            frame,
            WIDTH,
            height,
            "gray",
            src_color_range=ColorRange.JPEG,
            dst_color_range=ColorRange.JPEG,
            interpolation=Interpolation.AREA,
            threads=1,
        )
        return cast(Plane, small.to_ndarray())


def _visible(plane: "Plane", settings: ImageSettings, view: View, masks: tuple[Mask, ...]) -> "NDArray[np.bool_]":
    """Return which pixels of a plane, which shows `view` with `settings` applied, no mask covers. The pixels around a
    mask count as covered: scaling mixes pixels."""
    import numpy as np

    visible = np.ones(plane.shape, np.bool_)
    height, width = plane.shape
    for mask in masks:
        left, top, right, bottom = mask.locate_in_view(view.sides, settings.mirror, settings.flip)
        rows = slice(max(0, floor(top * height) - 1), max(0, ceil(bottom * height) + 1))
        visible[rows, max(0, floor(left * width) - 1) : max(0, ceil(right * width) + 1)] = False
    return visible
