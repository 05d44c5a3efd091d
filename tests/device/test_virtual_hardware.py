import pytest

from ipcamd.device.virtual_hardware import CONDITIONS, REPORTS, VirtualHardware
from ipcamd.errors import RequestFailed

GOOD = {
    "di1": ["high", "low"],
    "di2": ["high", "low"],
    "light": ["0", "100"],
    "sdcard": ["insert", "remove"],
    "sdcardsize": ["1024", "64000000"],
    "scene": ["still", "walk"],
    "source": ["lost", "back"],
    "lens": ["jam", "free"],
    "ptz": ["jam", "free"],
}


def test_every_condition_is_tried_here() -> None:
    assert GOOD.keys() == CONDITIONS.keys()


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in GOOD.items() for value in values])
def test_applied_conditions_are_visible_and_reported(name: str, value: str) -> None:
    hardware, told = VirtualHardware(), []
    hardware.watch(name, told.append)
    hardware.apply({name: value})
    assert hardware[name] == hardware.state()[name] == value
    assert told == [value]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("light", "101"), ("light", "-1"), ("light", "\u0665"), ("light", "1_0"), ("light", ""), ("sdcardsize", "0"),
        ("di1", "1"), ("sdcard", "format"), ("scene", "run"), ("do1", "high"), ("pan", "3"), ("nothing", "x"),
    ],
)  # fmt: skip
def test_all_or_nothing(name: str, value: str) -> None:
    hardware, told = VirtualHardware(), []
    hardware.watch("di1", told.append)
    before = dict(hardware.state())
    with pytest.raises(RequestFailed, match=name):
        hardware.apply({"di1": "high", name: value} if name != "di1" else {name: value})
    assert hardware.state() == before
    assert told == []


def test_the_device_reports_what_it_does() -> None:
    hardware, told = VirtualHardware(), []
    hardware.watch("rs485", told.append)
    hardware.report("rs485", "ff010004000005")
    assert hardware["rs485"] == "ff010004000005"
    assert told == ["ff010004000005"]
    with pytest.raises(KeyError):
        hardware.report("light", "3")


def test_conditions_survive_the_device() -> None:
    applied: dict[str, str] = {}
    VirtualHardware(applied).apply({"di1": "high", "sdcard": "remove"})
    VirtualHardware(applied).report("do1", "high")
    again = VirtualHardware(applied)
    assert (again["di1"], again["sdcard"], again["do1"]) == ("high", "remove", "low")
    assert list(again.state()) == [*CONDITIONS, *REPORTS]


def test_conditions_are_listed_before_reports() -> None:
    assert list(VirtualHardware().state()) == [*CONDITIONS, *REPORTS]
