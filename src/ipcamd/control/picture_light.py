"""Light from pictures, for a camera without a light sensor. At night the IR lamp lights the picture, and the exposure
adapts.

The light at night is that of the last day, plus the brightness gained since the start of the night. If the lamp makes
the picture too bright for this, the camera tries day once an hour. A day that is dark again at once is followed by a
longer night.
"""

import math
import time
from collections.abc import Callable

from ipcamd.device.watched_light import WatchedLight

SETTLE_S = 4.0
"""Seconds in which the exposure settles after a switch; the light is unknown meanwhile."""
GAIN = 2.0
"""Factor by which the brightness of a picture with automatic exposure is below the light."""
SHORT_DAY_S = 60.0
"""Seconds below which a day was a failed attempt."""
FIRST_NIGHT_S = 120.0
"""Shortest night after one failed attempt; each further attempt doubles it."""
LONGEST_NIGHT_S = 3600.0
"""Longest night: after it, a bright picture counts as day."""
MOST_SHORT_DAYS = 10
"""Highest number of counted attempts."""


class PictureLight(WatchedLight):
    """Light measured in pictures. For the event loop."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        """`now_s` is a monotonic clock, in seconds."""
        super().__init__()
        self._now_s = now_s
        self._is_night = False
        self._switched_s = -math.inf
        self._by_day: float | None = None
        """Brightness of the last picture of the day."""
        self._at_nightfall: float | None = None
        """Brightness of the first picture of this night; None: unknown."""
        self._short_days = 0

    def report(self, brightness: float, is_night: bool) -> None:
        """Report the mean brightness of a picture, 0 to 100, and whether the filter is removed and the lamp is on."""
        if is_night is not self._is_night:
            self._note_switch(is_night)
        gone_s = self._now_s() - self._switched_s
        if gone_s < SETTLE_S:
            level = None
        elif is_night:
            level = self._level_by_night(brightness, gone_s)
        else:
            self._by_day = level = brightness
        self._set_level(None if level is None else round(min(100.0, max(0.0, level))))

    def _note_switch(self, is_night: bool) -> None:
        now_s = self._now_s()
        if is_night:
            was_short = now_s - self._switched_s < SHORT_DAY_S
            self._short_days = min(self._short_days + 1, MOST_SHORT_DAYS) if was_short else 0
        self._is_night, self._switched_s, self._at_nightfall = is_night, now_s, None

    def _level_by_night(self, brightness: float, gone_s: float) -> float | None:
        if self._at_nightfall is None:
            self._at_nightfall = brightness
        if self._by_day is None or gone_s >= LONGEST_NIGHT_S:
            return brightness
        if self._short_days and gone_s < FIRST_NIGHT_S * 2.0 ** (self._short_days - 1):
            return None
        return self._by_day + GAIN * (brightness - self._at_nightfall)
