from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipcamd.storage.recording_name import NAME, began_by, name_of


def test_a_name_tells_model_and_local_start() -> None:
    assert name_of("ipcamd", datetime(2014, 1, 8, 20, 2, 48)) == "ipcamd-01082014-200248.avi"
    assert began_by("ipcamd-01082014-200248.avi") == datetime(2014, 1, 8, 20, 2, 48)
    assert began_by("5MP_IP_BOX-03212012-142806.avi") == datetime(2012, 3, 21, 14, 28, 6)


@given(st.text(max_size=80), st.datetimes(datetime(1971, 1, 1), datetime(2105, 1, 1)))
def test_every_model_makes_names_that_count(model: str, began: datetime) -> None:
    name = name_of(model, began)
    assert NAME.fullmatch(name)
    assert began_by(name) == began.replace(microsecond=0)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "ipcamd-01082014-200248.avi\n",
        "ipcamd-01082014-200248.mkv",
        "../ipcamd-01082014-200248.avi",
        "/etc/passwd",
        "a/ipcamd-01082014-200248.avi",
        ".ipcamd-01082014-200248.avi",
        "ipcamd-13322014-200248.avi",
        "ipcamd-01082014-250248.avi",
        "ipcamd-\u0660\u0661082014-200248.avi",
        "ipcamd-01082014-200248.avi.part",
        "-01082014-200248.avi",
        "*-01082014-200248.avi",
        "ipcamd-01010001-000000.avi",
        "ipcamd-12311969-235959.avi",
        "ipcamd-12319999-235959.jpg",
    ],
)
def test_other_names_do_not(name: str) -> None:
    assert began_by(name) is None
