import pytest

from ipcamd.device.virtual import CAUSES, EFFECTS, Outside
from ipcamd.errors import RequestFailed
from ipcamd.params import find

GOOD = {
    "di1": ["high", "low"],
    "di2": ["high", "low"],
    "light": ["0", "100"],
    "sdcard": ["insert", "remove"],
    "sdcardsize": ["1024", "64000000"],
    "scene": ["still", "walk"],
    "source": ["lost", "back"],
    "lens": ["jam", "free"],
}


def test_every_cause_is_tried_here() -> None:
    assert GOOD.keys() == CAUSES.keys()


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in GOOD.items() for value in values])
def test_what_is_done_is_seen_and_told(name: str, value: str) -> None:
    outside, told = Outside(), []
    outside.watch(name, told.append)
    outside.act({name: value})
    assert outside[name] == outside.state()[name] == value
    assert told == [value]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("light", "101"), ("light", "-1"), ("light", "\u0665"), ("light", "1_0"), ("light", ""), ("sdcardsize", "0"),
        ("di1", "1"), ("sdcard", "format"), ("scene", "run"), ("do1", "high"), ("pan", "3"), ("nothing", "x"),
    ],
)  # fmt: skip
def test_all_or_nothing(name: str, value: str) -> None:
    outside, told = Outside(), []
    outside.watch("di1", told.append)
    before = dict(outside.state())
    with pytest.raises(RequestFailed, match=name):
        outside.act({"di1": "high", name: value} if name != "di1" else {name: value})
    assert outside.state() == before
    assert told == []


def test_the_device_shows_what_it_does() -> None:
    outside, told = Outside(), []
    outside.watch("rs485", told.append)
    outside.show("rs485", "ff010004000005")
    assert outside["rs485"] == "ff010004000005"
    assert told == ["ff010004000005"]
    with pytest.raises(KeyError):
        outside.show("light", "3")


def test_some_act_from_the_start() -> None:
    scenes: list[str] = []
    Outside(scene=scenes.append).act({"scene": "still", "light": "3"})
    assert scenes == ["still"]


def test_what_was_done_outlives_the_device() -> None:
    done: dict[str, str] = {}
    Outside(done).act({"di1": "high", "sdcard": "remove"})
    Outside(done).show("do1", "high")
    again = Outside(done)
    assert (again["di1"], again["sdcard"], again["do1"]) == ("high", "remove", "low")
    assert list(again.state()) == [*CAUSES, *EFFECTS]


def test_causes_are_listed_before_effects() -> None:
    assert list(Outside().state()) == [*CAUSES, *EFFECTS]


def test_inputs_output_and_hardware_are_parameters() -> None:
    outside = Outside()
    outside.act({"di2": "high"})
    live = {name: value() for name, value in outside.readers().items()}
    assert (live["GPIO", "TriggerInStatus1"], live["GPIO", "TriggerInStatus2"]) == ("low", "high")
    outside.show("do1", "high")
    assert outside.readers()["GPIO", "TriggerOutStatus1"]() == "high"
    assert live["Hardware", "TriggerIn"] == "2"
    assert all((group := find(name)) and group.param(parameter) for name, parameter in live)
