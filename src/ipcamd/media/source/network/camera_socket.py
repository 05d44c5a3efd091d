"""Sockets to a camera: connections whose opening and reading can be stopped, and sending that does not block."""

import io
import os
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from errno import EINPROGRESS
from typing import TYPE_CHECKING, TypeVar

from ipcamd.egress.numeric_address import numeric_address
from ipcamd.media.source.source_timeout import SLICE_S, SourceTimeout

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_T = TypeVar("_T")


def connect(address: str, port: int, timeout_s: float, stop: threading.Event) -> socket.socket:
    """Return a connection to an IP address (with a zone: ``fe80::1%2``), with this time-out.

    Raises ``OSError``, also when stopped.
    """
    family, peer = numeric_address(address, port)
    sock = socket.socket(family)
    try:
        sock.setblocking(False)
        code, end_s = sock.connect_ex(peer), time.monotonic() + timeout_s
        while code == EINPROGRESS and not has_send_room(sock, SLICE_S):
            _check(stop, end_s)
        if code := sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) if code == EINPROGRESS else code:
            raise OSError(code, os.strerror(code))
        sock.settimeout(timeout_s)
    except BaseException:
        sock.close()
        raise
    return sock


def start_tls(sock: socket.socket, context: ssl.SSLContext, host: str | None, stop: threading.Event) -> ssl.SSLSocket:
    """Return TLS with this host over `sock`, after the handshake, within the time-out of `sock`, which it closes on
    failure. Raises ``OSError``, also when stopped."""
    timeout_s = sock.gettimeout() or 0.0
    with ExitStack() as stack:
        stack.enter_context(sock)
        secure = stack.enter_context(context.wrap_socket(sock, server_hostname=host, do_handshake_on_connect=False))
        secure.settimeout(SLICE_S)
        _repeat(secure.do_handshake, timeout_s, stop)
        secure.settimeout(timeout_s)
        stack.pop_all()
    return secure


class CameraReader(io.RawIOBase):
    """Bytes that a camera sends. Each read ends with ``TimeoutError`` at the limit, and with ``InterruptedError`` when
    stopped. For one thread."""

    def __init__(self, sock: socket.socket, limit: SourceTimeout, stop: threading.Event) -> None:
        """`sock` stays open until this is closed, and has a time-out of `SLICE_S` from now on."""
        sock.settimeout(SLICE_S)
        self._socket, self._limit, self._stop = sock, limit, stop
        self._file = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Receive bytes; return their number, 0 at the end. Raises ``OSError``."""
        if self._stop.is_set():
            raise InterruptedError  # without an error number: BufferedReader repeats a read after EINTR
        return _repeat(lambda: self._socket.recv_into(buffer), float(self._limit), self._stop)

    def makefile(self, _: str) -> io.BufferedReader:
        """Return this with a buffer, for `http.client.HTTPResponse`, which reads from the file of a socket."""
        return io.BufferedReader(self)

    def close(self) -> None:
        """Close this use of the socket."""
        self._file.close()
        super().close()


def has_send_room(sock: socket.socket, wait_s: float = 0.0) -> bool:
    """Return whether a short message can be sent, at most `wait_s` seconds from now."""
    poll = select.poll()
    poll.register(sock, select.POLLOUT)
    return bool(poll.poll(wait_s * 1000))


def _repeat(attempt: Callable[[], _T], timeout_s: float, stop: threading.Event) -> _T:
    """Return the result of `attempt`, repeated after each ``TimeoutError``. Raises ``OSError``, also when stopped."""
    end_s = time.monotonic() + timeout_s
    while True:
        try:
            return attempt()
        except TimeoutError:
            _check(stop, end_s)


def _check(stop: threading.Event, end_s: float) -> None:
    if stop.is_set():
        raise InterruptedError
    if time.monotonic() >= end_s:
        raise TimeoutError
