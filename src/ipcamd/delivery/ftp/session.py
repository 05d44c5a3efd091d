"""FTP (SDK 10.19; RFC 959, 2428, 3659, 4217): uploaded under another name, renamed when it is whole."""

import ftplib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from io import FileIO

from ipcamd.delivery.blocking_session import BlockingSession
from ipcamd.delivery.file_names import NAMES, arrived, names, parts, renamed
from ipcamd.delivery.ftp.client import FtpClient
from ipcamd.delivery.spool_item import SpoolItem
from ipcamd.delivery.uploader import TargetConfig
from ipcamd.errors import DeliveryError

FULL = "452"
"""The one reply that promises better times, and yet wants the room back (RFC 959)."""


def login(config: TargetConfig, address: str, blocking: BlockingSession) -> "FtpSession":
    """Return a session in the directory where files go. Raises ``DeliveryError``, ``OSError``, ``EOFError``."""
    ftp = FtpClient(blocking, config)
    with _explained():
        ftp.greet(address)
        if config.values.flag("TLS"):
            ftp.auth()
        ftp.login(config.user, config.password, secure=False)
        if config.values.flag("TLS"):
            ftp.prot_p()
        ftp.voidcmd("TYPE I")  # some servers tell no sizes before
        _enter(ftp, config.values["Path"])
    return FtpSession(ftp)


class FtpSession:
    """One login at an FTP server, in the directory where files go."""

    def __init__(self, ftp: FtpClient) -> None:
        self._ftp = ftp

    def send(self, items: Sequence[SpoolItem], attempt: int) -> str:
        """See `UploadSession`."""
        with _explained():
            return "; ".join(filter(None, map(self._send, items)))

    def close(self) -> None:
        """See `UploadSession`."""
        with suppress(ftplib.Error, EOFError, ValueError):
            self._ftp.quit()

    def _send(self, item: SpoolItem) -> str:
        if item.tried and (found := arrived(item, self._size)):
            return f"{found} had arrived already"
        self._upload(item)
        name = self._free_name(item)  # only now: another camera may have been as quick to take it
        self._ftp.rename(item.part, name)
        return renamed(item, name)

    def _free_name(self, item: SpoolItem) -> str:
        """Return the first name that no other file has."""
        for name in names(item.name):
            if self._size(name) is None:
                return name
        raise DeliveryError(f"{NAMES} other files are named like {item.name}")

    def _upload(self, item: SpoolItem) -> None:
        try:
            with item.path.open("rb", buffering=0) as file:
                self._store(item, file)
        except ftplib.Error as error:
            if isinstance(error, ftplib.error_perm) or str(error).startswith(FULL):
                self._discard(item)
            raise
        there = self._size(item.part)
        if there is not None and there != item.size:
            self._discard(item)
            raise DeliveryError(f"of {item.size} bytes {there} arrived")

    def _store(self, item: SpoolItem, file: FileIO) -> None:
        """Send the file, or what an attempt before left of it."""
        there = self._size(item.part) if item.tried else None
        if there and there <= item.size:
            try:
                return self._ftp.upload(item.part, file, there)
            except ftplib.error_perm:
                pass  # this server resumes nothing
        return self._ftp.upload(item.part, file, 0)

    def _size(self, name: str) -> int | None:
        """Return the size of a file; None if there is none, or the server does not tell (RFC 3659 is not for all)."""
        try:
            return self._ftp.size(name)
        except ftplib.error_perm:
            return None

    def _discard(self, item: SpoolItem) -> None:
        with suppress(ftplib.Error):
            self._ftp.delete(item.part)


def _enter(ftp: ftplib.FTP, path: str) -> None:
    """Go to a directory, relative to that of the login unless it begins with a slash; make what is missing."""
    if path[:1] in ("/", "\\"):
        ftp.cwd("/")
    for part in parts(path):
        try:
            ftp.cwd(part)
        except ftplib.error_perm:
            ftp.mkd(part)
            ftp.cwd(part)


_MEANINGS = {
    "421": "the server wants no more connections now",
    "425": "the data connection could not be opened: try Passive the other way",
    "426": "the data connection broke off",
    "431": "the server speaks no TLS",
    "450": "the file is in use",
    "452": "the server's disk is full",
    "522": "the server wants another kind of TLS",
    "530": "user name or password is wrong",
    "532": "the server wants an account for storing files",
    "534": "the server speaks no TLS, or wants it otherwise",
    "550": "the server refuses: is the path right, and may this user write there?",
    "552": "the server's disk or this user's quota is full",
    "553": "the server does not allow the file's name, or to write there",
}


@contextmanager
def _explained() -> Iterator[None]:
    """Turn what the server refuses into words."""
    try:
        yield
    except ftplib.Error as error:
        words = str(error)
        raise DeliveryError(_MEANINGS.get(words[:3], "the server refuses"), words) from error
