from dataclasses import replace

import pytest
from tests.cgi.asking import World

from ipcamd.cgi.admin.restart import ENDPOINT, PAUSE_S, RestartAction
from ipcamd.cgi.endpoint import Endpoint
from ipcamd.errors import RequestFailed
from ipcamd.params.group import Rank
from ipcamd.wire.http.query import Query


class Time:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_only_administrators_and_it_counts_as_a_change() -> None:
    assert ENDPOINT.rank is Rank.ADMIN
    assert ENDPOINT.changes(Query())


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def endpoint(time: Time) -> Endpoint:
    return replace(ENDPOINT, action=RestartAction(time))


async def test_it_answers_ok_and_asks_for_a_restart(world: World, endpoint: Endpoint) -> None:
    assert await world.text(endpoint) == "OK\r\n"
    assert world.restarts == 1


async def test_once_in_ten_seconds(world: World, endpoint: Endpoint, time: Time) -> None:
    await world.ask(endpoint)
    for _ in range(20):
        with pytest.raises(RequestFailed, match="one in 10 s"):
            await world.ask(endpoint)
    time.now += PAUSE_S - 0.1
    with pytest.raises(RequestFailed):
        await world.ask(endpoint)
    time.now += 0.1
    await world.ask(endpoint)
    assert world.restarts == 2


async def test_one_camera_does_not_wait_for_another(world: World, endpoint: Endpoint) -> None:
    await world.ask(endpoint)
    world.identity = replace(world.identity, mac="02:00:00:00:00:01")
    assert await world.text(endpoint) == "OK\r\n"


async def test_older_spelling(world: World, endpoint: Endpoint) -> None:
    assert "/admin/reboot.cgi" in endpoint.aliases
    await world.ask(endpoint, "type=0")
    assert world.restarts == 1


@pytest.mark.parametrize("query", ["mode=1", "type=1"])
async def test_it_takes_no_other_parameters(world: World, endpoint: Endpoint, query: str) -> None:
    with pytest.raises(RequestFailed, match=query.split("=")[0]):
        await world.ask(endpoint, query)
    assert world.restarts == 0
