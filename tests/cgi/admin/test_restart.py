from dataclasses import replace

import pytest
from tests.cgi.camera_rig import CameraRig

from ipcamd.cgi.admin.restart import ENDPOINT, PAUSE_S, RestartAction
from ipcamd.cgi.endpoint import Endpoint
from ipcamd.errors import RequestFailed
from ipcamd.params.group import Rank
from ipcamd.wire.http.query import Query


class SimulatedTime:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_only_administrators_and_it_counts_as_a_change() -> None:
    assert ENDPOINT.rank is Rank.ADMIN
    assert ENDPOINT.changes(Query())


@pytest.fixture
def time() -> SimulatedTime:
    return SimulatedTime()


@pytest.fixture
def endpoint(time: SimulatedTime) -> Endpoint:
    return replace(ENDPOINT, action=RestartAction(time))


async def test_it_answers_ok_and_asks_for_a_restart(rig: CameraRig, endpoint: Endpoint) -> None:
    assert await rig.text(endpoint) == "OK\r\n"
    assert rig.restarts == 1


async def test_once_in_ten_seconds(rig: CameraRig, endpoint: Endpoint, time: SimulatedTime) -> None:
    await rig.ask(endpoint)
    for _ in range(20):
        with pytest.raises(RequestFailed, match="one in 10 s"):
            await rig.ask(endpoint)
    time.now += PAUSE_S - 0.1
    with pytest.raises(RequestFailed):
        await rig.ask(endpoint)
    time.now += 0.1
    await rig.ask(endpoint)
    assert rig.restarts == 2


async def test_one_camera_does_not_wait_for_another(rig: CameraRig, endpoint: Endpoint) -> None:
    await rig.ask(endpoint)
    rig.identity = replace(rig.identity, mac="02:00:00:00:00:01")
    assert await rig.text(endpoint) == "OK\r\n"


async def test_older_spelling(rig: CameraRig, endpoint: Endpoint) -> None:
    assert "/admin/reboot.cgi" in endpoint.aliases
    await rig.ask(endpoint, "type=0")
    assert rig.restarts == 1


@pytest.mark.parametrize("query", ["mode=1", "type=1"])
async def test_it_takes_no_other_parameters(rig: CameraRig, endpoint: Endpoint, query: str) -> None:
    with pytest.raises(RequestFailed, match=query.split("=")[0]):
        await rig.ask(endpoint, query)
    assert rig.restarts == 0
