"""Key frame interval of the encoders: the longest, and the shortest for key frames that viewers request."""

from ipcamd.time_units import SECOND_NS

LONGEST_INTERVAL_NS = 2 * SECOND_NS
"""Longest time between key frames, in nanoseconds of capture time, even for a slow source."""
REQUEST_PAUSE_NS = SECOND_NS
"""Shortest time from a key frame to one that a viewer requests, in nanoseconds of capture time."""


def is_key_frame_due(pictures: int, gop: int, age_ns: int, is_requested: bool) -> bool:
    """Return whether the next picture must be a key frame. `pictures` is the number since the last key frame, including
    it, 0 before the first; `gop` is the most (see `StreamSettings.gop`). `age_ns` is the time since the last key frame,
    negative if the camera's clock was set. `is_requested`: a viewer waits for a key frame."""
    if not pictures or pictures >= gop:
        return True
    return abs(age_ns) >= LONGEST_INTERVAL_NS or (is_requested and abs(age_ns) >= REQUEST_PAUSE_NS)
