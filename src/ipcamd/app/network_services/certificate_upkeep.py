"""Upkeep of the TLS certificate: created at the first start, renewed in time, reloaded when its files change."""

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable, Coroutine, Iterator

from ipcamd.access.certificate.certificate import Certificate
from ipcamd.access.certificate.file_watch import FileWatch
from ipcamd.access.certificate.stored import StoredCertificate
from ipcamd.app.core import Core
from ipcamd.app.shutdown import ShutdownStack
from ipcamd.workers.tasks import start_task
from ipcamd.workers.thread import run_in_thread

RENEWAL_CHECK_S = 60.0
"""Seconds between two checks for expiry and for new names or addresses of the machine."""
FILE_CHECK_S = 5.0
"""Seconds between two checks of the owner's files."""

_log = logging.getLogger(__name__)


class CertificateUpkeep:
    """The certificate of all services, and the tasks that keep it valid."""

    def __init__(self, stack: ShutdownStack, core: Core) -> None:
        """Raises ``ConfigError`` if a file of the owner is missing."""
        self._given = core.options.tls_files
        self.certificate = Certificate(
            StoredCertificate(core.options.state_dir, self._given, lambda: _machine_names(core))
        )
        self._tasks: set[asyncio.Task[None]] = set()
        stack.push(self._close)

    def start(self) -> None:
        """Start."""
        self._spawn(self._renew())
        if self._given:
            self._spawn(self._watch_files(FileWatch(self._given)))

    def reload(self) -> None:
        """Read the files again."""
        self._spawn(_try(self.certificate.reload))

    async def _renew(self) -> None:
        await _try(self.certificate.make_first)
        while True:
            await asyncio.sleep(RENEWAL_CHECK_S)
            await _try(self.certificate.refresh)

    async def _watch_files(self, watch: FileWatch) -> None:
        async def reload_changed() -> None:
            if await run_in_thread(watch.has_changed, "certificate"):
                await self.certificate.reload()

        while True:
            await asyncio.sleep(FILE_CHECK_S)
            await _try(reload_changed)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        start_task(work, self._tasks)

    def _close(self) -> None:
        for task in self._tasks:
            task.cancel()


async def _try(work: Callable[[], Awaitable[None]]) -> None:
    """Do some work; a failure is logged, and does not end the task that repeats it."""
    try:
        await work()
    except Exception as error:
        _log.error("the TLS certificate could not be renewed", exc_info=error)


def _machine_names(core: Core) -> Iterator[str]:
    """Return the host names and IP addresses of the camera for clients."""
    host = socket.gethostname()
    yield from (host, f"{host.partition('.')[0]}.local", *core.options.allowed_host)
    yield core.settings["Network.DNSUpdate"]["DNSName"]
    yield from (own.address for own in core.drivers.network.addresses() if not own.is_temporary)
