"""Each driver against the hardware that it drives, and the choice of drivers."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from ipcamd.device import absent
from ipcamd.device.driver_choice import FEATURES, choose_drivers
from ipcamd.device.drivers import Drivers
from ipcamd.device.position import LensPosition, PtzPosition
from ipcamd.device.virtual_hardware import VirtualHardware
from ipcamd.errors import ConfigError, RequestFailed
from ipcamd.params import find_group
from ipcamd.params.device.rs485 import RS485
from ipcamd.params.network import NETWORK
from ipcamd.store.database import Database
from ipcamd.store.keyvalue import KeyValueStore


@pytest.fixture
def key_values(tmp_path: Path) -> Iterator[KeyValueStore]:
    with Database(tmp_path / "state" / "ipcamd.db") as database:
        yield KeyValueStore(database)


def hardware(drivers: Drivers) -> VirtualHardware:
    assert drivers.virtual
    return drivers.virtual


def test_inputs_follow_the_world(key_values: KeyValueStore) -> None:
    drivers, told = choose_drivers({}, key_values), list[tuple[str, int]]()
    first, second = drivers.inputs
    second.watch(lambda level, age_ns: told.append((level, age_ns)))
    hardware(drivers).apply({"di2": "high"})
    assert (first.level, second.level, told) == ("low", "high", [("high", 0)])


async def test_output_filter_led_and_line_are_reported(key_values: KeyValueStore) -> None:
    drivers = choose_drivers({}, key_values)
    drivers.output.set_level("high")
    assert drivers.ir_cut.in_path
    drivers.ir_cut.set_filter(False)
    assert not drivers.ir_cut.in_path
    drivers.led.set_lit(False)
    await drivers.serial_line.send(b"\xff\x01", RS485.values())
    shown = hardware(drivers).state()
    assert drivers.output.level == "high"
    assert [shown[name] for name in ("do1", "ircut", "irled", "led", "rs485")] == [
        "high",
        "off",
        "on",
        "off",
        "ff01",
    ]


def test_the_light_sensor_sees_the_world_s_light(key_values: KeyValueStore) -> None:
    drivers, told = choose_drivers({}, key_values), list[int]()
    drivers.light.watch(lambda: told.append(drivers.light.level))
    hardware(drivers).apply({"light": "7"})
    assert (drivers.light.level, told) == (7, [7])


def test_levels_and_features_are_parameters(key_values: KeyValueStore) -> None:
    drivers = choose_drivers({}, key_values)
    hardware(drivers).apply({"di2": "high"})
    drivers.output.set_level("high")
    read = {name: reader() for name, reader in drivers.readers().items()}
    assert [read["GPIO", f"Trigger{name}"] for name in ("InStatus1", "InStatus2", "OutStatus1")] == [
        "low",
        "high",
        "high",
    ]
    assert (read["Hardware", "TriggerIn"], read["Hardware", "PT"], read["Hardware", "USB"]) == ("2", "1", "0")
    assert all((group := find_group(name)) and group.param(parameter) for name, parameter in read)


@pytest.mark.parametrize("kind", FEATURES)
def test_hardware_that_is_left_out_is_absent(key_values: KeyValueStore, kind: str) -> None:
    drivers = choose_drivers({kind: "none"}, key_values)
    full = choose_drivers({}, key_values).features
    changed = {name: drivers.features[name] for name, value in full.items() if drivers.features[name] != value}
    counted = {FEATURES[kind]} - {""}
    assert changed == dict.fromkeys(counted, "0")


def test_one_input_alone_is_counted(key_values: KeyValueStore) -> None:
    drivers = choose_drivers({"inputs": "/dev/gpiochip9:1"}, key_values)
    assert (drivers.features["TriggerIn"], drivers.units) == ("1", drivers.inputs)


def test_hardware_that_is_not_connected_is_not_counted_but_belongs_to_the_device(key_values: KeyValueStore) -> None:
    paths = {"pan-tilt": "/dev/video9", "lens": "/dev/video9", "serial": "/dev/ttyUSB9", "output": "/dev/gpiochip9:1"}
    drivers = choose_drivers(paths, key_values)
    for feature in ("PT", "Zoom", "RS485", "TriggerOut"):
        assert (drivers.readers()["Hardware", feature](), drivers.presence()[feature]()) == ("0", True)


def test_a_linux_device_has_the_hardware_that_is_named_and_no_other(key_values: KeyValueStore) -> None:
    drivers = choose_drivers({"led": "ACT", "pan-tilt": "virtual"}, key_values, model="linux")
    counted = {name: value for name, value in drivers.features.items() if name in FEATURES.values()}
    lacks = dict.fromkeys(("TriggerIn", "TriggerOut", "Zoom", "NightSensor", "RS485"), "0")
    assert counted == {"PT": "1", **lacks}
    assert drivers.virtual is None
    assert drivers.units == (drivers.led,)
    assert drivers.pan_tilt.is_digital, "a digital head crops the picture of a real camera"


def test_a_linux_device_configures_its_interface_unless_it_is_disabled(key_values: KeyValueStore) -> None:
    assert choose_drivers({}, key_values, model="linux").network.is_configurable
    assert choose_drivers({"network": "networkmanager:eth0"}, key_values).network.is_configurable
    absent = choose_drivers({"network": "none"}, key_values, model="linux").network
    assert not absent.is_configurable
    absent.check(NETWORK.values(IPAddress="127.0.0.1"), {"IPAddress"})
    with pytest.raises(RequestFailed, match=r"Network.Media: not supported by this device"):
        absent.check(NETWORK.values(Media="100full"), {"Media"})
    with pytest.raises(ConfigError, match=r"\[device\] network = 'eth0': virtual, none, or networkmanager"):
        choose_drivers({"network": "eth0"}, key_values)


def test_everything_can_be_left_out(key_values: KeyValueStore) -> None:
    drivers = choose_drivers(dict.fromkeys(FEATURES, "none"), key_values)
    assert drivers.inputs == ()
    drivers.output.set_level("high")
    drivers.led.set_lit(True)
    assert drivers.output.level == "low"
    assert hardware(drivers).state() == VirtualHardware().state()
    for action in (
        lambda: drivers.ir_cut.set_filter(True),
        lambda: asyncio.run(drivers.ir_cut.check()),
        lambda: asyncio.run(drivers.led.check()),
        lambda: asyncio.run(drivers.output.check()),
        lambda: asyncio.run(drivers.serial_line.send(b"x", RS485.values())),
        lambda: asyncio.run(drivers.pan_tilt.move_to(PtzPosition(), 1, 1)),
        lambda: asyncio.run(drivers.pan_tilt.stop()),
        lambda: asyncio.run(drivers.pan_tilt.calibrate()),
        lambda: asyncio.run(drivers.lens.move_to(LensPosition())),
        lambda: asyncio.run(drivers.lens.stop()),
    ):
        with pytest.raises(RequestFailed, match="not supported by this device"):
            action()


async def test_the_digital_zoom_is_the_larger_one_of_now_and_of_the_end_of_the_move(key_values: KeyValueStore) -> None:
    drivers = choose_drivers({}, key_values)
    await drivers.pan_tilt.move_to(PtzPosition(0, 0, 3), 3, 3)
    assert drivers.digital_zoom() == 3
    drivers.pan_tilt.restore(PtzPosition(0, 0, 3))
    await drivers.pan_tilt.move_to(PtzPosition(0, 0, 1), 3, 3)
    assert drivers.digital_zoom() == pytest.approx(3, abs=0.1)
    lens_alone = choose_drivers({"pan-tilt": "none"}, key_values)
    await lens_alone.lens.move_to(LensPosition(2, 50))
    assert lens_alone.digital_zoom() == 2
    assert choose_drivers({"pan-tilt": "none", "lens": "none"}, key_values).digital_zoom() == 1


def test_absent_hardware_reports_rest() -> None:
    assert absent.AbsentPanTilt.position == PtzPosition(0, 0, 1)
    assert (absent.AbsentLens.target, absent.AbsentLens.rest_in_s) == (LensPosition(1, 0), 0)
    assert (absent.AbsentLight.level, absent.AbsentIrCut.in_path) == (None, True)


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"laser": "virtual"}, "laser: there is no such hardware"),
        ({"lens": "gpiochip0"}, "lens = .*virtual, none, or a device such as /dev/video0"),
        ({"inputs": "17"}, "one or two lines, each a chip and a number or name"),
        ({"inputs": "/dev/gpiochip0:1, /dev/gpiochip0:2, /dev/gpiochip0:3"}, "at most 2 lines"),
        ({"output": "/dev/gpiochip0:1 high"}, "output = .*virtual, none, or a chip and a number or name"),
        (
            {"ir-cut": "/dev/video0"},
            "such as /dev/video0:ir_cut_filter, then if needed inverted, or GPIO",
        ),
        ({"ir-cut": "/dev/video0:ir_cut_filter upside-down"}, "if needed inverted"),
        ({"ir-cut": "/dev/gpiochip0"}, "ir-cut = .*one or two lines, each a chip and a number"),
        ({"ir-lamp": "/dev/gpiochip0:3"}, "ir-lamp: it needs the ir-cut of this device"),
        ({"light": "iio:device0"}, "light = .*virtual, none, or picture, or a sensor such as /sys/bus/iio"),
        ({"pan-tilt": "video0"}, "pan-tilt = .*a device such as /dev/video0, then if needed inverted"),
        ({"led": "leds/ACT"}, "led = .*the name of an LED in /sys/class/leds"),
        ({"serial": "ttyUSB0"}, "a device such as /dev/ttyUSB0"),
    ],
)
def test_a_choice_that_makes_no_sense_is_refused(
    key_values: KeyValueStore, chosen: dict[str, str], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        choose_drivers(chosen, key_values)
