"""A second of sound, over and over."""

import itertools

import numpy as np

from ipcamd.media.source.audio_chunks import loop_second

SECOND = 1_000_000_000
NOON = 1_750_000_000 * SECOND
COUNTING = np.arange(8000, dtype=np.int16)


def test_stretches_follow_each_other_in_step_with_utc() -> None:
    moments = [NOON + 70_000_000, NOON + 103_333_333, NOON + 990_000_001, NOON + SECOND + 20_000_000]
    sounds = [loop_second(COUNTING, *pair) for pair in itertools.pairwise(moments)]
    assert sounds[0].captured_ns == NOON + 70_000_000
    assert [sound.captured_ns for sound in sounds[1:]] == [
        sound.captured_ns + sound.samples.size * 125_000 for sound in sounds[:-1]
    ]
    heard = np.concatenate([sound.samples for sound in sounds])
    assert heard[0] == 560
    assert set(np.diff(heard)) == {1, -7999}
    assert sounds[2].samples[-1] == 159


def test_nothing_lasts_no_time() -> None:
    assert loop_second(COUNTING, NOON, NOON).samples.size == 0
