"""A real mail server (aiosmtpd) in the test's own loop, with the faults that servers have."""

import asyncio
import ssl
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from tests.delivery.delivery_rig import DeliveryRig
from tests.e2e.camera import PATIENCE

USER, PASSWORD = "camera", "sesame \u00fc"


class MailServer:
    """Configured responses of the mail server, and the messages received."""

    def __init__(self) -> None:
        self.port = 0
        self.envelopes: list[Envelope] = []
        self.secure: list[bool] = []
        self.answers: dict[str, list[str]] = {}
        """Recipient, or ``DATA``, to the answers that come before the good ones."""
        self.hostnames: list[str] = []
        self.inspect: Callable[[], Awaitable[object]] = lambda: asyncio.sleep(0)
        """Its look at each mail."""

    @property
    def mails(self) -> list[EmailMessage]:
        return [
            cast("EmailMessage", message_from_bytes(cast("bytes", e.content), policy=default)) for e in self.envelopes
        ]

    async def handle_RCPT(self, _: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if self.answers.get(address):
            return self.answers[address].pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, smtp: SMTP, session: Session, envelope: Envelope) -> str:
        await self.inspect()
        if self.answers.get("DATA"):
            return self.answers["DATA"].pop(0)
        self.envelopes.append(envelope)
        self.secure.append(smtp.transport.get_extra_info("ssl_object") is not None)
        self.hostnames.append(str(session.host_name))
        return "250 Taken"


def authenticator(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=good, handled=False)


def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@asynccontextmanager
async def serving(
    protocol: Callable[..., SMTP] = SMTP, wrap: ssl.SSLContext | None = None, port: int = 0, **options: Any
) -> AsyncIterator[MailServer]:
    """Give a mail server; `wrap` speaks TLS from the first byte on, `options` are aiosmtpd's."""
    server = MailServer()

    def made() -> SMTP:
        return protocol(server, hostname="far.example", loop=asyncio.get_running_loop(), **options)

    listener = await asyncio.get_running_loop().create_server(made, "127.0.0.1", port, ssl=wrap)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()


async def aim(rig: DeliveryRig, server: MailServer, **values: object) -> None:
    who = {"FromEmail": "camera@home.example", "EmailTo": "anna@home.example", "EmailTo2": "paul@work.example"}
    await rig.set("SMTP", **({"Enable": "yes", "MailServer1": "127.0.0.1", "Smtpport": server.port} | who | values))


async def log_in(rig: DeliveryRig, password: str = PASSWORD) -> None:
    await rig.set("Authentication", Enabled="yes", UserName=USER, Password=password)


@contextmanager
def serving_in_thread() -> Iterator[MailServer]:
    """Give a mail server that runs in a thread of its own."""
    begun, end, found = threading.Event(), asyncio.Event(), list[MailServer]()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with serving() as server:
            found.append(server)
            begun.set()
            await end.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert begun.wait(PATIENCE)
    try:
        yield found[0]
    finally:
        loop.call_soon_threadsafe(end.set)
        thread.join()
        loop.close()
