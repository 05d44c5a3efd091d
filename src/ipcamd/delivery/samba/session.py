"""Samba session (SDK 10.20, MS-SMB2): writes under a temporary name and renames complete files. SMB 2.0 to 3.1.1.

If the share permits no temporary name, or no renaming, a file gets its final name at once.
"""

import logging
import uuid
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from smbprotocol.connection import Connection, Request
from smbprotocol.exceptions import (
    AccessDenied,
    ObjectNameCollision,
    ObjectNameNotFound,
    SMBException,
    SMBResponseException,
)
from smbprotocol.file_info import FileDispositionInformation, FileRenameInformation
from smbprotocol.open import (
    CreateDisposition,
    CreateOptions,
    DirectoryAccessMask,
    FileAttributes,
    FilePipePrinterAccessMask,
    ImpersonationLevel,
    Open,
    ShareAccess,
    SMB2SetInfoRequest,
)
from smbprotocol.session import Session
from smbprotocol.structure import Structure
from smbprotocol.tree import TreeConnect

from ipcamd.delivery.queue.spool_item import SpoolItem
from ipcamd.delivery.samba.errors import REFUSALS, explained, status_code
from ipcamd.delivery.target.blocking_session import CONNECT_TIMEOUT_S, BlockingSession
from ipcamd.delivery.target.config import TargetConfig
from ipcamd.delivery.target.file_names import NAMES, candidate_names, split_path, temporary_name
from ipcamd.delivery.target.file_session import FileSession
from ipcamd.delivery.target.missing_rights import Right, TargetState
from ipcamd.errors import DeliveryError

DEFAULT_USER = "guest"
"""Account without ``UserName``."""
WRITE_BYTES = 1 << 20
"""Bytes per write, if the server accepts as many."""
PIECE_BYTES = 1 << 16
"""Bytes of a piece, which needs one credit (MS-SMB2, credits); and per write of a file whose delivery was interrupted
before, because on a slow connection a large write would look like a stall."""
ROOM = 128
"""Pieces of `PIECE_BYTES` bytes for data in transit, including the library's copies."""
AHEAD = 2
"""Maximum number of blocks in transit."""
PATIENCE = 4
"""Factor of the time limit for the server to write a file to its disk."""

_SHARED = ShareAccess.FILE_SHARE_READ | ShareAccess.FILE_SHARE_WRITE | ShareAccess.FILE_SHARE_DELETE
"""Access that others have to a file during an upload: all, because the server may still have it open from the last
attempt."""


def login(config: TargetConfig, address: str, blocking: BlockingSession, state: TargetState) -> "SambaSession":
    """Return a session on the share, with its directory created. Raises ``DeliveryError``, ``OSError``."""
    for name in ("smbprotocol", "spnego"):  # they log each interrupted connection with a traceback
        logging.getLogger(name).setLevel(logging.CRITICAL)
    guest = not config.password  # guests cannot sign
    connection = Connection(uuid.uuid4(), address, config.port, require_signing=not guest)
    blocking.on_abort(lambda: _shut(connection))
    with explained():
        _connect(connection)
        session = Session(
            connection,
            config.user or DEFAULT_USER,
            config.password,
            require_encryption=False,
            hostname_override=config.host,
        )
        session.connect()
        tree = TreeConnect(session, rf"\\{config.host}\{config.values['Share']}")
        tree.connect(require_secure_negotiate=not guest)
        folder = _enter(tree, split_path(config.values["Path"]))
    return SambaSession(tree, folder, blocking, state)


