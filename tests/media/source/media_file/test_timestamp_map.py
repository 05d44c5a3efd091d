"""Playing times follow from time stamps, for picture and sound alike."""

from fractions import Fraction

import pytest

from ipcamd.media.source.media_file.timestamp_map import TimestampMap
from ipcamd.time_units import SECOND_NS

STEP = SECOND_NS // 25


def placed(stamps: list[float | None], leap_s: int = 60) -> tuple[TimestampMap, list[float]]:
    timestamps = TimestampMap(leap_s * SECOND_NS)
    times = [timestamps.place_picture(None if stamp is None else Fraction(stamp), STEP) for stamp in stamps]
    return timestamps, [at / SECOND_NS for at in times]


@pytest.mark.parametrize(
    ("stamps", "times"),
    [
        ([0, 1, 13, 14], [0, 1, 13, 14]),
        ([500, 501, 513], [0, 1, 13]),
        ([0, 1, 90, 91], [0, 1, 1.04, 2.04]),
        ([100, 101, 0, 1], [0, 1, 1.04, 2.04]),
        ([0, 0, 0], [0, 0.04, 0.08]),
        ([None, None, None], [0, 0.04, 0.08]),
        ([0, None, 7, 8], [0, 0.04, 0.08, 1.08]),
    ],
)
def test_pictures_are_shown_for_their_duration_unless_time_stamps_jump(stamps: list, times: list[float]) -> None:
    assert placed(stamps)[1] == pytest.approx(times)


@pytest.mark.parametrize(
    ("pictures", "stamp", "expected_s", "continuous", "at_s"),
    [
        ([0, 1], 0.5, 0.5, True, 0.5),
        ([0, 1], 0.52, 0.5, True, 0.52),
        ([0, 1], 5, 1, False, 5),  # a gap
        ([0, 1], 900, 1, False, 1),  # sound leaps before the picture does
        ([0, 1, 900], 900.1, 1.1, False, 1.14),
        ([900, 901, 0], 0.1, 1.1, False, 1.14),
        ([900, 901, 0], 901.02, 1.02, True, 1.02),  # the picture has leapt before the sound
        ([0, 1], 0.2, 1, False, 1),  # sound that begins anew
        ([0, 1], 0.5, 1, True, 0.5),  # sound that ran ahead is brought back
        ([0, 1], None, 0.7, True, 0.7),
    ],
)
def test_sound_is_where_the_pictures_of_its_time_are(
    pictures: list[float], stamp: float | None, expected_s: float, continuous: bool, at_s: float
) -> None:
    timestamps, _ = placed(list(pictures))
    at = timestamps.place_audio(
        None if stamp is None else Fraction(stamp), int(expected_s * SECOND_NS), continuous=continuous
    )
    assert at / SECOND_NS == pytest.approx(at_s)


def test_sound_without_pictures_follows_itself() -> None:
    assert TimestampMap(0).place_audio(Fraction(77), 5, continuous=True) == 5


def test_a_playing_time_has_a_time_stamp() -> None:
    assert placed([100, 101, 7])[0].stamp_of(2 * SECOND_NS) == Fraction(7) + 2 - Fraction(26, 25)
