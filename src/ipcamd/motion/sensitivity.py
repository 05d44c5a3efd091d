"""Sensitivity of a motion window (SDK 4): the contrast with which a moving pixel is detected."""

CONTRAST_AT_LOWEST_SENSITIVITY = 48.0
"""Grey levels at sensitivity 0."""
CONTRAST_AT_HIGHEST_SENSITIVITY = 6.0
"""Grey levels at sensitivity 100; at 50 it is the geometric mean, 17."""


def contrast_threshold(sensitivity: int) -> float:
    """Return the smallest difference of a moving pixel from the background, in grey levels; `sensitivity` is 0 to 100,
    and a higher one detects less contrast."""
    ratio = CONTRAST_AT_LOWEST_SENSITIVITY / CONTRAST_AT_HIGHEST_SENSITIVITY
    return float(CONTRAST_AT_HIGHEST_SENSITIVITY * ratio ** ((100 - sensitivity) / 100))
