"""Errors of Samba servers: their meaning, and whether they may disappear by themselves (MS-ERREF)."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from smbprotocol.exceptions import (
    AccessDenied,
    NtStatus,
    ObjectNameInvalid,
    ObjectNameNotFound,
    SMBAuthenticationError,
    SMBConnectionClosed,
    SMBException,
    SMBResponseException,
)

from ipcamd.errors import DeliveryError

REFUSALS = (AccessDenied, ObjectNameNotFound, ObjectNameInvalid)
"""Errors of a share that does not permit a name, or renaming."""
_QUOTA_EXCEEDED = 0xC0000044
_TRANSIENT = {
    NtStatus.STATUS_DISK_FULL,
    _QUOTA_EXCEEDED,
    NtStatus.STATUS_SHARING_VIOLATION,
    NtStatus.STATUS_NETWORK_NAME_DELETED,
    NtStatus.STATUS_USER_SESSION_DELETED,
    NtStatus.STATUS_INSUFF_SERVER_RESOURCES,
    NtStatus.STATUS_REQUEST_NOT_ACCEPTED,
}

_MEANINGS = {
    NtStatus.STATUS_LOGON_FAILURE: "user name or password is wrong",
    NtStatus.STATUS_WRONG_PASSWORD: "user name or password is wrong",
    NtStatus.STATUS_PASSWORD_EXPIRED: "the password has expired",
    NtStatus.STATUS_BAD_NETWORK_NAME: "there is no such share",
    NtStatus.STATUS_ACCESS_DENIED: "this user may not write there",
    NtStatus.STATUS_DISK_FULL: "the server's disk is full",
    _QUOTA_EXCEEDED: "this user's quota is full",
    NtStatus.STATUS_OBJECT_NAME_INVALID: "the server does not allow that name: is the path right?",
    NtStatus.STATUS_OBJECT_PATH_NOT_FOUND: "the path does not exist",
    NtStatus.STATUS_NOT_A_DIRECTORY: "a part of the path is a file",
    NtStatus.STATUS_OBJECT_NAME_COLLISION: "a part of the path is a file",
    NtStatus.STATUS_SHARING_VIOLATION: "the file is in use at the server",
    NtStatus.STATUS_PATH_NOT_COVERED: "the share is on another server (DFS): set that one",
    NtStatus.STATUS_NETWORK_NAME_DELETED: "the server has removed the share",
    NtStatus.STATUS_USER_SESSION_DELETED: "the server has ended the session",
    NtStatus.STATUS_INSUFF_SERVER_RESOURCES: "the server is out of resources",
    NtStatus.STATUS_REQUEST_NOT_ACCEPTED: "the server accepts no more connections now",
}


def status_code(error: SMBResponseException) -> str:
    """Return the code of an answer in readable form: ``0xC0000022``."""
    return f"0x{error.status:08X}"


@contextmanager
def explained() -> Iterator[None]:
    """Raise the server's answer as a ``DeliveryError``."""
    try:
        yield
    except SMBResponseException as error:
        words = _MEANINGS.get(error.status, "the server refuses")
        raise DeliveryError(words, status_code(error), transient=error.status in _TRANSIENT) from error
    except OSError as error:
        if error.errno != errno.EBADF:
            raise
        raise ConnectionResetError("the library has closed the interrupted connection") from error
    except SMBConnectionClosed as error:
        raise ConnectionResetError(str(error)) from error
    except SMBAuthenticationError as error:
        raise DeliveryError("the login failed", str(error)) from error
    except SMBException as error:
        if "as a guest" in str(error):
            raise DeliveryError("the server does not know the user, and accepts the camera only as a guest") from error
        raise DeliveryError("the server does not follow the protocol", str(error)) from error
