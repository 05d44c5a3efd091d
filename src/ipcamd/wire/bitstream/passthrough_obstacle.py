"""Passthrough obstacle: reason why viewers and recorders cannot use the stream of a source as it is."""

from ipcamd.dataclass import dataclass
from ipcamd.wire.bitstream.access_unit import SQUARE

B_FRAMES = "B-frames"
"""Obstacle: B-frames, whose order of decoding is not that of capture."""
DATA_PARTITIONING = "data partitioning"
"""Obstacle: slices in partitions (H.264, Extended)."""
NO_PARAMETER_SETS = "the source sends no parameter sets"
"""Obstacle: key frames without parameter sets."""


PASSED_H264_PROFILES = (66, 77, 100)
"""Profiles of H.264 that browsers, recorders and payload formats support (8 bits, 4:2:0): Baseline, Main, High."""
PASSED_H265_PROFILES = (1,)
"""Profiles of H.265 that they support: Main."""
_H264_NAMES = {88: "Extended", 110: "High 10", 122: "High 4:2:2", 244: "High 4:4:4"}
_H265_NAMES = {2: "Main 10", 3: "Main Still Picture", 4: "Range Extensions", 9: "Screen Content"}
"""Names of other profiles."""


@dataclass(frozen=True, slots=True)
class SequenceParameters:
    """Properties of a stream, from its sequence parameter set."""

    size: tuple[int, int]
    """Visible width and height in pixels."""
    pixel_aspect: tuple[int, int] = SQUARE
    """Width and height of a pixel in the same unit."""
    other_profile: str = ""
    """Profile that browsers, recorders or payload formats do not support; "" for one that all support."""
    is_interlaced: bool = False
    is_reordered: bool = False
    """Whether pictures may be shown in another order than they are decoded."""


def find_other_h264_profile(profile: int) -> str:
    """Return the name or number of an H.264 profile that cannot be passed through; "" for one that can."""
    return "" if profile in PASSED_H264_PROFILES else str(_H264_NAMES.get(profile, profile))


def find_other_h265_profile(profile: int) -> str:
    """Return the name or number of an H.265 profile that cannot be passed through; "" for one that can."""
    return "" if profile in PASSED_H265_PROFILES else str(_H265_NAMES.get(profile, profile))


def find_obstacle(sequence: SequenceParameters) -> str:
    """Return why a stream with these parameters cannot be passed through; "" if it can."""
    if sequence.other_profile:
        return f"profile {sequence.other_profile}"
    if sequence.is_interlaced:
        return "interlaced pictures"
    if sequence.pixel_aspect != SQUARE:
        return "pixels that are not square"
    return B_FRAMES if sequence.is_reordered else ""
