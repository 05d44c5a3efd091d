"""Serial port of Linux as the RS-485 line, driven by serialx (an optional extra).

The adapter, or the kernel's driver, switches the direction of the line.
"""

import asyncio
import importlib
from functools import partial
from typing import Any

from ipcamd.errors import ConfigError, RequestFailed
from ipcamd.params.group import Values
from ipcamd.workers.thread import WorkerThread

WRITE_S = 1.0
"""A line that takes no bytes for so many seconds hangs."""
HANG_S = 2.0
"""A driver of the kernel that does not return within so many seconds hangs."""
FULL = "it takes no bytes"
"""Reason of a line that hangs."""


class SerialPort:
    """One port. It is opened by the first command, and again by the first one after a failure."""

    is_present = True

    def __init__(self, path: str, write_s: float = WRITE_S, hang_s: float = HANG_S) -> None:
        """`path` is a device such as ``/dev/ttyUSB0``; it need not be there yet. Raises ``ConfigError``."""
        try:
            self._serialx: Any = importlib.import_module("serialx")
        except ImportError as error:
            raise ConfigError("[device] serial: a serial port needs the extra: pip install 'ipcamd[serial]'") from error
        self._path, self._write_s, self._hang_s = path, write_s, hang_s
        self._thread = WorkerThread("serial port")
        self._turn = asyncio.Lock()
        self._writing: asyncio.Future[str] | None = None
        self._port: Any = None
        self._format: dict[str, Any] = {}

    async def send(self, data: bytes, values: Values) -> None:
        """See `SerialLine`."""
        async with self._turn:
            await self._finish()  # a request that was given up has left it behind
            self._writing = self._thread.run(partial(self._write, data, port_format(values)))
            if reason := await self._finish():
                raise RequestFailed(f"serial line {self._path}: {reason}")

    def close(self) -> None:
        """See `SerialLine`."""
        self._thread.close(self._close_port)

    async def _finish(self) -> str:
        """Wait for the writing that is under way; return why it failed. Raises ``RequestFailed`` if it hangs."""
        if not self._writing:
            return ""
        done, _ = await asyncio.wait({self._writing}, timeout=self._hang_s)
        if not done:
            raise RequestFailed(f"serial line {self._path}: it hangs")
        return self._writing.result()

    def _write(self, data: bytes, form: dict[str, Any]) -> str:
        """Write all of `data`; return why it failed. In the thread."""
        was_open = self._port is not None
        reason = self._attempt(data, form)
        # the adapter may have been pulled out and put back since the last command
        return self._attempt(data, form) if was_open and reason not in ("", FULL) else reason

    def _attempt(self, data: bytes, form: dict[str, Any]) -> str:
        try:
            self._open(form)
            self._port.write(data)
        except TimeoutError:
            reason = FULL
        except (OSError, ValueError, self._serialx.SerialException) as error:
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        else:
            return ""
        self._close_port()
        return reason

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
                return  # the adapter is gone


def port_format(values: Values) -> dict[str, Any]:
    """Return rate and character format of the group ``RS485`` as serialx names them."""
    return {
        "baudrate": values.number("BaudRate"),
        "byte_size": values.number("DataBits"),
        "parity": values["Parity"][0].upper(),
        "stopbits": values.number("StopBit"),
    }
