"""Gain and offset of a change of light, and the blocks that it explains."""

import numpy as np
import pytest
from tests.motion.yard import yard

from ipcamd.motion.light_compensation import Grey, adapt_to_light, estimate_change

RNG = np.random.default_rng(11)


def seen(picture: np.ndarray) -> Grey:
    return np.clip(picture, 0, 255).astype(np.float32)


@pytest.mark.parametrize(
    ("gain", "offset"), [(1.0, 12.0), (1.0, -30.0), (0.5, 0.0), (1.6, 0.0), (0.3, 20.0), (1.25, -40.0)]
)
@pytest.mark.parametrize("noise", [0.0, 4.0])
def test_gain_and_offset_are_found(gain: float, offset: float, noise: float) -> None:
    before = yard()
    found = estimate_change(seen(before), seen(before * gain + offset + noise * RNG.normal(0, 1, before.shape)))
    assert found == (pytest.approx(gain, rel=0.04), pytest.approx(offset, abs=4))


def test_objects_that_move_meanwhile_are_ignored() -> None:
    before, after = yard(), yard() * 0.7
    after[20:80, 30:70] = 240  # a fifth of the picture
    assert estimate_change(seen(before), seen(after)) == (pytest.approx(0.7, rel=0.03), pytest.approx(0, abs=3))


def test_the_same_light_is_the_same() -> None:
    before, after = yard(), yard() + 2 * RNG.normal(0, 1, (90, 160))
    after[40:60, 30:40] = 0
    assert estimate_change(seen(before), seen(after)) == (1, 0)


@pytest.mark.parametrize("level", [0, 255])
def test_a_black_or_white_picture_gives_no_estimate(level: int) -> None:
    gain, offset = estimate_change(seen(yard()), np.full((90, 160), level, np.float32))
    assert np.isfinite([gain, offset]).all()


def test_a_block_in_another_light_is_explained() -> None:
    before = yard()
    after = before.copy()
    after[48:72, 64:96] = after[48:72, 64:96] * 0.6 + 10
    assert np.abs(adapt_to_light(seen(before), seen(after), 1.0) - after).max() < 1


def test_a_new_object_is_not_explained_by_light() -> None:
    before = yard()
    after = before.copy()
    after[50:70, 66:74] = 30 + 20 * RNG.normal(0, 1, (20, 8))
    lit = adapt_to_light(seen(before), seen(after), 1.0)
    assert np.abs(lit - before)[50:70, 66:74].mean() < 5


def test_a_flat_block_gives_no_estimate() -> None:
    before, after = np.full((90, 160), 100.0), np.full((90, 160), 100.0)
    after[32:48, 32:48] = 140
    assert np.abs(adapt_to_light(seen(before), seen(after), 1.0) - after).max() < 0.01
