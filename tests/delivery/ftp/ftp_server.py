"""A real FTP server (pyftpdlib) in a thread, with the faults that servers have."""

import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import DTPHandler, FTPHandler, TLS_DTPHandler, TLS_FTPHandler
from pyftpdlib.ioloop import IOLoop
from pyftpdlib.servers import FTPServer
from tests.delivery.contents import contents

USER, PASSWORD = "cam", "sesame &%\u00fc"


class Data:
    """A data connection; `fault` occurs after `after` received bytes."""

    fault = ""
    after = 0
    stalled: threading.Event

    def handle_read(self: Any) -> None:
        if self.fault and self.tot_bytes_received >= self.after:
            fault, type(self).fault = self.fault, ""
            return getattr(self, fault)()
        return super().handle_read()

    handle_read_event = handle_read

    def vanish(self: Any) -> None:
        """Close all connections without a response, as after a power failure."""
        control = self.cmd_channel
        self.close()
        control.close()

    def stall(self: Any) -> None:
        """Read no more."""
        self.del_channel()
        self.stalled.set()

    def lose(self: Any) -> None:
        """Lose part of the received data without an error."""
        self.recv(self.ac_in_buffer_size)

    def full(self: Any) -> None:
        """Refuse data: the quota of this user is used up."""
        self._resp = "552 Quota exceeded.", print
        self.close()

    def no_room(self: Any) -> None:
        """Refuse data: the disk is full."""
        self._resp = "452 Disk full.", print
        self.close()


class FtpServer:
    """One user, whose directory is `folder`. With `certificate` it accepts only TLS."""

    def __init__(
        self, folder: Path, certificate: str = "", port: int = 0, host: str = "127.0.0.1", **control: object
    ) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.commands: list[str] = []
        authorizer = DummyAuthorizer()
        authorizer.add_user(USER, PASSWORD, str(folder), perm="elradfmwMT")
        data, base = (TLS_DTPHandler, TLS_FTPHandler) if certificate else (DTPHandler, FTPHandler)
        self.stalled = threading.Event()
        handlers = {"handle_read_event": Data.handle_read, "stalled": self.stalled}
        self.data = type("DataHandler", (Data, data), handlers)
        own = {"authorizer": authorizer, "dtp_handler": self.data, "use_sendfile": False, "auth_failed_timeout": 0}
        if certificate:
            own |= {"certfile": certificate, "tls_control_required": True, "tls_data_required": True}
        self.control = type("ControlHandler", (base,), own | {"pre_process_command": self._hear(base)} | control)
        self._loop = IOLoop()
        self._server = FTPServer((host, port), self.control, ioloop=self._loop)
        self.port: int = self._server.address[1]
        self._over = False
        self._thread = threading.Thread(target=self._serve)

    def fail(self, fault: str, after: int = 0) -> None:
        """Apply `fault`, a method of `Data`, to the next upload."""
        self.data.after, self.data.fault = after, fault

    def files(self) -> dict[str, bytes]:
        return contents(self.folder)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._over = True
        self._thread.join()

    def _serve(self) -> None:
        while not self._over:
            self._loop.loop(0.02, blocking=False)
        self._server.close_all()

    def _hear(self, base: Any) -> Any:
        def pre_process_command(handler: Any, line: str, cmd: str, arg: str) -> None:
            self.commands.append(line)
            base.pre_process_command(handler, line, cmd, arg)

        return pre_process_command
