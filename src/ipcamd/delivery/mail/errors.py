"""Errors of mail servers (RFC 5321): their meaning, and whether they may disappear by themselves."""

from collections.abc import Iterator
from contextlib import contextmanager

from aiosmtplib import SMTPException, SMTPResponseException

from ipcamd.errors import DeliveryError

TOO_LARGE = 552
"""SMTP reply code: the message exceeds the server's limit (RFC 1870, 6.1)."""

_MEANINGS = {
    421: "the mail server is closing down or busy",
    450: "the mailbox is not available for the moment",
    451: "the mail server reports an internal error",
    452: "the mail server has no room",
    454: "the mail server cannot do that for the moment",
    530: "the mail server requires a login (Event.Server.Authentication), or TLS",
    534: "the mail server requires another way to log in",
    535: "user name or password is wrong",
    538: "the mail server requires TLS before a login",
    550: "the mail server refuses: there is no such address, or this sender may not write there",
    552: "the mail is too large, or the mailbox full",
    553: "the mail server does not allow this address",
    554: "the mail server refuses the mail",
}


@contextmanager
def explained() -> Iterator[None]:
    """Raise the server's answer as a ``DeliveryError``."""
    try:
        yield
    except SMTPResponseException as error:
        meaning = _MEANINGS.get(error.code, "the mail server refuses")
        transient = 0 < error.code < 500 or error.code == TOO_LARGE
        raise DeliveryError(meaning, f"{error.code} {error.message}", transient=transient) from error
    except SMTPException as error:
        if isinstance(error.__cause__, OSError):  # wrapped by the library
            raise error.__cause__ from None
        if isinstance(error, ConnectionError):
            raise ConnectionResetError(str(error)) from error
        raise DeliveryError("the mail server does not follow the protocol", str(error)) from error
