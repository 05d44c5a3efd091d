"""smtplib's client with what it lacks: it can be cut off, its patience ends, and passwords may be of any letters."""

import base64
import hmac
import smtplib
import socket
import ssl
from smtplib import SMTPAuthenticationError, SMTPException, SMTPResponseException, SMTPServerDisconnected

from ipcamd.delivery.target.blocking_session import BlockingSession
from ipcamd.delivery.target.config import TargetConfig
from ipcamd.delivery.target.tls import client_context
from ipcamd.errors import DeliveryError

PATIENCE = 10
"""Times the usual that the server has to accept a mail."""
LINES, LONGEST = 500, 8192
"""Lines of an answer that are listened to, and bytes of a line."""


class SmtpClient(smtplib.SMTP):
    """A client for one server."""

    def __init__(self, blocking: BlockingSession, config: TargetConfig) -> None:
        super().__init__(local_hostname="localhost")  # looked up otherwise, which may take long; see `_get_socket`
        self._blocking = blocking
        self._config = config
        self._host = config.host  # whose certificate is expected at STARTTLS

    def greet(self, address: str) -> None:
        """Connect to the server's address and introduce the camera. Raises ``OSError``, ``SMTPException``."""
        code, words = self.connect(address, self._config.port)
        if code != 220:
            raise SMTPResponseException(code, words)
        self.ehlo_or_helo_if_needed()

    def secure(self) -> None:
        """Go over to TLS if the server offers it and it is not spoken yet (RFC 3207)."""
        if not self._is_secure() and self.has_extn("starttls"):
            self.starttls(context=client_context(self._config.values["Certificate"]))
            self.ehlo()

    def authenticate(self, user: str, password: str) -> None:
        """Log in (RFC 4954) in the ways that the server offers, the best first, until one works."""
        ways = {"CRAM-MD5": self._cram, "PLAIN": self._plain, "LOGIN": self._login}  # the first sends no password
        offered = self.esmtp_features.get("auth", "").upper().split()
        code, words = 0, b""
        for way in [way for name, way in ways.items() if name in offered]:
            code, words = way(user, password)
            if code == 235:
                return
        if not code:
            raise DeliveryError(
                f"the mail server offers none of {', '.join(ways)}: Event.Server.Authentication.Enabled=no, "
                "or another port?"
            )
        raise SMTPAuthenticationError(code, words)

    def expect(self, code: int, command: str, arguments: str = "") -> None:
        """Give a command. Raises ``SMTPResponseException`` if the answer is another than `code`."""
        answer = self.docmd(command, arguments)
        if answer[0] != code:
            raise SMTPResponseException(*answer)
        self._blocking.beat()

    def pour(self, piece: bytes) -> None:
        """Send a piece of a mail."""
        self.send(piece)
        self._blocking.beat()

    def finish(self) -> None:
        """End a mail. The server may take its time to look at it (RFC 5321, 4.5.3.2.6)."""
        self._blocking.beat(PATIENCE)
        self.expect(250, ".")

    def getreply(self) -> tuple[int, bytes]:
        """See `smtplib.SMTP`; an answer without end is an error."""
        if self.sock is None:
            raise SMTPServerDisconnected("not connected")
        if self.file is None:
            self.file = self.sock.makefile("rb")
        lines = []
        for _ in range(LINES):
            line = self.file.readline(LONGEST + 1)
            if not line or len(line) > LONGEST:
                self.close()
                raise SMTPServerDisconnected("the connection is closed" if not line else "a line is too long")
            lines.append(line[4:].strip())
            if line[3:4] != b"-":
                code = line[:3]
                return int(code) if code.isdigit() else -1, b"\n".join(lines)
        raise SMTPException("its answer has no end")

    def _get_socket(self, host: str, port: int, timeout: float | None) -> socket.socket:
        connection = self._blocking.connect(host, port)
        own = connection.getsockname()[0]
        self.local_hostname = f"[IPv6:{own}]" if ":" in own else f"[{own}]"  # RFC 5321, 4.1.3: it may have no name
        if self._config.values.flag("SSL"):
            context = client_context(self._config.values["Certificate"])
            return context.wrap_socket(connection, server_hostname=self._config.host)
        return connection

    def _is_secure(self) -> bool:
        return isinstance(self.sock, ssl.SSLSocket)

    def _plain(self, user: str, password: str) -> tuple[int, bytes]:
        return self.docmd("AUTH", f"PLAIN {_coded(f'{chr(0)}{user}{chr(0)}{password}')}")

    def _login(self, user: str, password: str) -> tuple[int, bytes]:
        answer = self.docmd("AUTH", f"LOGIN {_coded(user)}")
        return self.docmd(_coded(password)) if answer[0] == 334 else answer

    def _cram(self, user: str, password: str) -> tuple[int, bytes]:
        answer = self.docmd("AUTH", "CRAM-MD5")
        if answer[0] != 334:
            return answer
        proof = hmac.new(password.encode(), base64.b64decode(answer[1]), "md5").hexdigest()
        return self.docmd(_coded(f"{user} {proof}"))


def said(words: bytes | str) -> str:
    """Return a server's words as text."""
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else words


def _coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
