"""``/setup.cgi`` (SDK 4): exact answers, and that an NG changes nothing."""

import pytest
from tests.cgi.camera_rig import CameraRig
from tests.store.test_database import no_room

from ipcamd.cgi.setup import ENDPOINT
from ipcamd.errors import StoreError
from ipcamd.params import find_group
from ipcamd.params.group import Rank
from ipcamd.params.motion import MOTION
from ipcamd.wire.http.query import Query

FACTORY = [
    "mdname=Window1|Window2|Window3",
    "mdpercent=50|50|50",
    "motionenable=0",
    "mddata=0,0,0,0,0,50|0,0,0,0,0,50|0,0,0,0,0,50",
    "mddatanormalize=0000000000",
]

ADD = "mddata=1,0,0,640,480,10|1,0,0,0,0,20|1,0,0,0,0,30&mdpercent=10|50|50&mddatanormalize=fff0000000&motionenable=1"
REMOVE = (
    "mddata=0,0,0,640,480,10|0,0,0,0,0,20|0,0,0,0,0,30&mdpercent=10|50|50&mddatanormalize+=fff0000000&motionenable=0"
)
"""The SDK's own examples; the second has a blank before an equals sign."""


async def lines(rig: CameraRig, query: str = "") -> list[str]:
    *lines, end = (await rig.text(ENDPOINT, query)).split("\r\n")
    assert end == ""
    return lines


async def test_without_parameters_it_lists_the_present_values(rig: CameraRig) -> None:
    assert await lines(rig) == FACTORY


async def test_the_sdks_examples_are_answered_line_by_line_in_the_order_sent(rig: CameraRig) -> None:
    oks = ["OK mddata", "OK mdpercent", "OK mddatanormalize", "OK motionenable"]
    assert await lines(rig, ADD) == oks
    assert await lines(rig) == [
        "mdname=Window1|Window2|Window3",
        "mdpercent=10|50|50",
        "motionenable=1",
        "mddata=1,0,0,640,480,10|1,0,0,0,0,20|1,0,0,0,0,30",
        "mddatanormalize=fff0000000",
    ]
    assert await lines(rig, REMOVE) == oks
    assert "motionenable=0" in await lines(rig)


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("motionenable=1?mdpercent=1|2|3", ["OK motionenable", "OK mdpercent"]),
        ("mdpercent=1|2|3&motionenable=1", ["OK mdpercent", "OK motionenable"]),
        ("MotionEnable=1&", ["OK motionenable"]),
        ("mdpercent=1%7C2%7C3", ["OK mdpercent"]),
        ("motionenable=7&motionenable=1", ["OK motionenable"]),
        ("mdname=Back+yard|Gate", ["OK mdname"]),
        ("mddatanormalize=FFFFFFFF0", ["OK mddatanormalize"]),
    ],
)
async def test_valid_values_are_accepted(rig: CameraRig, query: str, answer: list[str]) -> None:
    assert await lines(rig, query) == answer
    assert await lines(rig) != FACTORY


UNKNOWN = "unknown parameter; allowed: mdname, mdpercent, motionenable, mddata, mddatanormalize"


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        (
            "motionenable=1&mdpercent=1|2|101&mdname=a",
            [
                "NG motionenable not changed, because mdpercent cannot be",
                "NG mdpercent allowed: window 3: 0 to 100",
                "NG mdname not changed, because mdpercent cannot be",
            ],
        ),
        ("mddata=1,0,0,641,480,50|0,0,0,0,0,0|0,0,0,0,0,0", ["NG mddata allowed: window 1: right 0 to 640"]),
        ("mddatanormalize=" + "f" * 9000, ["NG mddatanormalize allowed: ten hexadecimal digits"]),
        ("motionenable", ["NG motionenable allowed: 0 (no), 1 (yes)"]),
        ("mdsensitivity=1", [f"NG mdsensitivity {UNKNOWN}"]),
        ("x%E2%80%A8" + "y" * 5000 + "=1", ["NG x?" + "y" * 30 + f" {UNKNOWN}"]),
    ],
)
async def test_an_ng_gives_the_reason_and_changes_nothing(rig: CameraRig, query: str, answer: list[str]) -> None:
    assert await lines(rig, query) == answer
    assert await lines(rig) == FACTORY


async def test_an_answer_means_that_it_is_on_the_disk(rig: CameraRig) -> None:
    await lines(rig, ADD)
    rows = dict(rig.database.rows("SELECT name, value FROM setting WHERE grp = 'Motion'"))
    assert rows["mddatanormalize"] == "fff0000000"
    assert rows["mddata"] == "1,0,0,640,480,10|1,0,0,0,0,20|1,0,0,0,0,30"


async def test_a_failed_write_is_not_answered_ok(rig: CameraRig) -> None:
    with no_room(rig.path / "ipcamd.db"), pytest.raises(StoreError):
        await lines(rig, ADD)
    assert await lines(rig) == FACTORY


def test_it_is_for_administrators_and_listing_changes_nothing() -> None:
    assert ENDPOINT.rank is Rank.ADMIN
    assert not ENDPOINT.changes(Query())
    assert ENDPOINT.changes(Query.parse(ADD))


def test_no_other_request_knows_the_settings() -> None:
    assert find_group(MOTION.name) is None
