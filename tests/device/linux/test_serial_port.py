"""The port on one end of a pty, a Pelco-D receiver on the other."""

import asyncio
import sys
import termios
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from serialx.platforms import serial_posix
from tests.device.linux.removable_adapter import RemovableAdapter

from ipcamd.device.linux import serial_port
from ipcamd.device.linux.serial_port import SerialPort, port_format
from ipcamd.errors import ConfigError, RequestFailed
from ipcamd.params.device.rs485 import RS485
from ipcamd.params.group import Values
from ipcamd.wire.pelco import build_move, build_preset, build_stop

CMSPAR = 0o10000000000
"""Parity is a fixed bit (Linux, termios.h)."""


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[RemovableAdapter]:
    wire = RemovableAdapter(tmp_path)
    wire.put_in()
    yield wire
    wire.pull_out()


@pytest.fixture
async def port(wire: RemovableAdapter) -> AsyncIterator[SerialPort]:
    port = SerialPort(str(wire.path), write_s=0.05, hang_s=30)
    yield port
    await port.close()


def values(**given: str) -> Values:
    return Values(RS485, {**RS485.values(), **given})


async def test_a_head_at_the_other_end_obeys(wire: RemovableAdapter, port: SerialPort) -> None:
    await port.send(build_move(1, ("up", "left"), 9, 9), values())
    wire.receive(1)
    wire.head.run(3)
    await port.send(build_preset(1, "set", 2), values())
    wire.receive(2)
    assert wire.head.position == (-189, 189, 0)
    await port.send(build_move(1, ("right",), 9), values())
    wire.receive(3)
    wire.head.run(1)
    await port.send(build_stop(1) + build_preset(1, "go", 2), values())
    wire.receive(5)
    assert wire.head.position == (-189, 189, 0)


@pytest.mark.parametrize("rate", [1200, 2400, 4800, 9600, 19200, 38400, 57600])
async def test_the_rate_is_that_of_the_parameter_at_each_command(
    wire: RemovableAdapter, port: SerialPort, rate: int
) -> None:
    await port.send(build_stop(1), values())
    await port.send(build_stop(1), values(BaudRate=str(rate)))
    assert wire.attributes()[4:6] == [getattr(termios, f"B{rate}")] * 2


FORMATS = {
    "none": 0,
    "odd": termios.PARENB | termios.PARODD,
    "even": termios.PARENB,
    "space": termios.PARENB | CMSPAR,
}


@pytest.mark.parametrize(("data_bits", "size"), [("7", termios.CS7), ("8", termios.CS8)])
@pytest.mark.parametrize("parity", FORMATS)
@pytest.mark.parametrize(("stop_bits", "stop"), [("1", 0), ("2", termios.CSTOPB)])
async def test_the_format_is_that_of_the_parameters_at_each_command(
    wire: RemovableAdapter, port: SerialPort, monkeypatch: pytest.MonkeyPatch,
    data_bits: str, size: int, parity: str, stop_bits: str, stop: int,
) -> None:  # fmt: skip
    asked: list[int] = []
    set_attributes = serial_posix.tcsetattr

    def note(file: int, when: int, attributes: list[int]) -> None:
        asked.append(attributes[2])
        set_attributes(file, when, attributes)

    monkeypatch.setattr(serial_posix, "tcsetattr", note)
    await port.send(build_stop(1), values())
    # a change of an attribute that a pty does not store would be an error
    await port.send(build_stop(1), values(BaudRate="1200", DataBits=data_bits, Parity=parity, StopBit=stop_bits))
    mask = termios.CSIZE | termios.PARENB | termios.PARODD | termios.CSTOPB | CMSPAR
    assert asked[-1] & mask == size | FORMATS[parity] | stop
    # a pty has always eight bits and no parity, but keeps the rest
    mask &= ~(termios.CSIZE | termios.PARENB)
    assert wire.attributes()[2] & mask == (FORMATS[parity] | stop) & mask


@pytest.mark.parametrize(("parity", "letter"), [("none", "N"), ("odd", "O"), ("even", "E"), ("space", "S")])
def test_formats_are_named_as_the_library_does(parity: str, letter: str) -> None:
    assert port_format(values(Parity=parity, DataBits="7")) == {
        "baudrate": 9600, "byte_size": 7, "parity": letter, "stopbits": 1,
    }  # fmt: skip


async def test_other_files_are_refused_as_serial_ports(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    port = SerialPort(str(path))
    with pytest.raises(RequestFailed, match="file: it is not such a device"):
        await port.send(build_stop(1), values())
    await port.close()


async def test_a_removed_line_fails_and_works_again_after_its_return(wire: RemovableAdapter, port: SerialPort) -> None:
    await port.send(build_stop(1), values())
    wire.pull_out()
    for _ in range(2):
        with pytest.raises(RequestFailed, match="ttyUSB0: no such device"):
            await port.send(build_stop(1), values())
    wire.put_in()
    await port.send(build_stop(1), values())
    wire.receive(1)
    wire.pull_out()
    wire.put_in()
    await port.send(build_stop(1), values())
    wire.receive(2)


async def test_a_line_that_takes_no_bytes_fails(port: SerialPort) -> None:
    with pytest.raises(RequestFailed, match="it accepts no data"):
        await port.send(bytes(1_000_000), values())
    await port.send(build_stop(1), values())


async def test_a_kernel_driver_that_hangs_fails_each_command_and_blocks_nothing(
    wire: RemovableAdapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    free, entered = threading.Event(), list[bytes]()
    port = SerialPort(str(wire.path), hang_s=0.05)

    def hang(_: SerialPort, data: bytes, form: object) -> None:
        entered.append(data)
        free.wait(60)

    with monkeypatch.context() as patch:
        patch.setattr(serial_port.SerialPort, "_write", hang)
        for data in (b"1", b"2", b"3"):
            with pytest.raises(RequestFailed, match="it hangs"):
                await asyncio.wait_for(port.send(data, values()), 30)
        assert entered == [b"1"]
    free.set()
    await until(lambda: not port._thread.hangs)
    monkeypatch.setattr(port._thread, "_hang_s", 30)
    await port.send(build_stop(1), values())
    wire.receive(1)
    await port.close()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - nothing tells tests when
            await asyncio.sleep(0.01)


async def test_a_line_counts_while_its_adapter_is_there(wire: RemovableAdapter) -> None:
    noted: list[str] = []
    port = SerialPort(str(wire.path), check_s=0.01, hang_s=30)
    assert not port.is_connected
    await port.start(noted.append)
    assert port.is_connected
    await port.send(build_stop(1), values())
    wire.pull_out()
    await until(lambda: not port.is_connected)
    assert noted == [f"serial line {wire.path}: no such device"]
    wire.put_in()
    await until(lambda: port.is_connected)
    await port.send(build_stop(1), values())
    wire.receive(1)
    await port.close()


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "serialx", None)
    with pytest.raises(ConfigError, match=r"ipcamd\[serial\]"):
        SerialPort("/dev/ttyUSB0")
