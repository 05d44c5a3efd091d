"""Runner of the camera: start, restart and stop within one process."""

import asyncio
import enum
import gc
import logging
import os
import signal
import socket
from collections.abc import Callable
from dataclasses import fields, replace
from functools import partial
from typing import Any

from ipcamd import logs
from ipcamd.app.build import start_camera
from ipcamd.app.maintenance.firmware_host import FirmwareHost
from ipcamd.app.process.free_memory import keep_returning_free_pages, reuse_large_blocks
from ipcamd.app.process.service_manager import ServiceManager
from ipcamd.app.shutdown import ShutdownStack, handle_exit_signals
from ipcamd.errors import ConfigError, PortTaken
from ipcamd.log_buffer import LogBuffer
from ipcamd.maintenance.firmware.supervisor_link import supervisor_link
from ipcamd.options.values import Options
from ipcamd.server.rebindable_port import free_port
from ipcamd.workers.executor import DaemonExecutor

PORTS = ("port", "https_port", "rtsp_port", "rtsps_port", "talk_port", "webrtc_port")
"""Options that may be 0 for any free port."""
_KINDS = {"talk_port": (socket.SOCK_DGRAM,), "webrtc_port": (socket.SOCK_STREAM, socket.SOCK_DGRAM)}
"""Kinds of the ports' sockets; the other ports are of TCP."""
PRIVATE_UMASK = 0o077
"""Only the owner can read new files."""
TRIES = 4
"""Attempts to start with free ports."""
FULL_COLLECTION = 50
"""Collections of the middle generation before the garbage collector scans all objects (Python's default is 10). With
ten thousand connections a scan takes 0.1 s, in which the camera answers no request; closed connections are freed
without the collector."""

_log = logging.getLogger(__name__)


class ExitReason(enum.Enum):
    """Why the camera ends."""

    STOP = enum.auto()
    RESTART = enum.auto()
    TRIAL = enum.auto()
    """Another version is to be tried."""


def main(options: Options, reread: Callable[[], Options], log_buffer: LogBuffer) -> None:
    """Run a camera until SIGTERM or SIGINT. Raises ``ConfigError`` if it cannot start with these options.

    `reread` reads the options again (SIGHUP). `log_buffer` holds the process log.
    """
    os.umask(PRIVATE_UMASK)
    reuse_large_blocks()
    runner = Runner(options, reread, log_buffer)
    if asyncio.run(runner.run()) is ExitReason.TRIAL:
        runner.hand_over()


class Runner:
    """Runs a camera, and restarts it on request, until it is stopped."""

    def __init__(self, options: Options, reread: Callable[[], Options], log_buffer: LogBuffer) -> None:
        """`reread` returns the present options of files and environment; raises ``ConfigError``."""
        self._given = options
        self._options = options
        self._reread = reread
        self._log_buffer = log_buffer
        self._exit: asyncio.Future[ExitReason]
        self._stopped = False
        """The process is to end; the signal may arrive during a restart."""
        self._reload_files: Callable[[], None] = lambda: None
        self._host = FirmwareHost(supervisor_link(), partial(self.request_exit, ExitReason.TRIAL))
        self._service_manager = ServiceManager(os.environ)
        self._applied: dict[str, str] = {}
        """Conditions of a virtual device, which survive a restart."""

    async def run(self) -> ExitReason:
        """Run until SIGTERM or SIGINT, or until another version is to be tried. Raises ``ConfigError``."""
        loop = asyncio.get_running_loop()
        loop.set_default_executor(DaemonExecutor())
        handle_exit_signals(partial(self.request_exit, ExitReason.STOP))
        loop.add_signal_handler(signal.SIGHUP, self._reload)
        returning = asyncio.create_task(keep_returning_free_pages())
        try:
            reason = await self._run_first()
            while reason is ExitReason.RESTART:
                reason = await self._run_once(_with_ports(self._options))
        finally:
            returning.cancel()
        return ExitReason.STOP if self._stopped else reason

    def hand_over(self) -> None:
        """Start another version in place of this one. Raises ``OSError``."""
        found = (name for name in PORTS if not getattr(self._given, name))
        ports = [f"--{name.replace('_', '-')}={getattr(self._options, name)}" for name in found]
        self._host.hand_over(self._options.state_dir, ports)

    def request_exit(self, reason: ExitReason) -> None:
        """End the camera that runs or starts."""
        if reason is ExitReason.STOP and not self._stopped:
            self._stopped = True
            self._service_manager.report_stopping()
        if not self._exit.done():
            self._exit.set_result(reason)

    async def _run_first(self) -> ExitReason:
        """Run for the first time. If a free port was taken meanwhile, try another one."""
        for left in reversed(range(TRIES)):
            try:
                return await self._run_once(_with_ports(self._given))
            except PortTaken:
                if not left or self._options == self._given:
                    raise
        raise AssertionError  # the last round returns or raises

    async def _run_once(self, options: Options) -> ExitReason:
        """Run one camera; return the reason of its end. The ports remain the same after a restart."""
        self._options = options
        self._exit = asyncio.get_running_loop().create_future()
        if self._stopped:
            return ExitReason.STOP
        stack = ShutdownStack()
        try:
            await self._start(stack, options)
            return await self._exit
        finally:
            gc.disable()  # scanning the objects of ten thousand connections takes long
            stack.ends_with_process = self._stopped
            await stack.close()
            gc.unfreeze()
            gc.enable()

    async def _start(self, stack: ShutdownStack, options: Options) -> None:
        """Start a camera, unless it is stopped before that is done."""
        restart = partial(self.request_exit, ExitReason.RESTART)
        process = self._applied, self._host, self._log_buffer
        starting = asyncio.create_task(start_camera(stack, options, restart, *process))
        either: list[asyncio.Future[Any]] = [starting, self._exit]
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not starting.done():
            starting.cancel()
            return
        self._reload_files = starting.result()
        self._service_manager.report_ready()
        # exempt the present objects from garbage collection
        gc.collect()
        gc.freeze()
        gc.set_threshold(*gc.get_threshold()[:2], FULL_COLLECTION)
        gc.enable()

    def _reload(self) -> None:
        """Read options and TLS files again; restart with the options if they are different and valid."""
        try:
            given = self._reread()
        except ConfigError as error:
            _log.error("the options are unchanged: %s", error)
            return
        names = (field.name for field in fields(Options))
        changes = {name: getattr(given, name) for name in names if getattr(given, name) != getattr(self._given, name)}
        if changes:
            self._given, self._options = given, replace(self._options, **changes)
            logs.start(given.log_level, given.log_format, self._log_buffer)
            self.request_exit(ExitReason.RESTART)
        else:
            self._reload_files()


def _with_ports(options: Options) -> Options:
    """Return the options with the actual numbers of free ports."""
    ports: dict[str, Any] = {
        name: getattr(options, name) or free_port(options.hosts, *_KINDS.get(name, ())) for name in PORTS
    }
    return replace(options, **ports)
