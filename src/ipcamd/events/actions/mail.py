"""A mail about an event (RFC 5322), with what was captured attached (RFC 2045)."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP as CRLF
from email.utils import format_datetime
from pathlib import Path

from ipcamd.events.parcel import Parcel

_POLICY = CRLF.clone(cte_type="7bit")  # every server takes that

BLOCK = 57 * 1024
"""Bytes that are encoded at a time; lines of base64 hold 57."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """What is attached."""

    name: str
    content_type: str
    content: Path | bytes
    """A file, or what would be in it."""

    @property
    def size(self) -> int:
        """Bytes."""
        return self.content.stat().st_size if isinstance(self.content, Path) else len(self.content)


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What is the same in all mails."""

    camera: str
    """Its name."""
    sender: str
    recipients: tuple[str, ...]


class Mail:
    """One mail, made piece by piece when it is sent: the attachment is never in memory as a whole."""

    def __init__(
        self, head: Letterhead, parcel: Parcel, local: datetime, attachment: Attachment | None, note: str = ""
    ) -> None:
        """`local` is the local time of the event; `note` says what is not attached, and why."""
        self._attachment = attachment
        message = _message(head, parcel, local, attachment, note)
        whole = message.as_bytes(policy=_POLICY)
        before, self._after = _split(whole, message) if attachment else (whole, b"")
        self._before = before.replace(b"\r\n.", b"\r\n..")  # a dot alone on a line would end the mail (RFC 5321)

    @property
    def size(self) -> int:
        """Bytes, as they are counted by the server (RFC 1870)."""
        body = 0
        if self._attachment:
            size = self._attachment.size
            body = -(-size // 57) * 2 + -(-size // 3) * 4
        return len(self._before) + body + len(self._after)

    def __iter__(self) -> Iterator[bytes]:
        """Yield it in pieces, lines ended by CRLF."""
        yield self._before
        if self._attachment:
            yield from map(_encoded, _pieces(self._attachment.content))
        yield self._after


def _message(
    head: Letterhead, parcel: Parcel, local: datetime, attachment: Attachment | None, note: str
) -> EmailMessage:
    message = EmailMessage(policy=_POLICY)
    when = f"{local:%Y-%m-%d %H:%M:%S}"
    message["From"] = head.sender
    message["To"] = ", ".join(head.recipients)
    message["Subject"] = f"{head.camera}: {parcel.what}, {when}"
    message["Date"] = format_datetime(local)
    # the same however often it is sent, so that a mail that came twice is known to be one
    message["Message-ID"] = f"<{parcel.token}@{head.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody answers that he is on holiday
    lines = [f"Camera: {head.camera}", f"Event: {parcel.what}", f"Time: {when} {local:%Z}".rstrip()]
    if parcel.schedule:
        lines.append(f"Schedule: {parcel.schedule}")
    if attachment:
        lines.append(f"Attached: {attachment.name}")
    message.set_content("\n".join([*lines, *(["", note] if note else []), ""]))
    if attachment:
        kind, _, subtype = attachment.content_type.partition("/")
        message.add_attachment(b"", kind, subtype, filename=attachment.name)
        message.set_boundary(parcel.token)
    return message


def _split(whole: bytes, message: EmailMessage) -> tuple[bytes, bytes]:
    """Return what stands before and after the attachment, which is empty in `whole`."""
    end = f"\r\n--{message.get_boundary()}--".encode()
    before, _, after = whole.rpartition(end)
    return before.rstrip(b"\r\n") + b"\r\n\r\n", end.removeprefix(b"\r\n") + after


def _pieces(content: Path | bytes) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    with content.open("rb") as file:
        while piece := file.read(BLOCK):
            yield piece


def _encoded(piece: bytes) -> bytes:
    return base64.encodebytes(piece).replace(b"\n", b"\r\n")