class SambaSession(FileSession):
    """One login at a share. `folder` is the directory for files, with a backslash at its end, or ""."""

    _explained = staticmethod(explained)

    def __init__(self, tree: TreeConnect, folder: str, blocking: BlockingSession, state: TargetState) -> None:
        super().__init__(state)
        self._tree = tree
        self._folder = folder
        self._blocking = blocking
        self._connection: Connection = tree.session.connection
        # glibc returns free memory at the end of a thread's heap after each block, and requests it again for the
        # next: a third of the time. This block at the end of the heap prevents it.
        self._lid = [bytes(PIECE_BYTES) for _ in range(ROOM)].pop()

    def close(self) -> None:
        """See `UploadSession`."""
        with suppress(SMBException):
            self._connection.disconnect(timeout=CONNECT_TIMEOUT_S)

    def _deliver(self, item: SpoolItem) -> str:
        if self._state.lacks(Right.TEMPORARY_NAME, Right.RENAME):
            return self._upload_directly(item)
        try:
            file = self._create_part(item)
        except REFUSALS as refusal:
            name = self._upload_directly(item)  # if that is refused as well, the temporary name is not the reason
            denied = isinstance(refusal, AccessDenied)  # this open also requests the right to rename
            self._state.learn(Right.RENAME if denied else Right.TEMPORARY_NAME, status_code(refusal))
            return name
        try:
            return self._upload(file, item, lambda: self._rename(file, item.name))
        except REFUSALS as refusal:
            name = self._upload_directly(item)
            self._state.learn(Right.RENAME, status_code(refusal))
            return name

    def _create_part(self, item: SpoolItem) -> Open:
        """Return a new file with a temporary name, or that of an earlier attempt."""
        access = FilePipePrinterAccessMask.GENERIC_WRITE | FilePipePrinterAccessMask.DELETE
        try:
            return self._create(temporary_name(item), access, CreateDisposition.FILE_OVERWRITE_IF)
        except AccessDenied:
            if not item.tried:
                raise
            return self._create(self._free_name(temporary_name(item)), access, CreateDisposition.FILE_CREATE)

    def _upload_directly(self, item: SpoolItem) -> str:
        """Upload the file under the first free name, and return the name."""
        begun = self._state.partial.get(item.token)
        for name in candidate_names(item.name):
            disposition = CreateDisposition.FILE_OVERWRITE_IF if name == begun else CreateDisposition.FILE_CREATE
            try:
                file = self._create(name, FilePipePrinterAccessMask.GENERIC_WRITE, disposition)
            except ObjectNameCollision:
                continue
            except AccessDenied as refusal:
                if name != begun:
                    raise
                self._state.learn(Right.OVERWRITE, status_code(refusal))
                continue
            self._state.partial = {item.token: name}
            self._upload(file, item, lambda: "")
            self._state.partial.pop(item.token, None)
            return name
        raise DeliveryError(f"{NAMES} other files are named like {item.name}")

    def _upload(self, file: Open, item: SpoolItem, finish: Callable[[], str]) -> str:
        """Write the file, and return the result of `finish`, which is called before it is closed."""
        try:
            self._write(file, item)
            self._blocking.report_progress(PATIENCE)
            file.flush()  # on the server's disk before it gets its name, so a power cut leaves no partial file
            name = finish()
        except SMBResponseException:
            self._delete(file)
            raise
        finally:
            with suppress(SMBException):
                file.close()
        return name

    def _delete(self, file: Open) -> None:
        """Close a file and delete it, if permitted."""
        try:
            self._set(file, _deletion_request())
            file.close()
        except AccessDenied as refusal:
            self._state.learn(Right.DELETE, status_code(refusal))
        except SMBException:
            pass

    def _create(self, name: str, access: int, disposition: int) -> Open:
        file = Open(self._tree, self._folder + name)
        file.create(
            ImpersonationLevel.Impersonation,
            access,
            FileAttributes.FILE_ATTRIBUTE_NORMAL,
            _SHARED,
            disposition,
            CreateOptions.FILE_NON_DIRECTORY_FILE,
        )
        return file

    def _write(self, file: Open, item: SpoolItem) -> None:
        """Write the file. While the server processes one block, the next is in transit."""
        block = min(
            PIECE_BYTES if item.tried else WRITE_BYTES,
            self._connection.max_write_size,
            PIECE_BYTES * max(1, self._credits),
        )
        sent, written, waiting = 0, 0, deque[Callable[[], int]]()
        with item.path.open("rb") as content:
            while data := content.read(block):
                while waiting and not (len(waiting) < AHEAD and self._may_send(len(data))):
                    written += waiting.popleft()()
                    self._blocking.report_progress()
                message, answer = file.write(data, sent, send=False)
                waiting.append(partial(answer, self._ask(message)))
                sent += len(data)
        for answer in waiting:
            written += answer()
            self._blocking.report_progress()
        if written != item.size:
            raise DeliveryError(f"of {item.size} bytes {written} arrived", transient=True)

    def _may_send(self, size: int) -> bool:
        """Return whether the server accepts another write of this size before it answers one (MS-SMB2, credits)."""
        return self._credits >= (-(-size // PIECE_BYTES) if self._connection.supports_multi_credit else 1)

    @property
    def _credits(self) -> int:
        """Number of requests, or of pieces of `PIECE_BYTES` bytes of one, that the server accepts now."""
        window = self._connection.sequence_window
        credits: int = window["high"] - window["low"]
        return credits

    def _rename(self, file: Open, wanted: str) -> str:
        """Rename the open file, or use the first free variant of the name; return the name."""
        for name in candidate_names(wanted):
            information = FileRenameInformation()
            information["replace_if_exists"] = False
            information["file_name"] = self._folder + name
            try:
                self._set(file, information)
            except ObjectNameCollision:
                continue
            return name
        raise DeliveryError(f"{NAMES} other files are named like {wanted}")

    def _set(self, file: Open, information: Structure) -> None:
        request = SMB2SetInfoRequest()
        request["info_type"] = information.INFO_TYPE
        request["file_info_class"] = information.INFO_CLASS
        request["file_id"] = file.file_id
        request["buffer"] = information
        self._connection.receive(self._ask(request))

    def _ask(self, message: Structure) -> Request:
        return self._connection.send(message, self._tree.session.session_id, self._tree.tree_connect_id)

    def _size(self, name: str) -> int | None:
        """Return the size of a file; None if there is none."""
        file = Open(self._tree, self._folder + name)
        try:
            file.create(
                ImpersonationLevel.Impersonation,
                FilePipePrinterAccessMask.FILE_READ_ATTRIBUTES,
                FileAttributes.FILE_ATTRIBUTE_NORMAL,
                _SHARED,
                CreateDisposition.FILE_OPEN,
                CreateOptions.FILE_NON_DIRECTORY_FILE,
            )
        except ObjectNameNotFound:
            return None
        size: int = file.end_of_file
        file.close()
        return size


def _enter(tree: TreeConnect, folders: list[str]) -> str:
    """Create the missing directories; return the path of the last, with a backslash at its end, or ""."""
    path = ""
    for folder in folders:
        place = Open(tree, path + folder)
        place.create(
            ImpersonationLevel.Impersonation,
            DirectoryAccessMask.FILE_READ_ATTRIBUTES,
            FileAttributes.FILE_ATTRIBUTE_DIRECTORY,
            _SHARED,
            CreateDisposition.FILE_OPEN_IF,
            CreateOptions.FILE_DIRECTORY_FILE,
        )
        place.close()
        path += f"{folder}\\"
    return path


def _deletion_request() -> FileDispositionInformation:
    """Return the request that deletes a file when it is closed."""
    information = FileDispositionInformation()
    information["delete_pending"] = True
    return information


def _connect(connection: Connection) -> None:
    try:
        connection.connect(timeout=CONNECT_TIMEOUT_S)
    except ValueError as error:  # the library wraps socket errors so
        raise error.__cause__ if isinstance(error.__cause__, OSError) else error from None


def _shut(connection: Connection) -> None:
    """Shut down the connection's socket. The library's method waits for a lock that a stalled sender holds."""
    transport = connection.transport
    if transport and transport._sock:
        transport._sock.shutdown(2)
