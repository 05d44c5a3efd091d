"""Requests of the events page for schedules."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.cgi.camera_rig import CameraRig

from ipcamd.params.group import Rank
from ipcamd.settings.change_records import Change
from ipcamd.web.events.schedules import ENDPOINTS

(SCHEDULES,) = ENDPOINTS


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[CameraRig]:
    rig = CameraRig(tmp_path / "state")
    yield rig
    await rig.close()


async def asked(rig: CameraRig) -> Any:
    return json.loads((await rig.ask(SCHEDULES)).body)


async def test_fields_have_controls_and_schedules_their_values(rig: CameraRig) -> None:
    await rig.schedules.add({"Name": "night", "TriggerDI1Type": "1"})
    answer = await asked(rig)
    ((schedule),) = answer["schedules"]
    assert (schedule["number"], schedule["values"]["Name"], schedule["values"]["TriggerDI1Type"]) == (1, "night", "1")
    fields = {field["name"]: field for field in answer["fields"]}
    assert fields.keys() == schedule["values"].keys()
    assert fields["TriggerDI1Type"]["labels"] == ["high", "low"]
    assert (fields["EnableFtp"]["type"], fields["DigitalOutputTime"]["unit"]) == ("switch", "s")
    assert answer["slots"] == 10
    assert SCHEDULES.rank is Rank.ADMIN


async def test_fields_without_effect_are_marked(rig: CameraRig) -> None:
    async def warned() -> set[str]:
        return {field["name"] for field in (await asked(rig))["fields"] if "warning" in field}

    assert await warned() == {"EnableFtp", "EnableEmail", "EnableSamba", "EnableSDCard", "EnableMQTT", "TriggerMotion"}
    await rig.settings.update([Change("Event.Server.FTP", "Enable", "yes"), Change("Motion", "motionenable", "1")])
    assert await warned() == {"EnableEmail", "EnableSamba", "EnableSDCard", "EnableMQTT"}
