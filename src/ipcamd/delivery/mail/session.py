"""Mail session (SDK 10.17, 10.18; RFC 5321): a mail per clip, and per series of pictures of an event, with as many
attachments as the server accepts."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime

from aiosmtplib import SMTPException, SMTPResponseException

from ipcamd.delivery.mail.attachments import choose_attachments
from ipcamd.delivery.mail.errors import TOO_LARGE, explained
from ipcamd.delivery.mail.message import Letterhead, MailMessage
from ipcamd.delivery.mail.smtp_client import SmtpClient
from ipcamd.delivery.queue.spool_item import SpoolItem
from ipcamd.delivery.target.blocking_session import BlockingSession
from ipcamd.delivery.target.config import TargetConfig
from ipcamd.delivery.target.error_text import redact
from ipcamd.errors import DeliveryError

PARTIAL_RECIPIENTS_ATTEMPT = 4
"""Attempt from which on a mail goes to the accepted recipients only, while another one is temporarily refused."""
Refusals = dict[str, tuple[int, str]]
"""Refused recipients: address to SMTP reply code and text."""


def login(
    config: TargetConfig, address: str, blocking: BlockingSession, camera: str, local: Callable[[int], datetime]
) -> "MailSession":
    """Return a session. Raises ``DeliveryError``, ``OSError``."""
    client = SmtpClient(blocking, config)
    with explained():
        client.log_in(address)
    recipients = tuple(dict.fromkeys(filter(None, (config.values["EmailTo"], config.values["EmailTo2"]))))
    head = Letterhead(camera, config.values["FromEmail"], recipients)
    return MailSession(client, head, config.values.number("AttachSize") * 1_000_000, local, config.password)


class MailSession:
    """One login at a mail server."""

    def __init__(
        self, client: SmtpClient, head: Letterhead, limit: int, local: Callable[[int], datetime], secret: str
    ) -> None:
        """`limit` is the most bytes of attachments of a mail; `secret` must not appear in a log. `local` converts
        nanoseconds since the epoch to local time."""
        self._client = client
        self._head = head
        self._limit = limit
        self._local = local
        self._secret = secret

    def send(self, items: Sequence[SpoolItem], attempt: int) -> str:
        """See `UploadSession`."""
        with explained():
            note, refused = self._send(items, attempt)
        words = [f"{who} is refused: {code} {redact(why, self._secret)}" for who, (code, why) in refused.items()]
        return "; ".join(filter(None, [note, *words]))

    def close(self) -> None:
        """See `UploadSession`."""
        with suppress(SMTPException):
            self._client.quit()

    def _send(self, items: Sequence[SpoolItem], attempt: int) -> tuple[str, Refusals]:
        """Send the largest mail that the server accepts; return the missing files and the refused recipients."""
        for choice in choose_attachments(items, self._limit):
            mail = MailMessage(self._head, items[0], self._local(items[0].event_ns), choice.attached, choice.note)
            try:
                if self._accepts(mail):
                    return choice.missing, self._transmit(mail, attempt)
            except SMTPResponseException as error:
                if error.code != TOO_LARGE:
                    raise
                self._client.reset()
        raise DeliveryError("the mail server rejects even a mail without attachment")

    def _accepts(self, mail: MailMessage) -> bool:
        return not self._client.size_limit or mail.size <= self._client.size_limit

    def _transmit(self, mail: MailMessage, attempt: int) -> Refusals:
        """Send a mail; return the refused recipients. Raises ``DeliveryError`` if all are refused."""
        self._client.begin(self._head.sender, mail.size)
        refused = {who: answer for who in self._head.recipients if (answer := self._client.offer(who))}
        if len(refused) == len(self._head.recipients):
            who, (code, words) = next(iter(refused.items()))
            raise DeliveryError(f"the mail server refuses the recipient {who}", f"{code} {words}", transient=code < 500)
        later = [f"{who}: {code} {words}" for who, (code, words) in refused.items() if code < 500]
        if later and attempt < PARTIAL_RECIPIENTS_ATTEMPT:
            raise DeliveryError("the mail server refuses a recipient for the moment", "; ".join(later))
        self._client.send(mail)
        return refused
