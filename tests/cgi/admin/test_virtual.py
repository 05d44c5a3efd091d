from dataclasses import replace

import pytest
from tests.cgi.camera_rig import CameraRig

from ipcamd.cgi.admin.virtual import ENDPOINT
from ipcamd.errors import HttpError, RequestFailed
from ipcamd.params.group import Rank
from ipcamd.wire.http.query import Query

LISTED = [
    "di1", "di2", "light", "sdcard", "sdcardsize", "scene", "source", "lens", "ptz", "do1", "ircut", "led", "pan",
    "tilt", "zoom", "focus", "irled", "rs485", "link",
]  # fmt: skip


def test_only_administrators_and_listing_changes_nothing() -> None:
    assert ENDPOINT.rank is Rank.ADMIN
    assert not ENDPOINT.changes(Query())
    assert ENDPOINT.changes(Query.parse("di1=high"))


async def test_without_parameters_everything_is_listed(rig: CameraRig) -> None:
    lines = (await rig.text(ENDPOINT)).split("\r\n")
    assert lines.pop() == ""
    assert [line.partition("=")[0] for line in lines] == LISTED


async def test_conditions_may_be_combined(rig: CameraRig) -> None:
    assert await rig.text(ENDPOINT, "DI1=High&light=7&scene=still") == "OK\r\n"
    text = await rig.text(ENDPOINT)
    assert "di1=high\r\n" in text
    assert "light=7\r\n" in text
    assert "scene=still\r\n" in text


@pytest.mark.parametrize("query", ["di1=high&light=101", "di1=high&do1=high", "di1", "di1=high&x=1", "light=%D9%A5"])
async def test_wrong_requests_change_nothing(rig: CameraRig, query: str) -> None:
    before = await rig.text(ENDPOINT)
    with pytest.raises(RequestFailed):
        await rig.ask(ENDPOINT, query)
    assert await rig.text(ENDPOINT) == before


async def test_a_real_device_has_no_such_page(rig: CameraRig) -> None:
    rig.drivers = replace(rig.drivers, virtual=None)
    with pytest.raises(HttpError) as caught:
        await rig.ask(ENDPOINT)
    assert caught.value.status == 404


@pytest.mark.parametrize("query", ["sdcard=insert", "light=7&SDCardSize=4096"])
async def test_without_a_slot_there_is_no_card_to_put_in(rig: CameraRig, query: str) -> None:
    rig.card.disk = None
    before = await rig.text(ENDPOINT)
    with pytest.raises(RequestFailed, match="no slot"):
        await rig.ask(ENDPOINT, query)
    assert await rig.text(ENDPOINT) == before
