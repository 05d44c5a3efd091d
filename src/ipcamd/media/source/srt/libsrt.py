"""libsrt: the library of Secure Reliable Transport, which the operating system installs.

Source: API functions of libsrt 1.4 and 1.5 (github.com/Haivision/srt, docs/API).
"""

import ctypes
import socket
import sys
from functools import cache
from ipaddress import ip_address

from ipcamd.errors import SourceError
from ipcamd.media.source.source_timeout import SLICE_S
from ipcamd.media.source.srt.srt_address import STREAM_ID_BYTES, SrtAddress

_NAMES = (
    "libsrt-gnutls.so.1.5",
    "libsrt-openssl.so.1.5",
    "libsrt.so.1.5",
    "libsrt-gnutls.so.1.4",
    "libsrt-openssl.so.1.4",
    "libsrt.so.1.4",
    "libsrt.so.1",
)
"""Names of the library in distributions."""

_RCVTIMEO, _PASSPHRASE, _CONNTIMEO, _RCVLATENCY, _STREAMID, _IPV6ONLY = 14, 26, 36, 43, 46, 54
"""Options (``SRT_SOCKOPT`` in srt.h)."""

_ERROR = -1
_TIMED_OUT, _NO_DATA = 6003, 6002
_CLOSED = 2001, 2002
"""Error codes (``SRT_ERRNO``): ``SRT_ETIMEOUT``, ``SRT_EASYNCRCV``, ``SRT_ECONNLOST``, ``SRT_ENOCONN``."""

_REASONS = {
    10: "rejects this passphrase",
    11: "requires a passphrase, or has none: compare ?passphrase=... on both sides",
    1401: "requires authorization: check ?streamid=...",
    1403: "forbids this stream: check ?streamid=...",
    1404: "does not have this stream: check ?streamid=...",
}
"""Reasons of rejections (``SRT_REJECT_REASON``, and the codes of the Access Control Guidelines)."""

_MESSAGE_BYTES = 1500
"""Largest message in live mode, with room to spare."""


@cache
def load_library() -> ctypes.CDLL:
    """Return the library, started. Raises `SourceError` if it is not installed."""
    for name in _NAMES:
        try:
            library = ctypes.CDLL(name)
        except OSError:
            continue
        library.srt_getlasterror_str.restype = ctypes.c_char_p
        library.srt_startup()
        return library
    raise SourceError("needs the library libsrt; install the package libsrt1.5-gnutls (Debian, Ubuntu) or srt")


class SrtSocket:
    """One connection, or the wait for one. For one thread."""

    def __init__(self, address: SrtAddress) -> None:
        """Make a socket with the options of `address`. Raises `SourceError`."""
        self._library = load_library()
        self._socket = self._library.srt_create_socket()
        self._buffer = ctypes.create_string_buffer(_MESSAGE_BYTES)
        self._stream_id = address.stream_id.encode()
        if address.passphrase:
            self._set(_PASSPHRASE, address.passphrase.encode())
        if self._stream_id and not address.listens:
            self._set(_STREAMID, self._stream_id)
        if address.latency_ms is not None:
            self._set_number(_RCVLATENCY, address.latency_ms)

    def connect(self, address: str, port: int, timeout_s: float) -> None:
        """Connect to an IP address. Raises `SourceError`."""
        self._set_number(_CONNTIMEO, round(timeout_s * 1000))
        name = _socket_address(address, port)
        if self._library.srt_connect(self._socket, name, len(name)) == _ERROR:
            reason = self._library.srt_getrejectreason(self._socket)
            raise SourceError(_REASONS.get(reason) or f"cannot be opened: {self._last_error()}")
        self._set_number(_RCVTIMEO, round(SLICE_S * 1000))

    def listen(self, address: str, port: int) -> None:
        """Wait for callers at an IP address of this machine. Raises `SourceError`."""
        if not hasattr(self._library, "srt_accept_bond"):
            raise SourceError("mode=listener needs libsrt 1.4.2 or later")
        name = _socket_address(address, port)
        if ":" in address:
            self._set_number(_IPV6ONLY, 1)
        for done in (
            self._library.srt_bind(self._socket, name, len(name)),
            self._library.srt_listen(self._socket, 1),
        ):
            if done == _ERROR:
                raise SourceError(f"cannot be opened: {self._last_error()}")

    def accept(self, timeout_s: float) -> bool:
        """Become the connection of the next caller with the stream ID of the address, and wait for no other one; False
        after `timeout_s` seconds. Callers with a wrong passphrase are rejected. Raises `SourceError`."""
        listeners = (ctypes.c_int * 1)(self._socket)
        caller = self._library.srt_accept_bond(listeners, 1, ctypes.c_int64(round(timeout_s * 1000)))
        if caller == _ERROR:
            if self._library.srt_getlasterror(None) in (_TIMED_OUT, _NO_DATA):
                return False
            raise SourceError(f"cannot be opened: {self._last_error()}")
        if self._stream_id not in (b"", self._read_stream_id(caller)):
            self._library.srt_close(caller)
            return False
        self._library.srt_close(self._socket)
        self._socket = caller
        self._set_number(_RCVTIMEO, round(SLICE_S * 1000))
        return True

    def _read_stream_id(self, caller: int) -> bytes:
        size = ctypes.c_int(STREAM_ID_BYTES)
        buffer = ctypes.create_string_buffer(STREAM_ID_BYTES + 1)
        self._library.srt_getsockflag(caller, _STREAMID, buffer, ctypes.byref(size))
        return buffer.raw[: size.value]

    def receive(self) -> bytes | None:
        """Return the next message, b"" at the end; None after `SLICE_S`. Raises `SourceError`."""
        size = self._library.srt_recvmsg(self._socket, self._buffer, _MESSAGE_BYTES)
        if size != _ERROR:
            return self._buffer.raw[:size]
        code = self._library.srt_getlasterror(None)
        if code in (_TIMED_OUT, _NO_DATA):
            return None
        if code in _CLOSED:
            return b""
        raise SourceError(f"breaks off: {self._last_error()}")

    def close(self) -> None:
        """Close the connection."""
        self._library.srt_close(self._socket)

    def _set(self, option: int, value: bytes) -> None:
        if self._library.srt_setsockflag(self._socket, option, value, len(value)) == _ERROR:
            raise SourceError(f"cannot be opened: {self._last_error()}")

    def _set_number(self, option: int, value: int) -> None:
        self._set(option, bytes(ctypes.c_int(value)))

    def _last_error(self) -> str:
        return str(self._library.srt_getlasterror_str().decode(errors="replace"))


def _socket_address(address: str, port: int) -> bytes:
    """Return a ``struct sockaddr`` (ip(7), ipv6(7))."""
    ip = ip_address(address.partition("%")[0])
    family = socket.AF_INET if ip.version == 4 else socket.AF_INET6
    head = int(family).to_bytes(2, sys.byteorder) + port.to_bytes(2, "big")
    if ip.version == 4:
        return head + ip.packed + bytes(8)
    zone = address.partition("%")[2]
    scope = int(zone) if zone.isdigit() else socket.if_nametoindex(zone) if zone else 0
    return head + bytes(4) + ip.packed + scope.to_bytes(4, sys.byteorder)
