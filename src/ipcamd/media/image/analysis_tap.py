"""Analysis tap: small grey pictures for motion detection, taken before the overlay is drawn."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, cast

from ipcamd.media.frame import Picture
from ipcamd.media.frame_decimator import FrameDecimator
from ipcamd.media.image.image_settings import ImageSettings
from ipcamd.media.image.view import WHOLE, View
from ipcamd.media.latest_value import LatestValue

if TYPE_CHECKING:  # brings PyAV and numpy
    import av

    from ipcamd.media.planes import Plane

RATE = 15
"""Most analysis frames per second."""
WIDTH = 160
"""Pixels per row; each is the mean of the pixels that it covers. The picture's proportions are kept."""


class Demand(Enum):
    """When analysis frames are wanted."""

    NEVER = "never"
    WHILE_WATCHED = "while watched"
    """While a stream has viewers, so that there are pictures anyway."""
    ALWAYS = "always"
    """Also while the source has to run for them alone."""


@dataclass(frozen=True, slots=True)
class AnalysisFrame:
    """One picture, small and grey."""

    plane: "Plane | None"
    """Rows by columns, 0 to 255; None: there is no signal."""
    captured_ns: int
    """Nanoseconds since the epoch, UTC, by the camera's clock, which may jump."""
    view: int
    """Changes when the picture is moved, mirrored, brightened or without signal; then frames are not comparable."""


class AnalysisTap:
    """Offers analysis frames to one consumer, in `latest`. `offer` is for one thread at a time."""

    def __init__(self, changed: Callable[[], None]) -> None:
        """`changed` is called when `demand` has changed."""
        self.latest: LatestValue[AnalysisFrame] = LatestValue()
        self._demand_level = Demand.NEVER
        self._changed = changed
        self._decimator = FrameDecimator(RATE)
        self._view = 0
        self._applied: tuple[ImageSettings, View] | None = None
        self._reformat: Callable[..., av.VideoFrame] | None = None

    @property
    def demand(self) -> Demand:
        """When analysis frames are wanted; to be set in the event loop."""
        return self._demand_level

    @demand.setter
    def demand(self, demand: Demand) -> None:
        self._demand_level = demand
        wanted = demand is not Demand.NEVER
        if wanted != self.latest.wanted:
            self.latest.set_wanted(wanted)
        self._changed()

    @property
    def wanted(self) -> bool:
        """Whether frames are wanted; from any thread."""
        return self.latest.wanted

    @property
    def needs_source(self) -> bool:
        """Whether the source has to run even while no stream has viewers."""
        return self._demand_level is Demand.ALWAYS

    def offer(self, frame: "av.VideoFrame", picture: Picture, settings: ImageSettings, view: View = WHOLE) -> None:
        """Offer `frame`, which is `view` of `picture` with `settings` applied, without the overlay."""
        if not self.latest.wanted or not (self._decimator.selects(picture.captured_ns) or not picture.signal):
            return
        applied = (settings.without_overlay, view) if picture.signal else None
        if applied != self._applied:
            self._applied, self._view = applied, self._view + 1
        plane = self._scale_down(frame) if picture.signal else None
        self.latest.put(AnalysisFrame(plane, picture.captured_ns, self._view))

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
