"""Errors of FTP servers (RFC 959): their meaning, and whether they may disappear by themselves."""

import ftplib
from collections.abc import Iterator
from contextlib import contextmanager

from ipcamd.errors import DeliveryError

FULL = ("452", "552")
"""Replies for a full disk or quota: the partial file is deleted, to free the space."""
OTHER_REASONS = ("421", "425", "426", *FULL, "522", "530", "532", "533", "534")
"""Replies that are unrelated to the rights of an account."""


class NotAllowed(ftplib.error_perm):
    """The server does not permit writing a file with this name."""


def is_refusal(error: ftplib.Error) -> bool:
    """Whether an error may mean a missing right: a permanent one, or "451 Append/Restart not permitted"."""
    return (str(error)[:1] == "5" and not str(error).startswith(OTHER_REASONS)) or str(error).startswith(("450", "451"))


_MEANINGS = {
    "421": "the server accepts no more connections now",
    "425": "the data connection failed: change Passive",
    "426": "the data connection was closed",
    "431": "the server does not support TLS",
    "450": "the file is in use",
    "451": "the server reports an internal error",
    "452": "the server's disk is full",
    "522": "the server requires another kind of TLS",
    "530": "user name or password is wrong",
    "532": "the server requires an account for storing files",
    "534": "the server does not support TLS, or requires another kind",
    "550": "the server refuses: is the path right, and may this user write there?",
    "552": "the server's disk or this user's quota is full",
    "553": "the server does not allow the file's name, or to write there",
}


@contextmanager
def explained() -> Iterator[None]:
    """Raise the server's answer as a ``DeliveryError``."""
    try:
        yield
    except ftplib.Error as error:
        words = str(error)
        transient = words[:1] == "4" or (words.startswith(FULL) and "too large" not in words.lower())
        raise DeliveryError(_MEANINGS.get(words[:3], "the server refuses"), words, transient=transient) from error
