"""Equal blocks of unequal chunks: sound keeps its times for hours."""

import itertools
import random
import struct
from array import array
from collections.abc import Iterator

import pytest

from ipcamd.media.audio.audio_framer import BLOCK_NS, BLOCK_SAMPLES, SLIP_NS, AudioBlock, AudioFramer
from ipcamd.media.frame import AUDIO_RATE_HZ

SECOND = 1_000_000_000
NOON = 1_750_000_000 * SECOND
SAMPLE = SECOND // AUDIO_RATE_HZ
MILLISECOND = SECOND // 1000


def counting(first: int, count: int) -> bytes:
    """Samples whose values are their numbers."""
    return struct.pack(f"<{count}h", *(number % 30000 + 1 for number in range(first, first + count)))


def numbers(block: AudioBlock) -> list[int]:
    return list(struct.unpack(f"<{BLOCK_SAMPLES}h", block.samples))


def fed(blocks: AudioFramer, *stretches: tuple[int, int, int]) -> list[AudioBlock]:
    """Feed (first number, count, milliseconds after noon)."""
    return [
        block
        for first, count, at in stretches
        for block in blocks.feed(counting(first, count), NOON + at * MILLISECOND)
    ]


def test_blocks_follow_each_other_without_a_gap_whatever_the_stretches() -> None:
    blocks, made, at = AudioFramer(), [], 0
    sizes = random.Random(1)
    while at < 10 * AUDIO_RATE_HZ:
        count = sizes.randrange(1, 500)
        made += blocks.feed(counting(at, count), NOON + at * SAMPLE)
        at += count
    assert [block.captured_ns for block in made] == [NOON + n * BLOCK_NS for n in range(len(made))]
    heard = [number for block in made for number in numbers(block)]
    assert heard == [number % 30000 + 1 for number in range(len(heard))]


def test_a_gap_is_filled_with_silence_of_its_length() -> None:
    made = fed(AudioFramer(), (0, 320, 0), (320, 640, 140))
    assert [block.captured_ns for block in made] == [NOON + n * BLOCK_NS for n in range(5)]
    assert numbers(made[1]) == [0] * 320
    assert numbers(made[3])[:160] == [0] * 160  # the stretch begins 140 ms in: 20 ms into the fourth block
    assert numbers(made[3])[160:162] == [321, 322]


def test_overlapping_sound_is_cut() -> None:
    made = fed(AudioFramer(), (0, 1600, 0), (1600, 1600, 100))
    assert numbers(made[4])[-1] == 1600
    assert numbers(made[5])[0] == 1600 + 800 + 1  # a tenth of a second was there already
    assert [b.captured_ns - a.captured_ns for a, b in itertools.pairwise(made)] == [BLOCK_NS] * (len(made) - 1)


@pytest.mark.parametrize("jump", [3_600_000, -3_600_000, 2_500, -2_500])
def test_a_clock_that_was_set_begins_anew(jump: int) -> None:
    made = fed(AudioFramer(), (0, 700, 0), (700, 700, 87 + jump))
    assert [block.captured_ns - NOON for block in made] == [
        0,
        BLOCK_NS,
        (87 + jump) * MILLISECOND,
        (127 + jump) * MILLISECOND,
    ]


def test_after_silence_sound_has_its_own_place() -> None:
    blocks = AudioFramer()
    made = fed(blocks, (0, 330, 0))
    made += blocks.silence(NOON + 200 * MILLISECOND)
    made += fed(blocks, (0, 700, 220))  # less off than a gap, but silence was only a guess
    at = {
        number: block.captured_ns + place * SAMPLE for block in made[1:] for place, number in enumerate(numbers(block))
    }
    assert at[1] == NOON + 220 * MILLISECOND


def test_sound_that_comes_behind_silence_is_cut_until_it_has_caught_up() -> None:
    blocks = AudioFramer()
    made = list(blocks.silence(NOON))
    made += blocks.silence(NOON + 500 * MILLISECOND)
    for n in range(20):
        made += fed(blocks, (n * 320, 320, 290 + n * 40))
    at = {
        number: block.captured_ns + place * SAMPLE
        for block in made
        for place, number in enumerate(numbers(block))
        if number
    }
    assert {time - (number - 1) * SAMPLE for number, time in at.items()} == {NOON + 290 * MILLISECOND}
    assert min(at.values()) == NOON + 500 * MILLISECOND


def test_silence_is_bounded_however_long_nothing_came() -> None:
    blocks = AudioFramer()
    list(blocks.silence(NOON))
    assert list(blocks.silence(NOON + 3600 * SECOND)) == []
    assert blocks.end == NOON + 3600 * SECOND


def clicks(seconds: int, wrong: float, jitter: float, seed: int) -> Iterator[tuple[bytes, int]]:
    """Give the stretches of a source whose sample clock is wrong and whose stamps jitter: a click each second."""
    chance, rate, first = random.Random(seed), AUDIO_RATE_HZ * (1 + wrong), 0
    while first < seconds * rate:
        count = chance.randrange(200, 320)
        samples = array("h", bytes(2 * count))
        second = int(first / rate)
        for begin in (second * rate, (second + 1) * rate):
            if first <= round(begin) < first + count:
                samples[round(begin) - first] = 20000
        yield samples.tobytes(), NOON + int((first / rate + chance.uniform(0, jitter)) * SECOND)
        first += count


def worst(seconds: int, wrong: float, jitter: float) -> tuple[float, int]:
    """Return by how many seconds a click is misplaced at most, and how many were found."""
    blocks, errors, times = AudioFramer(), [], []
    for samples, captured_ns in clicks(seconds, wrong, jitter, seed=7):
        for block in blocks.feed(samples, captured_ns):
            times.append(block.captured_ns)
            for place, value in enumerate(memoryview(block.samples).cast("h") if any(block.samples) else ()):
                if value > 12000:
                    at = (block.captured_ns - NOON) / SECOND + place / AUDIO_RATE_HZ
                    errors.append(abs(at - round(at)))
    assert {b - a for a, b in itertools.pairwise(times)} == {BLOCK_NS}
    return max(errors), len(errors)


@pytest.mark.parametrize(("wrong", "jitter"), [(0, 0), (300e-6, 0.0), (-300e-6, 0.01)])
def test_a_minute_with_a_wrong_clock(wrong: float, jitter: float) -> None:
    error, found = worst(60, wrong, jitter)
    assert found >= 58
    assert error < 0.010


@pytest.mark.slow
@pytest.mark.parametrize("wrong", [200e-6, -200e-6])
def test_an_hour_with_a_wrong_clock_is_nowhere_off_by_more_than_ten_milliseconds(wrong: float) -> None:
    error, found = worst(3600, wrong, jitter=0.01)  # uncorrected it would be 720 ms
    assert found >= 3590
    assert error < 0.010


def test_a_small_offset_of_sound_is_corrected_gradually() -> None:
    blocks = AudioFramer()
    made = fed(blocks, (0, 320, 0))
    off = SLIP_NS // MILLISECOND - 5
    for n in range(1, 1000):
        made += fed(blocks, (n * 320 % 30000, 320, n * 40 + off))
    assert {b.captured_ns - a.captured_ns for a, b in itertools.pairwise(made)} == {BLOCK_NS}
    assert blocks.end is not None
    assert abs(blocks.end - (NOON + 1000 * BLOCK_NS + off * MILLISECOND)) < 4 * MILLISECOND
