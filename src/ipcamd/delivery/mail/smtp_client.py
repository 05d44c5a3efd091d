"""SMTP client: aiosmtplib in an event loop of the session's own thread, sending mails in pieces."""

import asyncio
import socket
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

from aiosmtplib import SMTP, SMTPDataError, SMTPHeloError, SMTPRecipientRefused, SMTPServerDisconnected
from aiosmtplib.typing import SMTPStatus

from ipcamd.delivery.target.blocking_session import BlockingSession
from ipcamd.delivery.target.config import TargetConfig
from ipcamd.egress.tls import client_context
from ipcamd.errors import DeliveryError

PATIENCE = 10
"""Factor of the time limit for the server to accept a mail (RFC 5321, 4.5.3.2.6)."""

T = TypeVar("T")


class SmtpClient:
    """A client of one server. Its methods block, and raise ``SMTPException`` and ``OSError``."""

    def __init__(self, blocking: BlockingSession, config: TargetConfig) -> None:
        self._blocking = blocking
        self._config = config
        self._runner = asyncio.Runner()
        self._smtp = SMTP()
        blocking.on_end(self._close)

    def log_in(self, address: str) -> None:
        """Connect to the server's address, with TLS if offered, and log in if configured."""
        connection = self._blocking.connect(address, self._config.port)
        connection.setblocking(False)
        self._run(self._log_in(connection))

    @property
    def size_limit(self) -> int:
        """Largest mail that the server accepts, in bytes (RFC 1870); 0: unlimited."""
        limit = self._smtp.esmtp_extensions.get("size", "")
        return int(limit) if limit.isdecimal() else 0

    def begin(self, sender: str, size: int) -> None:
        """Start a mail with this number of bytes."""
        options = [f"SIZE={size}"] if self._smtp.supports_extension("size") else []
        self._run(self._smtp.mail(sender, options=options))

    def offer(self, recipient: str) -> tuple[int, str] | None:
        """Name a recipient of a mail; return the code and text of a refusal."""
        try:
            self._run(self._smtp.rcpt(recipient))
        except SMTPRecipientRefused as refusal:
            return refusal.code, refusal.message
        return None

    def send(self, pieces: Iterable[bytes]) -> None:
        """Send the mail itself in pieces, in its transmitted form (RFC 5321, 4.5.2)."""
        self._run(self._send(pieces))

    def reset(self) -> None:
        """Cancel the mail."""
        self._run(self._smtp.rset())

    def quit(self) -> None:
        """Log out."""
        self._run(self._smtp.quit())

    def _close(self) -> None:
        self._smtp.close()
        self._runner.close()

    def _connection(self) -> tuple[asyncio.WriteTransport, asyncio.BaseProtocol]:
        transport, protocol = self._smtp.transport, self._smtp.protocol
        if not isinstance(transport, asyncio.WriteTransport) or protocol is None:
            raise SMTPServerDisconnected("Connection lost")
        return transport, protocol

    def _run(self, action: Coroutine[Any, Any, T]) -> T:
        result = self._runner.run(action)
        self._blocking.report_progress()
        return result

    async def _log_in(self, connection: socket.socket) -> None:
        config = self._config
        own = connection.getsockname()[0]
        self._smtp = SMTP(
            hostname=config.host,
            sock=connection,
            local_hostname=f"[IPv6:{own}]" if ":" in own else f"[{own}]",  # RFC 5321, 4.1.3: it may have no name
            use_tls=config.values.flag("SSL"),
            tls_context=client_context(config.values["Certificate"]),
            timeout=None,  # the blocking session ends stalled connections
        )
        await self._smtp.connect()
        await self._introduce()
        # flow control for the pieces of a mail; created once, because its end ends the connection
        self._writer = asyncio.StreamWriter(*self._connection(), None, asyncio.get_running_loop())
        if config.user:
            await self._authenticate(config.user, config.password)

    async def _introduce(self) -> None:
        """Send EHLO if necessary, to learn the server's extensions; to an old server send HELO."""
        if self._smtp.is_ehlo_or_helo_needed:
            try:
                await self._smtp.ehlo()
            except SMTPHeloError:
                await self._smtp.helo()

    async def _authenticate(self, user: str, password: str) -> None:
        """Log in (RFC 4954) with the server's methods; the first one sends no password."""
        if not self._smtp.supported_auth_methods:
            ways = ", ".join(self._smtp.AUTH_METHODS).upper()
            raise DeliveryError(
                f"the mail server offers none of {ways}: Event.Server.Authentication.Enabled=no, or another port?"
            )
        await self._smtp.login(user, password)

    async def _send(self, pieces: Iterable[bytes]) -> None:
        answer = await self._smtp.execute_command(b"DATA")
        if answer.code != SMTPStatus.start_input:
            raise SMTPDataError(answer.code, answer.message)
        for piece in pieces:
            self._writer.write(piece)
            await self._writer.drain()
            self._blocking.report_progress()
        self._blocking.report_progress(PATIENCE)
        answer = await self._smtp.execute_command(b".")
        if answer.code != SMTPStatus.completed:
            raise SMTPDataError(answer.code, answer.message)
