"""Contrast that each sensitivity needs (SDK 4)."""

from ipcamd.motion.sensitivity import contrast_threshold


def test_higher_sensitivity_needs_less_contrast() -> None:
    levels = [contrast_threshold(sensitivity) for sensitivity in range(101)]
    assert levels == sorted(levels, reverse=True)
    assert (levels[0], round(levels[50]), levels[100]) == (48, 17, 6)
