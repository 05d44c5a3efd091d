"""Sockets to a camera: connections whose opening can be stopped, and sending that does not block."""

import os
import select
import socket
import ssl
import threading
import time
from errno import EINPROGRESS

from ipcamd.media.source.source_timeout import SLICE_S


def connect(address: str, port: int, timeout_s: float, stop: threading.Event) -> socket.socket:
    """Return a connection to an IP address, with this time-out. Raises ``OSError``, also when stopped."""
    sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    try:
        sock.setblocking(False)
        code, end_s = sock.connect_ex((address, port)), time.monotonic() + timeout_s
        while code == EINPROGRESS and not has_send_room(sock, SLICE_S):
            _check(stop, end_s)
        if code := sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) if code == EINPROGRESS else code:
            raise OSError(code, os.strerror(code))
        sock.settimeout(timeout_s)
    except BaseException:
        sock.close()
        raise
    return sock


def shake_hands(sock: ssl.SSLSocket, stop: threading.Event) -> None:
    """Perform the TLS handshake, within the time-out of `sock`. Raises ``OSError``, also when stopped."""
    timeout_s = sock.gettimeout() or 0.0
    end_s = time.monotonic() + timeout_s
    sock.settimeout(SLICE_S)
    while True:
        try:
            sock.do_handshake()
            break
        except TimeoutError:
            _check(stop, end_s)
    sock.settimeout(timeout_s)


def has_send_room(sock: socket.socket, wait_s: float = 0.0) -> bool:
    """Return whether a short message can be sent, at most `wait_s` seconds from now."""
    poll = select.poll()
    poll.register(sock, select.POLLOUT)
    return bool(poll.poll(wait_s * 1000))


def _check(stop: threading.Event, end_s: float) -> None:
    if stop.is_set():
        raise InterruptedError
    if time.monotonic() >= end_s:
        raise TimeoutError
