"""Mail (SDK 10.17, 10.18; RFC 5321, 3207, 4954)."""

import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

from ipcamd.errors import DeliveryError
from ipcamd.events.actions.carrier import Site
from ipcamd.events.actions.mail import Attachment, Letterhead, Mail
from ipcamd.events.actions.still import still
from ipcamd.events.errand import Errand
from ipcamd.events.parcel import Parcel

PATIENCE = 4
"""Attempts until a mail goes to those recipients who are accepted, when one is refused for the moment."""

Refusals = dict[str, tuple[int, str]]


def login(site: Site, address: str, errand: Errand, camera: str, local: Callable[[int], datetime]) -> "SmtpSession":
    """Return a session. Raises ``DeliveryError``, ``OSError``."""
    client = _Client(errand, site)
    with _explained():
        client.greet(address, site.port)
        client.ehlo_or_helo_if_needed()
        if site.values["SSL"] != "yes" and client.has_extn("starttls"):
            client.starttls(context=_context(site))
            client.ehlo()
        if site.user:
            _authenticate(client, site)
    recipients = tuple(dict.fromkeys(filter(None, (site.values["EmailTo"], site.values["EmailTo2"]))))
    head = Letterhead(camera, site.values["FromEmail"], recipients)
    return SmtpSession(client, errand, head, int(site.values["AttachSize"]) * 1_000_000, local)


class SmtpSession:
    """One login at a mail server."""

    def __init__(
        self, client: smtplib.SMTP, errand: Errand, head: Letterhead, limit: int, local: Callable[[int], datetime]
    ) -> None:
        """`limit` is the largest file that is attached, in bytes."""
        self._client = client
        self._errand = errand
        self._head = head
        self._limit = limit
        self._local = local

    def send(self, parcel: Parcel, attempt: int) -> str:
        """See `Session`."""
        with _explained():
            mail, note = self._compose(parcel)
            refused = self._transmit(mail, attempt)
        words = [f"{who} is refused: {code} {why}" for who, (code, why) in refused.items()]
        return "; ".join(filter(None, [note, *words]))

    def close(self) -> None:
        """See `Session`."""
        with suppress(smtplib.SMTPException):
            self._client.quit()

    def _compose(self, parcel: Parcel) -> tuple[Mail, str]:
        """Return the mail with as much of the file as it may hold, and what is not in it."""
        local = self._local(parcel.moment)
        whole = Attachment(parcel.name, parcel.content_type, parcel.path)
        mail = Mail(self._head, parcel, local, whole)
        if parcel.size <= self._limit and self._accepts(mail):
            return mail, ""
        note = f"{parcel.name} ({parcel.size / 1e6:.1f} MB) is too large for a mail and is not attached"
        if parcel.content_type.startswith("video/") and (picture := still(parcel.path)):
            name = f"{parcel.name.rpartition('.')[0] or parcel.name}.jpg"
            mail = Mail(
                self._head, parcel, local, Attachment(name, "image/jpeg", picture), f"{note}; a picture of it is."
            )
            if self._accepts(mail):
                return mail, note
        return Mail(self._head, parcel, local, None, f"{note}."), note

    def _accepts(self, mail: Mail) -> bool:
        """Whether the mail is not larger than the server says that it takes (RFC 1870); 0 and nothing: any size."""
        limit = self._client.esmtp_features.get("size", "")
        return not limit.isdecimal() or int(limit) == 0 or mail.size <= int(limit)

    def _transmit(self, mail: Mail, attempt: int) -> Refusals:
        """Send a mail; return who is refused. Raises ``DeliveryError`` if that is everybody."""
        client, size = self._client, [f"size={mail.size}"] * self._client.has_extn("size")
        _expect(client.mail(self._head.sender, size), 250)
        refused = {who: answer for who in self._head.recipients if (answer := self._offer(who))}
        if len(refused) == len(self._head.recipients):
            who, (code, words) = next(iter(refused.items()))
            raise DeliveryError(f"the mail server refuses the recipient {who} ({code} {words})")
        later = [f"{who}: {code} {words}" for who, (code, words) in refused.items() if code < 500]
        if later and attempt < PATIENCE:
            raise DeliveryError(f"the mail server refuses a recipient for the moment ({'; '.join(later)})")
        _expect(client.docmd("DATA"), 354)
        for piece in mail:
            client.send(piece)
            self._errand.beat()
        _expect(client.docmd("."), 250)
        return refused

    def _offer(self, who: str) -> tuple[int, str] | None:
        code, words = self._client.rcpt(who)
        self._errand.beat()
        return None if code in (250, 251) else (code, words.decode("utf-8", "replace"))


class _Client(smtplib.SMTP):
    """smtplib's client, on a socket that ends with the errand."""

    def __init__(self, errand: Errand, site: Site) -> None:
        super().__init__(local_hostname="localhost")  # looked up otherwise, which may take long; see `greet`
        self._errand = errand
        self._site = site
        self._host = site.host  # whose certificate is expected at STARTTLS

    def greet(self, address: str, port: int) -> None:
        with _explained():
            code, words = self.connect(address, port)
        _expect((code, words), 220)

    def _get_socket(self, host: str, port: int, timeout: float | None) -> socket.socket:
        connection = self._errand.connect(host, port)
        own = connection.getsockname()[0]
        self.local_hostname = f"[IPv6:{own}]" if ":" in own else f"[{own}]"  # RFC 5321, 4.1.3: it may have no name
        if self._site.values["SSL"] == "yes":
            connection = _context(self._site).wrap_socket(connection, server_hostname=self._site.host)
            self._errand.hold(connection)
        return connection


def _context(site: Site) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if site.values["Certificate"] == "any":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _authenticate(client: smtplib.SMTP, site: Site) -> None:
    try:
        client.login(site.user, site.password)
    except smtplib.SMTPNotSupportedError as error:
        raise DeliveryError(
            "the mail server lets nobody log in here: Event.Server.Authentication.Enabled=no, or another port?"
        ) from error


def _expect(answer: tuple[int, bytes], code: int) -> None:
    if answer[0] != code:
        raise smtplib.SMTPResponseException(answer[0], answer[1].decode("utf-8", "replace"))


_MEANINGS = {
    421: "the mail server is closing down or busy",
    450: "the mailbox is not available for the moment",
    451: "the mail server has a problem of its own",
    452: "the mail server has no room",
    454: "the mail server cannot check the login for the moment",
    530: "the mail server wants a login (Event.Server.Authentication), or TLS",
    534: "the mail server wants another way to log in",
    535: "user name or password is wrong",
    538: "the mail server wants TLS before a login",
    550: "the mail server refuses: the address does not exist, or this sender may not write there",
    552: "the mail is too large, or the mailbox full",
    553: "the mail server does not allow this address",
    554: "the mail server refuses the mail",
}


@contextmanager
def _explained() -> Iterator[None]:
    """Turn what the server refuses into words."""
    try:
        yield
    except smtplib.SMTPServerDisconnected as error:
        raise ConnectionResetError(str(error)) from error
    except smtplib.SMTPResponseException as error:
        words = error.smtp_error
        said = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
        meaning = _MEANINGS.get(error.smtp_code, "the mail server refuses")
        raise DeliveryError(f"{meaning} ({error.smtp_code} {said})") from error
    except smtplib.SMTPException as error:
        raise DeliveryError(f"the mail server does what is not expected ({error})") from error
