"""Rules for the whole table of parameters."""

import pytest

from ipcamd.params import GROUPS, find_group
from ipcamd.params.device.hardware import HARDWARE
from ipcamd.params.group import Group, Rank, ValueOrigin
from ipcamd.params.kinds.choice import OneOf
from ipcamd.params.kinds.kind import ValueKind
from ipcamd.params.kinds.number import Integer

NAMES = [
    "Hardware",
    "System.Info",
    "Time",
    "Time.NTP",
    "ImageSource.IO.Sensor",
    "Properties.Audio",
    "System",
    "Image.MJPEG",
    "Image.MPEG4",
    "Image.H264",
    "Image.3GPP",
    "Audio",
    "GPIO",
    "IRCUt",
    "RS485",
    "Event.Server.General",
    "Event.Server.SMTP",
    "Event.Server.Authentication",
    "Event.Server.FTP",
    "Event.Server.NetStorage",
    "Event.Server.External.Storage",
    "Network",
    "Network.PPPoE",
    "Network.DNSUpdate",
    "Network.UPnP",
    "Network.Advanced.HTTPS",
    "Network.Advanced.Bonjour",
    "Network.Advanced.Multicast",
    "Network.Advanced.QoS",
    "NetworkLED",
    "PTZ.PresetList",
    "PTZ.Speed",
]

EVERY = [(f"{group.name}.{param.name}", param) for group in GROUPS for param in group.params]
each = pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)

POISON = ("\r\nX-Injected: 1", "a\nb", "\0", "\x7f", "\u2028", "\ud800", "x" * 5000, "1" * 5000)


def test_the_groups_and_their_order_are_those_of_the_sdk() -> None:
    groups = GROUPS[: len(NAMES)]
    assert [group.name for group in groups] == NAMES
    assert [group.section for group in groups] == [f"10.{number}" for number in range(1, 33)]


def test_our_own_groups_follow() -> None:
    texts = [f"ImageSource.IO.OSD.{number}" for number in range(1, 5)]
    ours = ["Event.Server.HTTP", "Network.PortMapping", "Network.ONVIF", "Event.Server.MQTT", "Recording", "Privacy"]
    ours += [f"Privacy.Mask{number}" for number in range(1, 9)]
    ours += [*texts, "Network.Advanced.WebRTC"]
    ours += ["Image.MJPEG.Sub", "Image.H264.Sub", "Image.H265", *(f"Event.Webhook{n}" for n in range(1, 9))]
    assert [group.name for group in GROUPS[len(NAMES) :]] == ours


def test_groups_are_found_by_any_spelling_and_alias() -> None:
    assert find_group("ircut") is find_group("IRCUT") is find_group("IRCUt")
    assert find_group("Event.Server.SMTP.Authentication") is find_group("event.server.authentication")
    assert find_group("Event.Server") is None
    assert find_group("") is None


@each
def test_names_in_a_group_differ_and_none_is_a_word_of_the_request(group: Group) -> None:
    names = [param.name.lower() for param in group.params]
    assert len(set(names)) == len(names)
    assert not {"action", "group", "name", ""} & set(names)


@each
def test_the_defaults_keep_the_rules_between_parameters(group: Group) -> None:
    assert group.normalize is None or group.normalize(group.values(), {}) == {}


def test_each_default_is_of_its_own_kind() -> None:
    assert [name for name, param in EVERY if param.kind.normalize(param.default) != param.default] == []


@each
def test_values_that_break_a_listing_or_exhaust_memory_are_refused(group: Group) -> None:
    for param in group.params:
        for text in POISON:
            with pytest.raises(ValueError, match=r"\S"):
                param.kind.normalize(text)


def test_ranks_that_set_a_parameter_may_read_it() -> None:
    assert [name for name, param in EVERY if param.set and param.set < param.get] == []
    assert [name for name, param in EVERY if param.set is Rank.GUEST] == []


def test_passwords_and_logins_are_for_administrators_only() -> None:
    assert [
        name for name, param in EVERY if param.secret != name.endswith(("Password", "Secret", "Authorization"))
    ] == []
    private = [param for name, param in EVERY if name.endswith(("Password", "UserName"))]
    assert {(param.get, param.set) for param in private} == {(Rank.ADMIN, Rank.ADMIN)}


def test_parameters_require_only_flags_of_the_hardware() -> None:
    assert [name for name, param in EVERY if param.needs and not HARDWARE.param(param.needs)] == []


def test_a_person_can_read_about_each() -> None:
    assert [name for name, param in EVERY if not param.help.endswith(".") or not param.kind.allowed] == []


def test_labels_are_as_many_as_values() -> None:
    assert [name for name, param in EVERY if not labelled(param.kind)] == []


def labelled(kind: ValueKind) -> bool:
    """Return whether a kind has a label for each value, if it has any."""
    if isinstance(kind, Integer):
        return len(kind.labels) in (0, kind.high - kind.low + 1)
    return not isinstance(kind, OneOf) or len(kind.labels) in (0, len(kind.words))


def test_factory_default_mode_2_keeps_address_and_zone() -> None:
    assert {name for name, param in EVERY if param.network} == {
        "Time.TimeZone",
        "Time.DaylightSaving",
        "Network.BootProto",
        "Network.DefaultRouter",
        "Network.DNSServer1",
        "Network.DNSServer2",
        "Network.InterfaceSelectMode",
        "Network.IPAddress",
        "Network.Media",
        "Network.SubnetMask",
        "Network.PPPoE.UserName",
        "Network.PPPoE.Password",
    }


def test_only_the_clock_is_both_live_and_settable() -> None:
    found = [name for name, param in EVERY if param.origin is ValueOrigin.LIVE and param.set]
    assert found == ["Time.ServerDate", "Time.ServerTime"]


def test_guests_see_the_pictures_but_not_the_network() -> None:
    seen = [name for name, param in EVERY if param.get is Rank.GUEST]
    assert {"Image.MJPEG.Resolution", "Image.H264.Bitrate", "ImageSource.IO.Sensor.Mirror", "Hardware.PT"} <= {*seen}
    assert [name for name in seen if name.startswith(("Network", "Event", "RS485", "PTZ"))] == []


def test_users_see_inputs_and_set_the_output() -> None:
    group = find_group("GPIO")
    assert group
    ranks = {param.name: (param.get, param.set) for param in group.params}
    assert ranks == {
        "TriggerOutStatus1": (Rank.USERS, Rank.USERS),
        "TriggerInStatus1": (Rank.USERS, None),
        "TriggerInStatus2": (Rank.USERS, None),
    }
