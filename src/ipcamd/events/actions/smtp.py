"""Mail (SDK 10.17, 10.18; RFC 5321): a mail for each film, and for all pictures of an event; with as much attached as
the server takes."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import accumulate
from smtplib import SMTPException, SMTPResponseException, SMTPServerDisconnected

from ipcamd.errors import DeliveryError
from ipcamd.events.actions.carrier import Site
from ipcamd.events.actions.mail import Attachment, Letterhead, Mail
from ipcamd.events.actions.smtpclient import Client, said
from ipcamd.events.actions.still import still
from ipcamd.events.errand import Errand
from ipcamd.events.parcel import Parcel, called
from ipcamd.events.words import clean

PATIENCE = 4
"""Attempts until a mail goes to those recipients who are accepted, while one is refused for the moment."""
TOO_LARGE = 552

Refusals = dict[str, tuple[int, str]]


def login(site: Site, address: str, errand: Errand, camera: str, local: Callable[[int], datetime]) -> "SmtpSession":
    """Return a session. Raises ``DeliveryError``, ``OSError``."""
    client = Client(errand, site)
    with _explained():
        client.greet(address)
        client.secure()
        if site.user:
            client.authenticate(site.user, site.password)
    recipients = tuple(dict.fromkeys(filter(None, (site.values["EmailTo"], site.values["EmailTo2"]))))
    head = Letterhead(camera, site.values["FromEmail"], recipients)
    return SmtpSession(client, head, int(site.values["AttachSize"]) * 1_000_000, local, site.password)


class SmtpSession:
    """One login at a mail server."""

    def __init__(
        self, client: Client, head: Letterhead, limit: int, local: Callable[[int], datetime], secret: str = ""
    ) -> None:
        """`limit` is how much is attached to a mail, in bytes; `secret` is what must not stand in a log."""
        self._client = client
        self._head = head
        self._limit = limit
        self._local = local
        self._secret = secret

    def send(self, parcels: Sequence[Parcel], attempt: int) -> str:
        """See `Session`."""
        with _explained():
            note, refused = self._send(parcels, attempt)
        words = [f"{who} is refused: {code} {clean(why, self._secret)}" for who, (code, why) in refused.items()]
        return "; ".join(filter(None, [note, *words]))

    def close(self) -> None:
        """See `Session`."""
        with suppress(SMTPException):
            self._client.quit()

    def _send(self, parcels: Sequence[Parcel], attempt: int) -> tuple[str, Refusals]:
        """Send the largest draft that is not too large; return what it lacks, and who did not get it."""
        for mail, note in self._drafts(parcels):
            try:
                if self._accepts(mail):
                    return note, self._transmit(mail, attempt)
            except SMTPResponseException as error:
                if error.smtp_code != TOO_LARGE:
                    raise
                self._client.rset()
        raise DeliveryError("the mail server takes not even a mail without attachment")

    def _drafts(self, parcels: Sequence[Parcel]) -> Iterator[tuple[Mail, str]]:
        """Yield the mail with all that fits, with the first file or a picture of it, with nothing; each with what it
        lacks."""
        fitting = self._fitting(parcels)
        for count in dict.fromkeys([fitting, min(fitting, 1)] if fitting else []):
            attached = [Attachment(p.name, p.content_type, p.path) for p in parcels[:count]]
            lacking = _lacking(parcels[count:])
            yield self._mail(parcels, attached, lacking and f"{lacking}."), lacking
        first, lacking = parcels[0], _lacking(parcels)
        if first.content_type.startswith("video/") and (picture := still(first.path)):
            attachment = Attachment(f"{first.name.rpartition('.')[0] or first.name}.jpg", "image/jpeg", picture)
            yield self._mail(parcels, [attachment], f"{lacking}; a picture of it is."), lacking
        yield self._mail(parcels, [], f"{lacking}."), lacking

    def _fitting(self, parcels: Sequence[Parcel]) -> int:
        """Return how many may be attached to one mail."""
        sizes = accumulate(parcel.size for parcel in parcels)
        return sum(size <= self._limit for size in sizes)

    def _mail(self, parcels: Sequence[Parcel], attached: Sequence[Attachment], note: str) -> Mail:
        return Mail(self._head, parcels[0], self._local(parcels[0].moment), attached, note)

    def _accepts(self, mail: Mail) -> bool:
        """Whether the mail is not larger than the server says that it takes (RFC 1870); 0 and nothing: any size."""
        limit = self._client.esmtp_features.get("size", "")
        return not limit.isdecimal() or int(limit) == 0 or mail.size <= int(limit)

    def _transmit(self, mail: Mail, attempt: int) -> Refusals:
        """Send a mail; return who is refused. Raises ``DeliveryError`` if that is everybody."""
        client = self._client
        client.expect(250, "MAIL", f"FROM:<{self._head.sender}>" + f" SIZE={mail.size}" * client.has_extn("size"))
        refused = {who: answer for who in self._head.recipients if (answer := self._offer(who))}
        if len(refused) == len(self._head.recipients):
            who, (code, words) = next(iter(refused.items()))
            raise DeliveryError(f"the mail server refuses the recipient {who}", f"{code} {words}")
        later = [f"{who}: {code} {words}" for who, (code, words) in refused.items() if code < 500]
        if later and attempt < PATIENCE:
            raise DeliveryError("the mail server refuses a recipient for the moment", "; ".join(later))
        client.expect(354, "DATA")
        for piece in mail:
            client.pour(piece)
        client.finish()
        return refused

    def _offer(self, who: str) -> tuple[int, str] | None:
        code, words = self._client.docmd("RCPT", f"TO:<{who}>")
        return None if code in (250, 251) else (code, said(words))


def _lacking(parcels: Sequence[Parcel]) -> str:
    """Return what is said of files that are not attached."""
    if not parcels:
        return ""
    size = f"{sum(parcel.size for parcel in parcels) / 1e6:.1f} MB"
    if len(parcels) > 1:
        return f"{called(parcels)} ({size}) are too large for a mail and are not attached"
    return f"{parcels[0].name} ({size}) is too large for a mail and is not attached"


_MEANINGS = {
    421: "the mail server is closing down or busy",
    450: "the mailbox is not available for the moment",
    451: "the mail server has a problem of its own",
    452: "the mail server has no room",
    454: "the mail server cannot do that for the moment",
    530: "the mail server wants a login (Event.Server.Authentication), or TLS",
    534: "the mail server wants another way to log in",
    535: "user name or password is wrong",
    538: "the mail server wants TLS before a login",
    550: "the mail server refuses: there is no such address, or this sender may not write there",
    552: "the mail is too large, or the mailbox full",
    553: "the mail server does not allow this address",
    554: "the mail server refuses the mail",
}


@contextmanager
def _explained() -> Iterator[None]:
    """Turn what the server refuses into words."""
    try:
        yield
    except SMTPServerDisconnected as error:
        raise ConnectionResetError(str(error)) from error
    except SMTPResponseException as error:
        meaning = _MEANINGS.get(error.smtp_code, "the mail server refuses")
        raise DeliveryError(meaning, f"{error.smtp_code} {said(error.smtp_error)}") from error
    except SMTPException as error:
        raise DeliveryError("the mail server does what is not expected", str(error)) from error
