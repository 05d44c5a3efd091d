"""Small grey pictures for those who look for something in them. Taken before anything is written on the picture."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, cast

from ipcamd.media.frame import Picture
from ipcamd.media.frame_decimator import FrameDecimator
from ipcamd.media.image.image_settings import ImageSettings
from ipcamd.media.latest_value import LatestValue

if TYPE_CHECKING:  # brings PyAV and numpy
    import av

    from ipcamd.media.planes import Plane

RATE = 15
"""Glances per second at most."""
WIDTH = 160
"""Pixels across; a pixel is the mean of the picture's that it covers. As many rows as the picture's proportions ask."""


class Demand(Enum):
    """When glances are wanted."""

    NEVER = "never"
    WHILE_WATCHED = "along"
    """While there are pictures anyway, because somebody watches."""
    ALWAYS = "always"
    """Even if the source has to run for them alone."""


@dataclass(frozen=True, slots=True)
class AnalysisFrame:
    """One picture, small and grey."""

    plane: "Plane | None"
    """Rows by columns, 0 to 255; None: there is no signal."""
    captured_ns: int
    """When: nanoseconds since the epoch, UTC, by the camera's clock, which may jump."""
    view: int
    """Glances of different views must not be compared: the picture was mirrored, or brightened, or had no signal."""


class AnalysisTap:
    """Offers glances to one consumer, in `latest`. `take` is for one thread at a time."""

    def __init__(self, changed: Callable[[], None]) -> None:
        """`changed` is called when `demand` has changed."""
        self.latest: LatestValue[AnalysisFrame] = LatestValue()
        self._demand_level = Demand.NEVER
        self._changed = changed
        self._pacer = FrameDecimator(RATE)
        self._view = 0
        self._seen: object = None
        self._reformat: Callable[..., av.VideoFrame] | None = None

    @property
    def demand(self) -> Demand:
        """When glances are wanted; to be set in the event loop."""
        return self._demand_level

    @demand.setter
    def demand(self, demand: Demand) -> None:
        self._demand_level = demand
        wanted = demand is not Demand.NEVER
        if wanted != self.latest.wanted:
            self.latest.want(wanted)
        self._changed()

    @property
    def wanted(self) -> bool:
        """Whether any are wanted; from any thread."""
        return self.latest.wanted

    @property
    def needs_source(self) -> bool:
        """Whether the source has to run for them even when nobody watches."""
        return self._demand_level is Demand.ALWAYS

    def take(self, frame: "av.VideoFrame", picture: Picture, look: ImageSettings) -> None:
        """Offer a glance at `frame`, which is `picture` made to look like `look`, without the overlay."""
        if not self.latest.wanted or not (self._pacer.take(picture.captured_ns) or not picture.signal):
            return
        seen = look.developed if picture.signal else None
        if seen != self._seen:
            self._seen, self._view = seen, self._view + 1
        self.latest.put(AnalysisFrame(self._small(frame) if picture.signal else None, picture.captured_ns, self._view))

    def _small(self, frame: "av.VideoFrame") -> "Plane":
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
