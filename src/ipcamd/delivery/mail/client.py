"""SMTP client: aiosmtplib in an event loop of the session's own thread, with mails that are sent piece by piece."""

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
"""Times the usual that the server has to accept a mail (RFC 5321, 4.5.3.2.6)."""

T = TypeVar("T")


class SmtpClient:
    """A client for one server. Its methods block, and raise ``SMTPException`` and ``OSError``."""

    def __init__(self, blocking: BlockingSession, config: TargetConfig) -> None:
        self._blocking = blocking
        self._config = config
        self._runner = asyncio.Runner()
        self._smtp = SMTP()
        blocking.on_end(self._close)

    def log_in(self, address: str) -> None:
        """Connect to the server's address, with TLS if it offers that, and log in if that is set."""
        connection = self._blocking.connect(address, self._config.port)
        connection.setblocking(False)
        self._run(self._log_in(connection))

    @property
    def size_limit(self) -> int:
        """The bytes of the largest mail that the server says it accepts (RFC 1870); 0: any size."""
        limit = self._smtp.esmtp_extensions.get("size", "")
        return int(limit) if limit.isdecimal() else 0

    def begin(self, sender: str, size: int) -> None:
        """Begin a mail of so many bytes."""
        options = [f"SIZE={size}"] if self._smtp.supports_extension("size") else []
        self._run(self._smtp.mail(sender, options=options))

    def offer(self, recipient: str) -> tuple[int, str] | None:
        """Offer a mail to a recipient; return the code and words of a refusal."""
        try:
            self._run(self._smtp.rcpt(recipient))
        except SMTPRecipientRefused as refusal:
            return refusal.code, refusal.message
        return None

    def send(self, pieces: Iterable[bytes]) -> None:
        """Send the mail itself, as it goes over the line (RFC 5321, 4.5.2), in pieces."""
        self._run(self._send(pieces))

    def reset(self) -> None:
        """Take the mail back that was begun."""
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
            timeout=None,  # the blocking session ends what stands still
        )
        await self._smtp.connect()
        await self._introduce()
        # flow control for the pieces of a mail; made once, since its end is the end of the connection
        self._writer = asyncio.StreamWriter(*self._connection(), None, asyncio.get_running_loop())
        if config.user:
            await self._authenticate(config.user, config.password)

    async def _introduce(self) -> None:
        """Say EHLO if that is needed (again), to know what the server offers; to an old server say HELO."""
        if self._smtp.is_ehlo_or_helo_needed:
            try:
                await self._smtp.ehlo()
            except SMTPHeloError:
                await self._smtp.helo()

    async def _authenticate(self, user: str, password: str) -> None:
        """Log in (RFC 4954) in the ways that the server offers; the first one sends no password."""
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
