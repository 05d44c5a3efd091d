"""Requests of the settings page."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from tests.cgi.camera_rig import CameraRig

from ipcamd.cgi.endpoint import Endpoint
from ipcamd.device.driver_choice import choose_drivers
from ipcamd.params import GROUPS
from ipcamd.params.group import Rank
from ipcamd.settings.secret_mask import HIDDEN
from ipcamd.web.parameters.parameter_labels import label
from ipcamd.web.settings import ENDPOINTS
from ipcamd.web.settings_topics import TOPICS

SETTINGS, CHECK, UPDATE, UNDO = ENDPOINTS


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[CameraRig]:
    rig = CameraRig(tmp_path / "state")
    yield rig
    rig.database.close()


async def ask(rig: CameraRig, endpoint: Endpoint, **sent: str) -> Any:
    reply = await rig.ask(endpoint, urlencode(sent))
    assert dict(reply.headers)["Cache-Control"] == "no-store"
    return json.loads(reply.body)


async def listed(rig: CameraRig) -> dict[str, dict[str, Any]]:
    topics = await ask(rig, SETTINGS)
    return {f"{g['name']}.{p['name']}": p for topic in topics for g in topic["groups"] for p in g["params"]}


def test_guests_have_no_settings_and_other_sites_change_none() -> None:
    assert {endpoint.rank for endpoint in ENDPOINTS} == {Rank.USERS}
    assert [endpoint.changes(None) for endpoint in ENDPOINTS] == [False, False, True, True]


def test_every_group_has_one_topic() -> None:
    named = [name for groups in TOPICS.values() for name in groups]
    assert sorted(named) == sorted(group.name for group in GROUPS)


async def test_an_administrator_gets_every_parameter_once(rig: CameraRig) -> None:
    topics = await ask(rig, SETTINGS)
    found = [f"{g['name']}.{p['name']}" for topic in topics for g in topic["groups"] for p in g["params"]]
    assert sorted(found) == sorted(f"{group.name}.{param.name}" for group in GROUPS for param in group.params)


async def test_users_get_what_they_may_set(rig: CameraRig) -> None:
    rig.rank = Rank.USERS
    expected = [f"{g.name}.{p.name}" for g in GROUPS for p in g.params if p.set is Rank.USERS and p.get <= Rank.USERS]
    assert sorted(await listed(rig)) == sorted(expected)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "ImageSource.IO.Sensor.Brightness",
            {"type": "number", "high": 255, "factory": "128"},
        ),
        ("ImageSource.IO.Sensor.Mirror", {"type": "switch", "words": ["on", "off"], "value": "off"}),
        ("Image.MJPEG.Framerate", {"type": "choice", "label": "Frame rate"}),
        ("Time.ServerDate", {"type": "date"}),
        ("Time.ServerTime", {"type": "time"}),
        ("Time.NTP.Update", {"type": "text", "value": "24:00:00"}),
        ("System.Info.ServerName", {"type": "text"}),
        ("System.Info.MACAddress", {"fixed": ""}),
        ("Event.Server.FTP.Password", {"type": "password", "value": ""}),
    ],
)
async def test_a_parameter_is_described_by_its_kind(rig: CameraRig, name: str, expected: dict[str, Any]) -> None:
    described = (await listed(rig))[name]
    assert described | expected == described
    assert described["help"].endswith(".")


async def test_secrets_never_leave(rig: CameraRig) -> None:
    rig.settings._factory = rig.settings._factory | {
        "Event.Server.FTP": rig.settings._factory["Event.Server.FTP"] | {"Password": "hush"}
    }
    reply = await ask(rig, UPDATE, **{"Event.Server.FTP.Password": "hush"})
    assert reply["values"] == {"Event.Server.FTP.Password": "********"}
    assert b"hush" not in (await rig.ask(SETTINGS)).body
    assert (await listed(rig))["Event.Server.FTP.Password"]["value"] == "********"
    assert await ask(rig, CHECK, name="Event.Server.FTP.Password", value="hush") == {"value": "********"}


async def test_live_values_do_not_count_as_changes_from_the_factory(rig: CameraRig) -> None:
    rig.settings.add_readers({("Network", "IPAddress"): lambda: "10.0.0.7"})
    address = (await listed(rig))["Network.IPAddress"]
    assert (address["value"], address.get("factory")) == ("10.0.0.7", None)


async def test_missing_hardware_is_reported(rig: CameraRig) -> None:
    rig.drivers = choose_drivers({"output": "none"}, rig.key_values)
    rig.settings.add_readers({("Hardware", "TriggerOut"): lambda: "0"})
    output = (await listed(rig))["GPIO.TriggerOutStatus1"]
    assert output["fixed"] == "Not on this device: Number of digital outputs."


@pytest.mark.parametrize(
    ("name", "value", "answer"),
    [
        ("ImageSource.IO.Sensor.Brightness", "007", {"value": "7"}),
        ("ImageSource.IO.Sensor.Brightness", "256", {"error": "allowed: 0 to 255"}),
        ("System.Info.ModelName", "x", {"error": "it is read-only"}),
        ("No.Such", "x", {"error": "group=No: there is no such group"}),
        ("", "", {"error": "group=: there is no such group"}),
    ],
)
async def test_a_value_is_checked_and_nothing_changes(rig: CameraRig, name: str, value: str, answer: object) -> None:
    assert await ask(rig, CHECK, name=name, value=value) == answer
    assert rig.settings["ImageSource.IO.Sensor"]["Brightness"] == "128"


async def test_several_groups_are_changed_at_once_and_undone(rig: CameraRig) -> None:
    sent = {"ImageSource.IO.Sensor.Brightness": "7", "Event.Server.SMTP.Smtpport": "2525"}
    answer = await ask(rig, UPDATE, **sent)
    assert answer["values"] == sent
    assert rig.settings["Event.Server.SMTP"]["Smtpport"] == "2525"
    undone = await ask(rig, UNDO, token=answer["undo"])
    assert undone["values"] == {"ImageSource.IO.Sensor.Brightness": "128", "Event.Server.SMTP.Smtpport": "587"}
    assert await ask(rig, UNDO, token=answer["undo"]) == {"errors": {"": "there is nothing to undo"}}


async def test_one_bad_value_changes_nothing_and_each_is_named(rig: CameraRig) -> None:
    sent = {"ImageSource.IO.Sensor.Brightness": "7", "Event.Server.SMTP.Smtpport": "0", "Time.NTP.Server": "a b"}
    errors = (await ask(rig, UPDATE, **sent))["errors"]
    assert errors == {
        "Event.Server.SMTP.Smtpport": "allowed: 1 to 65535",
        "Time.NTP.Server": "allowed: a host name or an IP address, which :port may follow "
        "(an IPv6 address is in brackets then)",
    }
    assert rig.settings["ImageSource.IO.Sensor"]["Brightness"] == "128"
    assert await ask(rig, UPDATE) == {"errors": {"": "nothing to save"}}


async def test_a_refusal_of_a_group_is_reported_at_its_parameter(rig: CameraRig) -> None:
    sent = {"ImageSource.IO.Sensor.Brightness": "7", "System.HTTPPort": "8554", "System.RTSPPort": "8554"}
    answer = await ask(rig, UPDATE, **sent)
    assert answer == {"errors": {"System.HTTPPort": "HTTPPort=8554, RTSPPort=8554: they must differ"}}
    assert rig.settings["ImageSource.IO.Sensor"]["Brightness"] == "128"


async def test_groups_with_requests_of_their_own_are_not_changed_here(rig: CameraRig) -> None:
    for name in ("Motion.Enabled", "IPFilter.Policy", "Event.Notify.motion"):
        assert await ask(rig, UPDATE, **{name: "1"}) == {"errors": {name: "there is no such parameter"}}


async def test_users_change_what_they_may_and_nothing_else(rig: CameraRig) -> None:
    rig.rank = Rank.USERS
    assert "values" in await ask(rig, UPDATE, **{"ImageSource.IO.Sensor.Brightness": "7"})
    assert await ask(rig, UPDATE, **{"System.HTTPPort": "81"}) == {
        "errors": {"System.HTTPPort": "users may not set it"}
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("SubnetMask", "Subnet mask"), ("HTTPPort", "HTTP port"), ("DNSServer1", "DNS server 1"), ("TTL", "TTL"),
        ("VideoDSCP", "Video DSCP"), ("Preset8", "Preset 8"), ("Flip", "Flip"), ("ServerName", "Server name"),
        ("IPv6Status", "Status over IPv6"), ("ClientId", "Client ID"),
    ],
)  # fmt: skip
def test_labels_come_from_names(name: str, expected: str) -> None:
    assert label(name) == expected


async def test_some_groups_alone_are_described(rig: CameraRig) -> None:
    topics = await ask(rig, SETTINGS, group="Event.Server.FTP,Time")
    assert [group["name"] for topic in topics for group in topic["groups"]] == ["Event.Server.FTP", "Time"]


async def test_groups_that_are_alike_are_described_once(rig: CameraRig) -> None:
    [topic] = await ask(rig, SETTINGS, group="Event.Server.FTP,Event.Webhook1,Event.Webhook2")
    ftp, first, second = topic["groups"]
    assert "params" in ftp
    described = {param["name"]: param["value"] for param in first["params"]}
    assert second == {
        "name": "Event.Webhook2", "title": "Webhook 2", "like": "Event.Webhook1", "values": described
    }  # fmt: skip
    await ask(rig, UPDATE, **{"Event.Webhook2.Authorization": "Bearer X"})
    [topic] = await ask(rig, SETTINGS, group="Event.Webhook1,Event.Webhook2")
    values = topic["groups"][1]["values"]
    assert values == described | {"Authorization": HIDDEN}
