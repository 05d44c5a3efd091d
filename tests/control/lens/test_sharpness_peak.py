"""Sharpness peak: the middle of the peak in various samples."""

import pytest

from ipcamd.control.lens.sharpness_peak import Sample, find_peak


def test_the_middle_of_a_flat_top() -> None:
    samples = [Sample(focus, max(0, 10 - max(0, abs(focus - 52.3) - 2))) for focus in range(0, 100, 3)]
    assert find_peak(samples).focus == pytest.approx(52.3, abs=0.01)
    assert find_peak(reversed(samples)) == find_peak(samples)


@pytest.mark.parametrize("best", [0, 100])
def test_a_peak_at_a_limit_is_its_sharpest_sample(best: int) -> None:
    assert find_peak([Sample(focus, 100 - abs(focus - best)) for focus in range(0, 101, 5)]) == Sample(best, 100)


def test_the_higher_of_two_peaks_counts() -> None:
    heights = {0: 1, 10: 5, 20: 1, 30: 1, 40: 9, 50: 1}
    assert find_peak(Sample(focus, height) for focus, height in heights.items()) == Sample(40, 9)


def test_a_picture_without_detail_has_some_peak() -> None:
    assert find_peak([Sample(10, 3), Sample(20, 3)]).sharpness == 3
