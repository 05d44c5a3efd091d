"""Lexical forms of XML Schema."""

from datetime import UTC, datetime, timedelta

import pytest

from ipcamd.onvif.soap.values import Reader, boolean, duration, integer, moment, real, text_of, token


@pytest.mark.parametrize(
    ("reader", "text", "value"),
    [
        (boolean, "1", True),
        (boolean, "false", False),
        (integer, "-12", -12),
        (real, "-0.5", -0.5),
        (real, "1e2", 100.0),
        (duration, "PT1M30.5S", timedelta(seconds=90.5)),
        (duration, "P1DT2H", timedelta(days=1, hours=2)),
        (duration, "-PT1S", timedelta(seconds=-1)),
        (moment, "2030-01-31T12:00:00Z", datetime(2030, 1, 31, 12, tzinfo=UTC)),
        (moment, "2030-01-31T12:00:00+02:00", datetime(2030, 1, 31, 10, tzinfo=UTC)),
    ],
)
def test_a_value_is_read(reader: Reader[object], text: str, value: object) -> None:
    assert reader(text) == value


@pytest.mark.parametrize(
    ("reader", "text"),
    [
        (boolean, "yes"),
        (integer, "1.5"),
        (integer, "2147483648"),
        (integer, "\u0661"),
        (real, "nan"),
        (real, ""),
        (duration, "P"),
        (duration, "PT"),
        (duration, "60"),
        (duration, "P999999999999Y"),
        (moment, "yesterday"),
        (token, ""),
        (token, "x" * 65),
    ],
)
def test_another_text_is_refused(reader: Reader[object], text: str) -> None:
    with pytest.raises(ValueError, match=r"allowed|too long"):
        reader(text)


def test_values_are_written() -> None:
    values = (True, 3, 0.1, 5.0, timedelta(seconds=60), datetime(2030, 1, 31, 12, tzinfo=UTC), "x")
    assert [*map(text_of, values)] == ["true", "3", "0.1", "5", "PT60S", "2030-01-31T12:00:00.000Z", "x"]
