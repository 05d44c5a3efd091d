"""TLS certificate of the camera (SDK 10.26): the owner's or a self-signed one, replaced while servers use it."""

import asyncio
import logging
import ssl
from collections.abc import Callable, Sequence
from functools import partial

from ipcamd.access.certificate.check import CertifiedKey
from ipcamd.access.certificate.context import server_context
from ipcamd.access.certificate.report import CertificateReport, report_on
from ipcamd.access.certificate.stored import StoredCertificate
from ipcamd.errors import RequestFailed
from ipcamd.workers.thread import run_in_thread

_log = logging.getLogger(__name__)


class Certificate:
    """The certificate in use, for the event loop: threads read, check and write the files.

    Connections that begin after a change use the new one; open connections go on.
    """

    def __init__(self, stored: StoredCertificate) -> None:
        self._stored = stored
        self._current: CertifiedKey | None = None
        self._context: ssl.SSLContext | None = None
        self._lock = asyncio.Lock()

    def context(self) -> ssl.SSLContext:
        """Return the context for the next connection. Call `ensure` before. Raises ``RuntimeError`` if it was not."""
        if self._context is None:
            raise RuntimeError("no certificate is loaded")
        return self._context

    async def ensure(self) -> None:
        """Load it, unless that has been done; sign one if there is none that can be used."""
        async with self._lock:
            if self._current is None:
                await self._change(self._stored.read)

    async def make_first(self) -> None:
        """Sign one if there is none: the first start does, also for an HTTPS service that is off."""
        if not await run_in_thread(self._stored.exists, "certificate"):
            await self.ensure()

    async def reload(self) -> None:
        """Read the files again, if they are in use. Files that cannot be used leave everything as it was."""
        async with self._lock:
            if self._current is None:
                return
            try:
                await self._change(self._stored.reread)
                _log.info("the TLS certificate has been read again")
            except (OSError, RequestFailed) as error:
                _log.error("the TLS certificate is unchanged: %s", error)

    async def refresh(self) -> None:
        """Replace a self-signed one that ends soon or lacks a name of this machine, and any that has expired."""
        async with self._lock:
            if self._current is not None:
                await self._change(partial(self._stored.refreshed, self._current))

    async def install(self, chain: bytes, key: bytes, password: str = "") -> None:
        """Use the owner's certificate, durably. Without `key` it must be for the signing request or the present key.

        Raises ``RequestFailed``, ``StoreError``; then nothing is changed.
        """
        async with self._lock:
            await self._change(partial(self._stored.install, chain, key, password))

    async def sign_anew(self) -> None:
        """Replace it by a self-signed one with a new key. Raises ``RequestFailed``, ``StoreError``."""
        async with self._lock:
            await self._change(self._stored.sign_anew)

    async def request(self, names: Sequence[str]) -> str:
        """Return a signing request, PEM, with a new key that waits for its certificate.

        `names` are host names and addresses; none: those of this machine. Raises ``RequestFailed``, ``StoreError``.
        """
        async with self._lock:
            return await run_in_thread(partial(self._stored.request, names), "certificate")

    async def report(self) -> CertificateReport:
        """Return what is in use."""
        await self.ensure()
        return await run_in_thread(self._report, "certificate")

    async def _change(self, find: Callable[[], CertifiedKey]) -> None:
        def load() -> tuple[CertifiedKey, ssl.SSLContext | None]:
            found = find()
            return found, server_context(found) if found != self._current else self._context

        self._current, self._context = await run_in_thread(load, "certificate")

    def _report(self) -> CertificateReport:
        if self._current is None:
            raise RuntimeError("no certificate is loaded")
        return report_on(self._current, self._stored.is_request_pending())
