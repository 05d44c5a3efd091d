"""A camera's lives: one after the other in the same process, until it is told to stop."""

import asyncio
import enum
import gc
import logging
import signal
import socket
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import fields, replace

from ipcamd import logs
from ipcamd.app.build import start_camera
from ipcamd.errors import ConfigError, PortTaken
from ipcamd.options import Options
from ipcamd.server.port import free_port

TRIES = 4
"""How often to begin where any port will do."""
GRACE = 2.5
"""Seconds that an orderly end of a life may take; what hangs then is left behind."""

_log = logging.getLogger(__name__)


class ExitReason(enum.Enum):
    """Why a life of the camera ends."""

    STOP = enum.auto()
    RESTART = enum.auto()


def main(options: Options, reread: Callable[[], Options]) -> None:
    """Run a camera until SIGTERM or SIGINT. Raises ``ConfigError`` if it cannot start this way.

    `reread` reads the options anew (SIGHUP).
    """
    asyncio.run(Runner(options, reread).run())


class Runner:
    """One life of the camera after the other: a restart ends one and begins the next."""

    def __init__(self, options: Options, reread: Callable[[], Options]) -> None:
        self._given = options
        self._options = options
        self._reread = reread
        self._end: asyncio.Future[ExitReason]
        self._stopped = False
        """It is to end for good; perhaps told between two lives."""
        self._refresh: Callable[[], None] = lambda: None
        self._applied: dict[str, str] = {}
        """What people and nature did to a virtual device: a restart does not undo it."""

    async def run(self) -> None:
        """Run until SIGTERM or SIGINT. Raises ``ConfigError``."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.request_exit, ExitReason.STOP)
        loop.add_signal_handler(signal.SIGHUP, self._reload)
        end = await self._first()
        while end is ExitReason.RESTART:
            end = await self._run_once(_with_ports(self._options))

    async def _first(self) -> ExitReason:
        """Live for the first time. Where any port will do, one that was just free may be taken by now: take another."""
        for left in reversed(range(TRIES)):
            try:
                return await self._run_once(_with_ports(self._given))
            except PortTaken:
                if not left or self._options == self._given:
                    raise
        raise AssertionError  # the last round returns or raises

    async def _run_once(self, options: Options) -> ExitReason:
        """Be a camera until its end comes; return what came. The ports stay the same in all lives to come."""
        self._options = options
        self._end = asyncio.get_running_loop().create_future()
        if self._stopped:
            return ExitReason.STOP
        stack = AsyncExitStack()
        try:
            self._refresh = await start_camera(
                stack, options, lambda: self.request_exit(ExitReason.RESTART), self._applied
            )
            # what stands now stands for long: the collector need not look at it again and again
            gc.collect()
            gc.freeze()
            return await self._end
        finally:
            gc.unfreeze()
            await shut_down(stack)

    def request_exit(self, end: ExitReason) -> None:
        """End the camera that runs, or the one that is just being started."""
        self._stopped = self._stopped or end is ExitReason.STOP
        if not self._end.done():
            self._end.set_result(end)

    def _reload(self) -> None:
        """Read options and TLS files again; restart with the options if they are different and good."""
        try:
            given = self._reread()
        except ConfigError as error:
            _log.error("the options stay as they were: %s", error)
            return
        names = (field.name for field in fields(Options))
        changes = {name: getattr(given, name) for name in names if getattr(given, name) != getattr(self._given, name)}
        if changes:
            self._given, self._options = given, replace(self._options, **changes)
            logs.start(given.log_level, given.log_format)
            self.request_exit(ExitReason.RESTART)
        else:
            self._refresh()


def _with_ports(options: Options) -> Options:
    """Return the options with numbers in the place of ports that were to be any free one."""
    return replace(
        options,
        port=options.port or free_port(options.hosts),
        https_port=options.https_port or free_port(options.hosts),
        rtsp_port=options.rtsp_port or free_port(options.hosts),
        rtsps_port=options.rtsps_port or free_port(options.hosts),
        talk_port=options.talk_port or free_port(options.hosts, socket.SOCK_DGRAM),
    )


async def shut_down(stack: AsyncExitStack) -> None:
    """End all parts."""
    try:
        async with asyncio.timeout(GRACE):
            await stack.aclose()
    except TimeoutError:
        _log.error("a part did not end within %s s and is left behind", GRACE)
