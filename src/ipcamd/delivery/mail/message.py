"""Mail about an event (RFC 5322), with the captured files attached (RFC 2045)."""

import base64
from collections.abc import Iterator, Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP as CRLF
from email.utils import format_datetime
from itertools import zip_longest
from pathlib import Path

from ipcamd.dataclass import dataclass
from ipcamd.delivery.queue.spool_item import SpoolItem

_POLICY = CRLF.clone(cte_type="7bit")  # every server accepts it

BLOCK = 57 * 1024
"""Bytes encoded at a time; lines of base64 contain 57."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """Attachment of a mail."""

    name: str
    content_type: str
    content: Path | bytes
    """A file, or its content."""

    @property
    def size(self) -> int:
        """Bytes."""
        return self.content.stat().st_size if isinstance(self.content, Path) else len(self.content)


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Fields that all mails share."""

    camera: str
    """Name of the camera."""
    sender: str
    recipients: tuple[str, ...]


class MailMessage:
    """One mail, created in pieces while it is sent: attachments are never in memory as a whole."""

    def __init__(
        self, head: Letterhead, item: SpoolItem, local: datetime, attached: Sequence[Attachment], note: str = ""
    ) -> None:
        """`local` is the local time of the event; `note` names the files that are not attached, and the reason."""
        self._attached = attached
        message = _message(head, item, local, attached, note).as_bytes(policy=_POLICY)
        whole = message.replace(b"\r\n.", b"\r\n..")  # a single dot on a line would end the mail (RFC 5321)
        self._texts = whole.split(_encoded(_stand_in(item)))

    @property
    def size(self) -> int:
        """Bytes, as counted by the server (RFC 1870)."""
        contents = sum(-(-a.size // 57) * 2 + -(-a.size // 3) * 4 for a in self._attached)
        return sum(map(len, self._texts)) + contents

    def __iter__(self) -> Iterator[bytes]:
        """Yield the mail in pieces, with lines ended by CRLF."""
        for text, attachment in zip_longest(self._texts, self._attached):
            yield text
            if attachment:
                yield from map(_encoded, _pieces(attachment.content))


def _message(
    head: Letterhead, item: SpoolItem, local: datetime, attached: Sequence[Attachment], note: str
) -> EmailMessage:
    message = EmailMessage(policy=_POLICY)
    when = f"{local:%Y-%m-%d %H:%M:%S}"
    message["From"] = head.sender
    message["To"] = ", ".join(head.recipients)
    message["Subject"] = f"{head.camera}: {item.event_label}, {when}"
    message["Date"] = format_datetime(local)
    # equal in all attempts, so that a duplicate mail can be recognized
    message["Message-ID"] = f"<{item.token}@{head.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no automatic replies
    lines = [f"Camera: {head.camera}", f"Event: {item.event_label}", f"Time: {when} {local:%Z}".rstrip()]
    if item.schedule:
        lines.append(f"Schedule: {item.schedule}")
    lines += [f"Attached: {attachment.name}" for attachment in attached]
    message.set_content("\n".join([*lines, *(["", note] if note else []), ""]))
    for attachment in attached:
        kind, _, subtype = attachment.content_type.partition("/")
        message.add_attachment(_stand_in(item), kind, subtype, filename=attachment.name)
        message.set_boundary(item.token)
    return message


def _stand_in(item: SpoolItem) -> bytes:
    """Return a unique placeholder in the mail for each content, until that is sent."""
    return item.token.encode()


def _pieces(content: Path | bytes) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    with content.open("rb") as file:
        while piece := file.read(BLOCK):
            yield piece


def _encoded(piece: bytes) -> bytes:
    return base64.encodebytes(piece).replace(b"\n", b"\r\n")
