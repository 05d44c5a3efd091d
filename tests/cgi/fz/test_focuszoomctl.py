"""``focuszoomctl.cgi``: every action and parameter of SDK 13."""

import pytest
from tests.cgi.camera_rig import CameraRig

from ipcamd.cgi.fz import focuszoomctl
from ipcamd.device.driver_choice import choose_drivers
from ipcamd.device.position import LensPosition
from ipcamd.errors import RequestFailed
from ipcamd.params.group import Rank
from ipcamd.wire.http.query import Query

FZ = focuszoomctl.ENDPOINT


def test_users_may_move_the_lens() -> None:
    assert (FZ.path, FZ.rank) == ("/cgi/fz/focuszoomctl.cgi", Rank.USERS)


@pytest.mark.parametrize(
    ("query", "target"),
    [
        ("focusplus", LensPosition(1, 51)),
        ("focusminus", LensPosition(1, 49)),
        ("?FocusPlus=&", LensPosition(1, 51)),
        ("movezoom=6", LensPosition(4, 50)),
        ("MOVEZOOM=3&", LensPosition(2.5, 50)),
        ("movezoom=1&movezoom=2", LensPosition(2, 50)),
        ("movezoom=0", LensPosition(1, 50)),
        ("smartfocusscan", LensPosition(1, 100)),
    ],
)
async def test_actions(rig: CameraRig, query: str, target: LensPosition) -> None:
    assert await rig.text(FZ, query) == "OK\r\n"
    assert rig.drivers.lens.target == target
    await rig.lens.close()


@pytest.mark.parametrize("question", ["getmotorcurpos", "getmotorcuspos", "GetMotorCurPos"])
async def test_position(rig: CameraRig, question: str) -> None:
    rig.drivers.lens.restore(LensPosition(4, 55.4))
    assert await rig.text(FZ, question) == "6|55\r\n"


async def test_busy(rig: CameraRig) -> None:
    assert await rig.text(FZ, "fzisbusy") == "0\r\n"
    await rig.text(FZ, "movezoom=6")
    assert await rig.text(FZ, "fzisbusy") == "1\r\n"
    for action in ("focusplus", "focusminus", "movezoom=0", "smartfocusscan"):
        with pytest.raises(RequestFailed, match=r"^busy$"):
            await rig.ask(FZ, action)
    assert rig.drivers.lens.target == LensPosition(4, 50)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "0 commands; allowed is one of focusminus"),
        ("focusplus&focusminus", "2 commands; allowed is one of"),
        ("movezoom=7", "movezoom=7: allowed: 0 to 6"),
        ("movezoom=-1", "movezoom=-1: allowed: 0 to 6"),
        ("movezoom=1.5", "movezoom=1.5: allowed: 0 to 6"),
        ("movezoom", "movezoom=: allowed: 0 to 6"),
        ("focusplus=3", "focusplus=3: allowed: no value"),
        ("fzisbusy&laser=1", "laser: unknown parameter; allowed: focusminus"),
    ],
)
async def test_mistakes_change_nothing(rig: CameraRig, query: str, message: str) -> None:
    with pytest.raises(RequestFailed, match=message):
        await rig.ask(FZ, query)
    assert rig.drivers.lens.rest_in_s == 0


async def test_only_administrators_pass_a_lock_of_ptz(rig: CameraRig) -> None:
    rig.ptz.lock.close(60)
    rig.rank = Rank.USERS
    with pytest.raises(RequestFailed, match="locked by an administrator for"):
        await rig.ask(FZ, "movezoom=6")
    assert await rig.text(FZ, "getmotorcurpos") == "0|50\r\n"
    rig.rank = Rank.ADMIN
    assert await rig.text(FZ, "movezoom=6") == "OK\r\n"


async def test_without_a_lens_everything_is_refused(rig: CameraRig) -> None:
    rig.drivers = choose_drivers({"lens": "none"}, rig.key_values)
    for query in ("focusplus", "focusminus", "movezoom=1", "smartfocusscan", "fzisbusy", "getmotorcurpos"):
        with pytest.raises(RequestFailed, match="not supported by this device"):
            await rig.ask(FZ, query)


@pytest.mark.parametrize(
    ("query", "changes"),
    [
        ("fzisbusy", False),
        ("getmotorcurpos", False),
        ("getmotorcuspos", False),
        ("focusplus", True),
        ("fzisbusy&movezoom=1", True),
    ],
)
def test_questions_change_nothing(query: str, changes: bool) -> None:
    assert FZ.changes(Query.parse(query)) is changes
