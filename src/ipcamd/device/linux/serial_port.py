"""Serial port of Linux as the RS-485 line, driven by serialx (an optional extra).

The adapter, or the kernel's driver, switches the direction of the line.
"""

import asyncio
import importlib
from functools import partial
from pathlib import Path
from typing import Any

from ipcamd.device.linux.device_thread import HANG_S, DeviceThread
from ipcamd.device.linux.supervised_driver import CHECK_S, SupervisedDriver
from ipcamd.errors import ConfigError
from ipcamd.params.group import Values

WRITE_S = 1.0
"""Seconds after which a write counts as hanging."""


class SerialPort(SupervisedDriver):
    """One port. The first command opens it, and the first one after a failure opens it again."""

    is_present = True

    def __init__(self, path: str, write_s: float = WRITE_S, hang_s: float = HANG_S, check_s: float = CHECK_S) -> None:
        """`path` is a device such as ``/dev/ttyUSB0``; it may be missing at first. Raises ``ConfigError``."""
        try:
            self._serialx: Any = importlib.import_module("serialx")
        except ImportError as error:
            raise ConfigError("[device] serial: a serial port needs the extra: pip install 'ipcamd[serial]'") from error
        super().__init__(check_s)
        self._path, self._write_s = path, write_s
        self._thread = DeviceThread(f"serial line {path}", hang_s)
        self._sending = asyncio.Lock()
        self._port: Any = None
        """The open port, used only by the thread."""
        self._format: dict[str, Any] = {}

    async def send(self, data: bytes, values: Values) -> None:
        """See `SerialLine`."""
        async with self._sending:
            await self._thread.run(partial(self._write, data, port_format(values)))

    async def close(self) -> None:
        """See `Unit`."""
        await super().close()
        self._thread.leave(self._close_port)

    async def _bring(self) -> None:
        """Check that the adapter is present; commands open it."""
        await self._thread.run(self._look)

    def _look(self) -> None:
        try:
            Path(self._path).stat()
        except OSError:
            self._close_port()
            raise

    def _write(self, data: bytes, form: dict[str, Any]) -> None:
        """Write all of `data`. In the thread; raises ``OSError`` and ``ValueError``."""
        was_open = self._port is not None
        try:
            self._attempt(data, form)
        except TimeoutError:
            raise
        except (OSError, ValueError):
            if not was_open:
                raise
            self._attempt(data, form)  # the adapter may have been disconnected and reconnected since the last command

    def _attempt(self, data: bytes, form: dict[str, Any]) -> None:
        is_written = False
        try:
            self._open(form)
            self._port.write(data)
            is_written = True
        except TimeoutError as error:
            raise TimeoutError("it accepts no data") from error
        except self._serialx.SerialException as error:
            raise OSError(str(error)) from error
        finally:
            if not is_written:
                self._close_port()

    def _open(self, form: dict[str, Any]) -> None:
        if self._port and form != self._format:
            self._close_port()
        if not self._port:
            port = self._serialx.Serial(self._path, write_timeout=self._write_s, **form)
            port.open()
            self._port, self._format = port, form

    def _close_port(self) -> None:
        port, self._port = self._port, None
        if port:
            try:
                port.close()
            except OSError:
                return  # the adapter was disconnected


def port_format(values: Values) -> dict[str, Any]:
    """Return rate and character format of the group ``RS485`` for serialx."""
    return {
        "baudrate": values.number("BaudRate"),
        "byte_size": values.number("DataBits"),
        "parity": values["Parity"][0].upper(),
        "stopbits": values.number("StopBit"),
    }
