"""FTP session (SDK 10.19; RFC 959, 2428, 3659, 4217): uploads under a temporary name and renames complete files.

If the server permits no temporary name, or no renaming, a file gets its final name at once.
"""

import ftplib
from contextlib import suppress
from io import FileIO
from socket import socket

from ipcamd.delivery.ftp.client import FtpClient
from ipcamd.delivery.ftp.errors import FULL, NotAllowed, explained, is_refusal
from ipcamd.delivery.queue.spool_item import SpoolItem
from ipcamd.delivery.target.blocking_session import BlockingSession
from ipcamd.delivery.target.config import TargetConfig
from ipcamd.delivery.target.file_names import NAMES, candidate_names, split_path, temporary_name
from ipcamd.delivery.target.file_session import FileSession
from ipcamd.delivery.target.missing_rights import Right, TargetState
from ipcamd.errors import DeliveryError

DEFAULT_USER = "anonymous"
"""User without ``UserName``."""
BLIND_NAMES = 3
"""Maximum number of names to try if the server does not report existing files."""


def login(config: TargetConfig, address: str, blocking: BlockingSession, state: TargetState) -> "FtpSession":
    """Return a session in the directory for files. Raises ``DeliveryError``, ``OSError``, ``EOFError``."""
    ftp = FtpClient(blocking, config)
    with explained():
        ftp.greet(address)
        if config.values.flag("TLS"):
            ftp.auth()
        ftp.login(config.user or DEFAULT_USER, config.password, secure=False)
        if config.values.flag("TLS"):
            ftp.prot_p()
        ftp.voidcmd("TYPE I")  # some servers report sizes only in this mode
        _enter(ftp, config.values["Path"])
    return FtpSession(ftp, state)


class FtpSession(FileSession):
    """One login at an FTP server, in the directory for files."""

    _explained = staticmethod(explained)

    def __init__(self, ftp: FtpClient, state: TargetState) -> None:
        super().__init__(state)
        self._ftp = ftp

    def close(self) -> None:
        """See `UploadSession`."""
        with suppress(ftplib.Error, EOFError, ValueError):
            self._ftp.quit()

    def _deliver(self, item: SpoolItem) -> str:
        if self._state.lacks(Right.TEMPORARY_NAME, Right.RENAME):
            return self._upload_directly(item)
        try:
            part = self._upload_part(item)
        except NotAllowed as refusal:
            name = self._upload_directly(item)  # if that is refused as well, the temporary name is not the reason
            if not item.tried:
                self._state.learn(Right.TEMPORARY_NAME, str(refusal))
            return name
        try:
            return self._rename(part, item)
        except ftplib.Error as refusal:
            if not is_refusal(refusal):
                raise
            self._delete(part)
            name = self._upload_directly(item)
            self._state.learn(Right.RENAME, str(refusal))
            return name

    def _upload_part(self, item: SpoolItem) -> str:
        """Upload the file under a temporary name, and return the name; continue an interrupted upload."""
        for name in candidate_names(temporary_name(item)):
            there = self._size(name) if item.tried else None
            try:
                self._upload(item, name, there or 0)
                return name
            except NotAllowed as refusal:
                if there is None:
                    raise
                self._state.learn(Right.OVERWRITE, str(refusal))
        raise DeliveryError(f"{NAMES} unfinished uploads of {item.name} are there")

    def _upload_directly(self, item: SpoolItem) -> str:
        """Upload the file under the first free name, and return the name."""
        begun = self._state.partial.get(item.token)
        blind = 0
        for name in candidate_names(item.name):
            there = self._size(name)
            if there is not None and name != begun:
                continue
            try:
                self._upload(item, name, there or 0, is_final=True)
                return name
            except NotAllowed as refusal:
                blind += there is None
                if blind == (BLIND_NAMES if item.tried else 1):
                    raise
                if name == begun:
                    self._state.learn(Right.OVERWRITE, str(refusal))
        raise DeliveryError(f"{NAMES} other files are named like {item.name}")

    def _upload(self, item: SpoolItem, name: str, there: int, is_final: bool = False) -> None:
        """Send the file, or its rest if the server has `there` bytes. Raises `NotAllowed`."""
        with item.path.open("rb", buffering=0) as file:
            connection = self._begin(item, name, file, there)
            is_resumed = file.tell() > 0
            if is_final:
                self._state.partial = {item.token: name}
            try:
                self._ftp.finish_upload(file, connection)
            except ftplib.Error as error:
                if isinstance(error, ftplib.error_perm) or str(error).startswith(FULL):
                    self._delete(name)
                raise
            self._check_size(item, name, is_resumed)
        self._state.partial.pop(item.token, None)

    def _begin(self, item: SpoolItem, name: str, file: FileIO, there: int) -> socket:
        """Return the connection for the file's content, with the file positioned at its start."""
        try:
            if 0 < there <= item.size and not self._state.lacks(Right.RESUME):
                try:
                    connection = self._ftp.begin_upload(name, there)
                    file.seek(there)
                    return connection
                except ftplib.Error as refusal:
                    if not is_refusal(refusal):
                        raise
                    self._state.learn(Right.RESUME, str(refusal))
                    self._ftp.forget_restart()
            return self._ftp.begin_upload(name)
        except ftplib.Error as refusal:
            if not is_refusal(refusal):
                raise
            raise NotAllowed(*refusal.args) from refusal

    def _check_size(self, item: SpoolItem, name: str, is_resumed: bool) -> None:
        there = self._size(name)
        if there is None:
            self._state.learn(Right.SIZE, "SIZE is refused for a file that has just arrived")
        elif there != item.size:
            if is_resumed:
                self._state.learn(Right.RESUME, f"{there} instead of {item.size} bytes were there after it")
            self._delete(name)
            raise DeliveryError(f"of {item.size} bytes {there} arrived", transient=True)

    def _rename(self, part: str, item: SpoolItem) -> str:
        name = self._free_name(item.name)  # checked last, because another camera may have used the name meanwhile
        self._ftp.rename(part, name)
        return name

    def _size(self, name: str) -> int | None:
        """Return the size of a file; None if it does not exist, or the server does not report it (RFC 3659 is
        optional)."""
        with suppress(ftplib.error_perm):
            return self._ftp.size(name)
        return None

    def _delete(self, name: str) -> None:
        try:
            self._ftp.delete(name)
        except ftplib.error_perm as refusal:
            self._state.learn(Right.DELETE, str(refusal))
        except ftplib.Error:
            pass


def _enter(ftp: ftplib.FTP, path: str) -> None:
    """Change to a directory, relative to that of the login unless it starts with a slash; create missing ones."""
    if path[:1] in ("/", "\\"):
        ftp.cwd("/")
    for part in split_path(path):
        try:
            ftp.cwd(part)
        except ftplib.error_perm:
            ftp.mkd(part)
            ftp.cwd(part)
