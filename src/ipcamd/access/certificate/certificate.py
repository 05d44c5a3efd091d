"""TLS certificate of the camera (SDK 10.26): the owner's or a self-signed one, replaced while servers use it."""

import asyncio
import logging
import ssl
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from ipcamd.access.certificate.certificate_check import CertifiedKey
from ipcamd.access.certificate.stored import StoredCertificate
from ipcamd.access.certificate.tls_context import server_context
from ipcamd.errors import RequestFailed
from ipcamd.workers.thread import run_in_thread

if TYPE_CHECKING:
    from ipcamd.access.certificate.report import CertificateReport

_log = logging.getLogger(__name__)


class Certificate:
    """The certificate in use, for the event loop: threads read, check and write the files.

    New connections use a new certificate; open connections continue.
    """

    def __init__(self, stored: StoredCertificate) -> None:
        self._stored = stored
        self._current: CertifiedKey | None = None
        self._context: ssl.SSLContext | None = None
        self._lock = asyncio.Lock()

    def context(self) -> ssl.SSLContext:
        """Return the context for the next connection. Call `ensure` before. Raises ``RuntimeError`` otherwise."""
        if self._context is None:
            raise RuntimeError("no certificate is loaded")
        return self._context

    async def ensure(self) -> None:
        """Load the certificate if necessary; create a self-signed one if none is usable."""
        async with self._lock:
            if self._current is None:
                await self._change(self._stored.read)

    async def make_first(self) -> None:
        """Create a self-signed one if there is none: at the first start, even without HTTPS."""
        if not await run_in_thread(self._stored.exists, "certificate"):
            await self.ensure()

    async def reload(self) -> None:
        """Read the files again, if they are in use. If they are unusable, nothing changes."""
        async with self._lock:
            if self._current is None:
                return
            try:
                await self._change(self._stored.reread)
                _log.info("the TLS certificate was reloaded")
            except (OSError, RequestFailed) as error:
                _log.error("the TLS certificate is unchanged: %s", error)

    async def refresh(self) -> None:
        """Replace an expired certificate, and a self-signed one that expires soon or lacks a name of this machine."""
        async with self._lock:
            if self._current is not None:
                await self._change(partial(self._stored.refreshed, self._current))

    async def install(self, chain: bytes, key: bytes, password: str = "") -> None:
        """Use the owner's certificate, durably. Without `key` it must belong to the signing request or the present key.

        Raises ``RequestFailed``, ``StoreError``; then nothing has changed.
        """
        async with self._lock:
            await self._change(partial(self._stored.install, chain, key, password))

    async def sign_anew(self) -> None:
        """Replace it by a self-signed one with a new key. Raises ``RequestFailed``, ``StoreError``."""
        async with self._lock:
            await self._change(self._stored.sign_anew)

    async def request(self, names: Sequence[str]) -> str:
        """Return a signing request, PEM, with a new stored key. `names` are host names and addresses; by default those
        of this machine. Raises ``RequestFailed``, ``StoreError``."""
        async with self._lock:
            return await run_in_thread(partial(self._stored.request, names), "certificate")

    async def report(self) -> "CertificateReport":
        """Return the properties of the certificate in use."""
        await self.ensure()
        return await run_in_thread(self._report, "certificate")

    async def _change(self, find: Callable[[], CertifiedKey]) -> None:
        def load() -> tuple[CertifiedKey, ssl.SSLContext | None]:
            found = find()
            return found, server_context(found) if found != self._current else self._context

        self._current, self._context = await run_in_thread(load, "certificate")

    def _report(self) -> "CertificateReport":
        from ipcamd.access.certificate.report import report_on  # not at the camera's start

        if self._current is None:
            raise RuntimeError("no certificate is loaded")
        return report_on(self._current, self._stored.is_request_pending())
