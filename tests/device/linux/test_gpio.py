"""GPIO lines of the stand-in for a chip: edges, wiring, initial levels, and faults."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from os import environ

import pytest
from tests.device.linux.fake_gpio import ACTIVE_LOW, CHIP, PULL_UP, FakeGpio
from tests.e2e.camera import eventually

from ipcamd.device.linux.gpio.line import GpioLine, parse_gpio_line

SCRIPT = """
import asyncio, sys, time
from ipcamd.device.linux.gpio.input import GpioInput
from ipcamd.device.linux.gpio.output import GpioOutput
from ipcamd.device.linux.gpio.line import parse_gpio_line
from ipcamd.errors import RequestFailed

def say(*words):
    print(*words, flush=True)

async def heard():
    return (await asyncio.to_thread(sys.stdin.readline)).strip()

async def said(action):
    try:
        return await action
    except RequestFailed as error:
        return str(error)

async def main():
    device = {kind}(parse_gpio_line({line!r}), check_s=0.05, hang_s=0.3)
    {watch}
    await device.start(lambda failure: say("noted", failure))
    say("started", device.level)
    while word := await heard():
        {act}
    await device.close()
    say("closed")

asyncio.run(main())
"""
LISTEN = "device.watch(lambda level, age_ns: say(level, time.time_ns() - age_ns))"
HOLD_LOOP = "sys.stdin.readline()"
"""The event loop is busy until the test says so."""
SET = 'device.set_level(word) if word != "check" else say("checked", await said(device.check()))'


class Driver:
    """A process with one driver."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def read_line(self) -> list[str]:
        assert self.process.stdout
        return self.process.stdout.readline().split(maxsplit=1)

    def say(self, word: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()

    def check(self) -> str:
        self.say("check")
        return self.read_line()[1].strip()


@contextmanager
def driver(chip: FakeGpio, kind: str, line: str, act: str, watch: str = "") -> Iterator[Driver]:
    script = SCRIPT.format(kind=kind, line=line, act=act, watch=watch)
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        env=environ | chip.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Driver(process)
        assert process.poll() is None
        process.communicate("\n", timeout=20)
        assert process.returncode == 0
    finally:
        process.kill()
        process.communicate()


@pytest.mark.slow
def test_an_edge_is_debounced_and_keeps_its_time_while_the_loop_is_busy(chip: FakeGpio) -> None:
    with driver(chip, "GpioInput", f"{CHIP}:1", HOLD_LOOP, LISTEN) as pin:
        assert pin.read_line()[0] == "low"
        assert pin.read_line() == ["started", "low\n"]
        assert (chip.consumer(1), chip.debounce_us(1), chip.flags(1) & ACTIVE_LOW) == ("ipcamd", 30_000, 0)
        pin.say("hold")
        pressed_ns = time.time_ns()
        chip.bounce(1, 1)
        eventually(lambda: chip.edges(1))
        seen_ns = time.time_ns()
        pin.say("go")
        level, at_ns = pin.read_line()
        assert level == "high"
        assert pressed_ns < int(at_ns) <= seen_ns
        chip.bounce(1, 0)
        assert pin.read_line()[0] == "low"
        eventually(lambda: chip.edges(1) == 2, "the chip counts an edge once it is written")


@pytest.mark.slow
def test_a_button_to_ground_with_the_chips_own_resistor(chip: FakeGpio) -> None:
    chip.drive(2, 1)
    with driver(chip, "GpioInput", f"{CHIP}:GPIO2 active-low pull-up", HOLD_LOOP, LISTEN) as pin:
        assert pin.read_line()[0] == "low"
        assert chip.flags(2) & (ACTIVE_LOW | PULL_UP) == ACTIVE_LOW | PULL_UP
        pin.read_line()
        chip.drive(2, 0)
        assert pin.read_line()[0] == "high"
    assert not chip.is_used(2)


@pytest.mark.slow
def test_an_input_comes_back_with_its_chip(chip: FakeGpio) -> None:
    with driver(chip, "GpioInput", f"{CHIP}:1", HOLD_LOOP, LISTEN) as pin:
        assert (pin.read_line()[0], pin.read_line()[0]) == ("low", "started")
        chip.mishap("g")
        assert pin.read_line() == ["noted", f"{CHIP}:1: no such device\n"]
        chip.drive(1, 1)
        chip.mishap()
        assert pin.read_line()[0] == "high", "the level that it has now"
        chip.drive(1, 0)
        assert pin.read_line()[0] == "low"
        chip.mishap("h")
        assert pin.read_line() == ["noted", f"{CHIP}:1: it hangs\n"]
        chip.mishap()
        assert pin.read_line()[0] == "low"
        chip.drive(1, 1)
        assert pin.read_line()[0] == "high"


@pytest.mark.slow
def test_an_output_comes_back_with_its_chip_and_its_level(chip: FakeGpio) -> None:
    chip.mishap("g")
    with driver(chip, "GpioOutput", f"{CHIP}:3", SET) as pin:
        assert pin.read_line() == ["noted", f"{CHIP}:3: no such device\n"]
        pin.read_line()
        pin.say("high")
        assert pin.check() == f"{CHIP}:3: no such device"
        chip.mishap()
        eventually(lambda: chip.is_used(3))
        assert (chip.changes(3), pin.check()) == ([1], "None"), "it is not low for a moment"
        chip.mishap("h")
        assert pin.read_line() == ["noted", f"{CHIP}:3: it hangs\n"]
        pin.say("low")
        assert pin.check() == f"{CHIP}:3: it hangs"
        chip.mishap()
        eventually(lambda: chip.level(3) == 0)
        chip.mishap("g")
        assert pin.read_line() == ["noted", f"{CHIP}:3: no such device\n"]
        chip.mishap()
        eventually(lambda: pin.check() == "None")
    assert not chip.is_used(3)


@pytest.mark.slow
def test_a_line_that_another_program_holds_and_one_that_is_not_there(chip: FakeGpio) -> None:
    chip.take(3, True)
    with driver(chip, "GpioOutput", f"{CHIP}:3", SET) as pin:
        assert pin.read_line() == ["noted", f"{CHIP}:3: another program uses it\n"]
        chip.take(3, False)
        eventually(lambda: chip.is_used(3))
    for name in ("4", "GPIO4"):
        with driver(chip, "GpioOutput", f"{CHIP}:{name}", SET) as pin:
            reason = "the chip has no such line; its lines are 0 to 3"
            assert pin.read_line() == ["noted", f"{CHIP}:{name}: {reason}\n"]
    with driver(chip, "GpioOutput", f"{chip.path}:1", SET) as pin:
        assert pin.read_line() == ["noted", f"{chip.path}:1: it is not such a device\n"]


def test_the_words_of_a_line() -> None:
    assert parse_gpio_line(" /dev/gpiochip4:GPIO17 pull-up active-low ") == GpioLine(
        "/dev/gpiochip4", "GPIO17", frozenset({"pull-up", "active-low"})
    )
    for text in (
        "",
        "17",
        "gpiochip0:17",
        "/dev/gpiochip0",
        "/dev/gpiochip0:",
        "/dev/gpiochip0:1 up",
        "/d:1 pull-up pull-down",
    ):
        with pytest.raises(ValueError, match="such as /dev/gpiochip0:17"):
            parse_gpio_line(text)
