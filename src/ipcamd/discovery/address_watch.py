"""Address watch: reports possible changes of this machine's addresses, interfaces and routes (rtnetlink(7))."""

import asyncio
import logging
import socket
from collections.abc import Callable

SETTLE_S = 0.3
"""Seconds from the first message to the call, because a change causes several messages."""
POLL_S = 60.0
"""Seconds between calls without a message, because messages can get lost."""

_GROUPS = 0x1 | 0x10 | 0x40 | 0x100 | 0x400
"""RTMGRP_LINK, RTMGRP_IPV4_IFADDR, RTMGRP_IPV4_ROUTE, RTMGRP_IPV6_IFADDR, RTMGRP_IPV6_ROUTE."""

_log = logging.getLogger(__name__)


class AddressWatch:
    """Calls its listeners in the event loop after each change, and regularly without one."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[], None]] = []
        self._socket: socket.socket | None = None
        self._timer: asyncio.TimerHandle | None = None

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Add a listener."""
        self._listeners.append(listener)

    def start(self) -> None:
        """Start. If the system does not permit kernel messages, only the regular calls remain."""
        try:
            self._socket = _open()
        except OSError as error:
            _log.warning("changes of addresses are detected only within %g s (%s)", POLL_S, error)
        else:
            asyncio.get_running_loop().add_reader(self._socket, self._read)
        self._call_in(POLL_S)

    def close(self) -> None:
        """Stop."""
        if self._timer:
            self._timer.cancel()
        if self._socket:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()
            self._socket = None

    def _read(self) -> None:
        """Read all messages. Their contents do not matter, because the listeners read the present state."""
        try:
            while self._socket and self._socket.recv(65536):
                pass
        except BlockingIOError:
            pass
        except OSError:  # lost messages: something has changed
            _log.debug("messages about addresses were lost", exc_info=True)
        loop = asyncio.get_running_loop()
        if self._timer is None or self._timer.when() > loop.time() + SETTLE_S:
            self._call_in(SETTLE_S)

    def _call_in(self, delay_s: float) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(delay_s, self._call)

    def _call(self) -> None:
        self._call_in(POLL_S)
        for listener in self._listeners:
            listener()


def _open() -> socket.socket:
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE)
    try:
        sock.setblocking(False)
        sock.bind((0, _GROUPS))
    except OSError:
        sock.close()
        raise
    return sock
