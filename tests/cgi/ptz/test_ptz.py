"""``ptz.cgi`` and the older spellings."""

import pytest
from tests.cgi.camera_rig import CameraRig

from ipcamd.cgi.admin import ptctrl
from ipcamd.cgi.endpoint import Endpoint
from ipcamd.cgi.ptz import ptctl, ptz
from ipcamd.control.ptz.controller import DIRECTIONS
from ipcamd.device.driver_choice import choose_drivers
from ipcamd.device.position import PtzPosition
from ipcamd.errors import HttpError, RequestFailed
from ipcamd.params.group import Rank
from ipcamd.settings.change_records import Change

PTZ, PTCTRL, PTCTL = ptz.ENDPOINT, ptctrl.ENDPOINT, ptctl.ENDPOINT


async def done(rig: CameraRig, query: str, endpoint: Endpoint = PTZ) -> None:
    reply = await rig.ask(endpoint, query)
    assert (reply.status, reply.body) == (204, b"")


def test_ranks_are_those_of_the_paths() -> None:
    assert [endpoint.rank for endpoint in (PTZ, PTCTRL, PTCTL)] == [Rank.USERS, Rank.ADMIN, Rank.USERS]
    assert PTCTRL.aliases == ("/admin/ptctl.cgi",)


@pytest.mark.parametrize("direction", DIRECTIONS)
async def test_moves(rig: CameraRig, direction: str) -> None:
    await done(rig, f"move={direction.upper()}")
    pan, tilt = DIRECTIONS[direction]
    target = rig.drivers.pan_tilt.target
    assert (target.pan, target.tilt, target.zoom) == (10 * pan, 10 * tilt, 1.5)


@pytest.mark.parametrize(
    ("endpoint", "query"),
    [(PTCTRL, "action=move&Cmd=up"), (PTCTRL, "move=up"), (PTCTL, "move=up"), (PTZ, "move=up&"), (PTZ, "?move=up")],
)
async def test_older_spellings(rig: CameraRig, endpoint: Endpoint, query: str) -> None:
    await done(rig, query, endpoint)
    assert rig.drivers.pan_tilt.target.tilt == 10


@pytest.mark.parametrize(
    ("word", "direction"),
    [("left_up", "upleft"), ("right_up", "upright"), ("left_down", "downleft"), ("right_down", "downright")],
)
@pytest.mark.parametrize("query", ["move={}", "action=move&Cmd={}"])
async def test_older_diagonals(rig: CameraRig, query: str, word: str, direction: str) -> None:
    await done(rig, query.format(word), PTCTRL)
    pan, tilt = DIRECTIONS[direction]
    target = rig.drivers.pan_tilt.target
    assert (target.pan, target.tilt) == (10 * pan, 10 * tilt)


@pytest.mark.parametrize("direction", DIRECTIONS)
async def test_every_move_works_in_every_spelling(rig: CameraRig, direction: str) -> None:
    for endpoint, query in ((PTCTRL, f"action=move&Cmd={direction}"), (PTCTL, f"move={direction.title()}")):
        rig.drivers.pan_tilt.restore(PtzPosition(0, 0, 2))
        await done(rig, query, endpoint)
        assert tuple(rig.drivers.pan_tilt.target)[:2] == tuple(10 * sign for sign in DIRECTIONS[direction])


async def test_older_moves_by_degrees_do_not_move_the_other_axis(rig: CameraRig) -> None:
    for query in ("action=movedegree&Cmd=right&Degree=30", "move=up&degree=8", "action=movedegree&Cmd=down&Degree=0"):
        await done(rig, query, PTCTRL)
    target = rig.drivers.pan_tilt.target
    assert (round(target.pan), target.zoom) == (30, 1.5)
    assert target.tilt < 8, "the last command ended the tilt"
    with pytest.raises(RequestFailed, match="degree=31: allowed: 0 to 30"):
        await rig.ask(PTCTL, "move=up&degree=31")


async def test_older_presets_home_and_patrol(rig: CameraRig) -> None:
    head = rig.drivers.pan_tilt
    await rig.settings.update([Change("PTZ.PresetList", "Preset2", "0|9|")])
    head.restore(PtzPosition(40, 20, 2))
    await done(rig, "position=1&positionname=zm2", PTCTRL)
    assert rig.settings["PTZ.PresetList"]["Preset2"] == "1|9|zm2"
    await done(rig, "move=h", PTCTL)
    assert tuple(head.target) == (0, 0, 1)
    await done(rig, "action=move&Cmd=p1", PTCTRL)
    assert tuple(head.target) == (40, 20, 2)
    with pytest.raises(RequestFailed, match="ptzpreset=8: it is not set"):
        await rig.ask(PTCTL, "move=p7")
    await done(rig, "move=patrol", PTCTL)
    assert rig.ptz.state()["patrol"]
    await done(rig, "move=stop", PTCTL)
    assert not rig.ptz.state()["patrol"]
    await done(rig, "move=reset", PTCTRL)
    assert tuple(head.target) == (0, 0, 1)
    await done(rig, "position=10|20|3", PTCTRL)
    assert tuple(head.target) == (10, 20, 3)


