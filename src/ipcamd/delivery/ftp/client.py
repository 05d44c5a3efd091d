"""FTP client on ftplib: abortable, with data connections to the server only."""

import ftplib
import socket
import ssl
from contextlib import suppress
from io import FileIO

from ipcamd.delivery.target.blocking_session import CONNECT_TIMEOUT_S, STALL_TIMEOUT_S, BlockingSession
from ipcamd.delivery.target.config import TargetConfig
from ipcamd.egress.tls import client_context
from ipcamd.errors import DeliveryError

BLOCK = 1 << 13
"""Bytes per write: few enough to stay in the processor's cache until a fast connection has sent them. ``sendfile`` was
a third slower."""
PATIENCE = 4
"""Factor of the time limit for data in transit after the last byte was sent."""
LOGOUT_TIMEOUT_S = 2.0
"""Seconds for the server's message when it closes a connection."""
LINES = 1000
"""Maximum number of lines of an answer."""


class FtpClient(ftplib.FTP_TLS):
    """A client of one server, with TLS if `auth` and `prot_p` are called."""

    def __init__(self, blocking: BlockingSession, config: TargetConfig) -> None:
        super().__init__(context=client_context(config.values["Certificate"]) if config.values.flag("TLS") else None)
        self._blocking = blocking
        self._lines = 0
        self.host, self.port = config.host, config.port
        self.set_pasv(config.values.flag("Passive"))

    def greet(self, address: str) -> None:
        """Connect to the server's address and read its greeting. Raises ``OSError``, ``ftplib.Error``, ``EOFError``."""
        self.sock = self._blocking.connect(address, self.port)
        self.af = self.sock.family
        self.timeout = CONNECT_TIMEOUT_S  # for later data connections
        self._listen()
        self.welcome = self.getresp()

    def auth(self) -> str:
        """See `ftplib.FTP_TLS`."""
        answer = super().auth()
        self._listen()
        return answer

    def putcmd(self, line: str) -> None:
        """See `ftplib.FTP`. Raises ``ValueError`` for a command of two lines."""
        self._lines = 0
        super().putcmd(line)

    def getline(self) -> str:
        """See `ftplib.FTP`; an answer without end is an error. Raises ``ftplib.Error``."""
        self._lines += 1
        if self._lines > LINES:
            raise ftplib.Error("the server's answer is too long")
        return super().getline()

    def makeport(self) -> socket.socket:
        """Return a socket for the server's connection: on the address that the server sees, not on all."""
        own = self._socket().getsockname()
        listener = socket.create_server((own[0], 0), family=self.af, backlog=1)
        port = listener.getsockname()[1]
        try:
            (self.sendport if self.af == socket.AF_INET else self.sendeprt)(own[0], port)
        except BaseException:
            listener.close()
            raise
        listener.settimeout(self.timeout)
        return listener

    def makepasv(self) -> tuple[str, int]:
        """See `ftplib.FTP`; the camera's own ports are refused as data connections. Raises ``RequestFailed``."""
        host, port = super().makepasv()
        self._blocking.egress.check(host, port)
        return host, port

    def ntransfercmd(self, cmd: str, rest: int | str | None = None) -> tuple[socket.socket, int | None]:
        """See `ftplib.FTP`; data connections lead only to the server's own address, with TLS if agreed."""
        control = self._socket()
        try:
            connection, size = ftplib.FTP.ntransfercmd(self, cmd, rest)
        except TimeoutError as error:
            raise DeliveryError("the data connection failed: change Passive") from error
        self._blocking.hold_data_socket(connection)
        connection.settimeout(STALL_TIMEOUT_S)
        if connection.getpeername()[0] != control.getpeername()[0]:
            connection.close()
            raise ConnectionAbortedError("another host used the data connection")
        if self._prot_p:  # type: ignore[attr-defined]
            # many servers require the session of the control connection, as proof of the same client
            session = control.session if isinstance(control, ssl.SSLSocket) else None
            connection = self.context.wrap_socket(connection, server_hostname=self.host, session=session)
            self._blocking.hold_data_socket(connection)
        return connection, size

    def begin_upload(self, name: str, begin: int = 0) -> socket.socket:
        """Return the connection for a file's content from byte `begin`. Raises ``OSError``, ``ftplib.Error``."""
        return self.transfercmd(f"STOR {name}", begin or None)

    def finish_upload(self, file: FileIO, connection: socket.socket) -> None:
        """Send the rest of the file. Raises ``OSError``, ``ftplib.Error``, ``EOFError``."""
        with connection:
            try:
                self._pour(file, connection)
            except OSError as error:
                raise self._reason(error) from error
            if isinstance(connection, ssl.SSLSocket):
                connection.settimeout(LOGOUT_TIMEOUT_S)
                with suppress(OSError):  # many servers close without the close_notify of TLS
                    connection.unwrap()
        self._blocking.report_progress(PATIENCE)
        self.voidresp()

    def forget_restart(self) -> None:
        """Reset an offset that the server accepted before it refused the upload."""
        with suppress(ftplib.Error):
            self.sendcmd("REST 0")

    def _pour(self, file: FileIO, connection: socket.socket) -> None:
        block = memoryview(bytearray(BLOCK))
        while count := file.readinto(block):
            connection.sendall(block[:count])
            self._blocking.report_progress()

    def _reason(self, error: OSError) -> Exception:
        """Return why the data connection was closed: the server's message, else the observed error."""
        self._socket().settimeout(LOGOUT_TIMEOUT_S)
        try:
            self.voidresp()
        except ftplib.Error as reason:
            return reason
        except (OSError, EOFError):
            pass
        return error

    def _listen(self) -> None:
        """Read the server's message in any encoding: old servers use Latin-1."""
        self.file = self._socket().makefile("r", encoding=self.encoding, errors="replace", newline=None)

    def _socket(self) -> socket.socket:
        if self.sock is None:
            raise ConnectionAbortedError("not connected")
        return self.sock