@pytest.mark.parametrize(
    "query", ["move=p8", "position=8&positionname=a", "positionname=a", "action=fly&Cmd=up", "Cmd=x"]
)
async def test_invalid_older_commands_are_refused(rig: CameraRig, query: str) -> None:
    with pytest.raises(RequestFailed, match="allowed"):
        await rig.ask(PTCTRL, query)


async def test_speeds_are_patrol_tilt_pan(rig: CameraRig) -> None:
    await done(rig, "speed=1|2|3")
    assert dict(rig.settings["PTZ.Speed"]) == {"PatrolSpeed": "1", "TiltSpeed": "2", "PanSpeed": "3"}


async def test_presets_are_set_and_removed(rig: CameraRig) -> None:
    await done(rig, "ptzpresetupdate=1|1|8|test1")
    assert rig.settings["PTZ.PresetList"]["Preset1"] == "1|8|test1"
    await done(rig, "ptzpreset=1")
    await done(rig, "ptzpresetupdate=1|0||")
    assert rig.settings["PTZ.PresetList"]["Preset1"] == "0|5|"
    with pytest.raises(RequestFailed, match="not set"):
        await rig.ask(PTZ, "ptzpreset=1")


async def test_other_commands(rig: CameraRig) -> None:
    for query in ("ptzsethome", "calibrate", "move=home", "move=stop", "zoom=in", "zoom=stop", "zoom=2.5"):
        await done(rig, query)
    await done(rig, "position=-50|25|3")
    assert tuple(rig.drivers.pan_tilt.target) == (-50, 25, 3)
    await done(rig, "center=50|50")
    await done(rig, "move=right&continuous=yes")
    assert rig.drivers.pan_tilt.target.pan == 100
    await done(rig, "ptzpresetupdate=2|1|1|x")
    await done(rig, "ptzpatrol=start")
    await done(rig, "ptzpatrol=stop")


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "no command; allowed: move"),
        ("move=sideways", "move=sideways: allowed: home, up"),
        ("move", "move=: allowed"),
        ("speed=1|2|4", "PATROL|TILT|PAN"),
        ("speed=1|2", "PATROL|TILT|PAN"),
        ("ptzpreset=9", "1 to 8"),
        ("ptzpreset=%D9%A1", "1 to 8"),
        ("ptzpresetupdate=1|1|31|x", "1 to 30"),
        ("ptzpresetupdate=1|1|5|a|b", "ENABLE"),
        ("ptzpresetupdate=1|1|5|a2345678901234567", "16"),
        ("ptzpresetupdate=9|1|5|a", "1 to 8"),
        ("ptzpatrol=pause", "start, stop"),
        ("ptzpatrol=start", "no preset is set"),
        ("calibrate=1", "no value"),
        ("zoom=5", "1 to 4"),
        ("zoom=nan", "1 to 4"),
        ("position=1|2", "PAN|TILT|ZOOM"),
        ("center=101|0", "0 to 100"),
        ("excommand=6", "1 to 5"),
        ("excommand=1", "not enabled"),
        ("lock=-1", "0 to 3600"),
        ("fly=up", "excommand, lock, continuous, degree"),
        ("move=up&speed=9|9|9", "speed=9"),
    ],
)
async def test_wrong_requests_change_nothing(rig: CameraRig, query: str, message: str) -> None:
    with pytest.raises(RequestFailed) as caught:
        await rig.ask(PTZ, query)
    assert message in str(caught.value)
    assert tuple(rig.drivers.pan_tilt.target) == (0, 0, 1)
    assert rig.settings["PTZ.Speed"]["PanSpeed"] == "2"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("speed=3|3|3&ptzpreset=4", "ptzpreset=4: it is not set"),
        ("move=up&ptzpatrol=start", "no preset is set"),
        ("move=up&excommand=2", "not enabled"),
    ],
)
async def test_no_command_acts_if_one_needs_an_unset_preset(rig: CameraRig, query: str, message: str) -> None:
    with pytest.raises(RequestFailed, match=message):
        await rig.ask(PTZ, query)
    assert tuple(rig.drivers.pan_tilt.target) == (0, 0, 1)
    assert rig.settings["PTZ.Speed"]["PanSpeed"] == "2"


async def test_a_request_may_set_a_preset_and_use_it(rig: CameraRig) -> None:
    await done(rig, "ptzpresetupdate=1|1|5|a&ptzpreset=1&ptzpatrol=start")


async def test_an_administrator_locks_ptz(rig: CameraRig) -> None:
    await done(rig, "lock=60")
    await done(rig, "move=up")
    rig.rank = Rank.USERS
    with pytest.raises(RequestFailed, match=r"^PTZ is locked by an administrator for [0-9]+ s more$"):
        await rig.ask(PTZ, "move=up")
    with pytest.raises(HttpError) as caught:
        await rig.ask(PTZ, "lock=0")
    assert caught.value.status == 403
    rig.rank = Rank.ADMIN
    await done(rig, "lock=0")
    rig.rank = Rank.USERS
    await done(rig, "move=up")


async def test_without_a_head_it_is_not_supported(rig: CameraRig) -> None:
    rig.drivers = choose_drivers({"pan-tilt": "none"}, rig.key_values)
    with pytest.raises(RequestFailed, match="not supported by this device"):
        await rig.ask(PTZ, "move=up")
