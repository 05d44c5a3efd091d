"""HTTP call: one small request of the camera to an address that the egress policy permits."""

import asyncio
import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ipcamd.dataclass import dataclass
from ipcamd.egress.numeric_address import SocketAddress, numeric_address
from ipcamd.egress.policy import EgressPolicy
from ipcamd.egress.tls import client_context
from ipcamd.errors import RequestFailed
from ipcamd.workers.thread import run_in_thread

if TYPE_CHECKING:
    from email.message import Message

ANSWER_BYTES = 64 * 1024
"""Maximum bytes of an answer's body that are read."""


@dataclass(frozen=True, slots=True)
class CallAnswer:
    """A complete answer; its body is truncated to the size that the call requests."""

    status: int
    """HTTP status code."""
    fields: "Message"
    body: bytes


@dataclass(frozen=True, slots=True)
class HttpCall:
    """A request. `url` is ``http://`` or ``https://``, without a login; redirections are not followed."""

    url: str
    method: str = "GET"
    fields: Mapping[str, str] | None = None
    body: bytes | None = None
    certificate: str = "verify"
    """``verify``, or ``any`` to accept every certificate."""
    answer_bytes: int = ANSWER_BYTES
    """Requested bytes of the answer's body; 0 for none, without waiting."""


async def call_http(egress: EgressPolicy, call: HttpCall, timeout_s: float) -> CallAnswer:
    """Send a request and return the answer. Redirections are not followed.

    Raises ``OSError`` (also for TLS), ``TimeoutError`` (an ``OSError``), and ``RequestFailed`` if the host is
    forbidden, or does not answer in HTTP.
    """
    host, port = _host_of(call)
    async with asyncio.timeout(timeout_s):
        return await call_at(await egress.resolve(host, port), call, timeout_s)


async def call_at(address: str, call: HttpCall, timeout_s: float, source: str = "") -> CallAnswer:
    """Send a request to an IP address, optionally with a zone, that the caller has checked. The URL's host is not
    resolved.

    `source` is the camera's address for the connection; "" lets the system choose. Raises the errors of `call_http`.
    """
    family, peer = numeric_address(address, _host_of(call)[1])
    sock = socket.socket(family)
    handle = sock.dup()  # TLS wraps the socket in another object; this one can still interrupt it
    sock.settimeout(timeout_s)
    try:
        async with asyncio.timeout(timeout_s):
            return await run_in_thread(lambda: _exchange(sock, source, peer, call), "HTTP call")
    finally:
        with handle, suppress(OSError):  # ends the thread that still waits for a slow host
            handle.shutdown(socket.SHUT_RDWR)


def _host_of(call: HttpCall) -> tuple[str, int]:
    """Return host and port of the URL. Raises ``RequestFailed``."""
    try:
        parts = urlsplit(call.url)
        return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise RequestFailed(f"the address {call.url} is invalid ({error})") from error


def _exchange(sock: socket.socket, source: str, peer: SocketAddress, call: HttpCall) -> CallAnswer:
    import http.client

    parts = urlsplit(call.url)
    connection = http.client.HTTPConnection(*peer[:2])
    connection.sock = sock
    try:
        if source:
            sock.bind((source, 0))
        sock.connect(peer)
        if parts.scheme == "https":
            connection.sock = client_context(call.certificate).wrap_socket(sock, server_hostname=parts.hostname)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        fields = {"Connection": "close", "Host": parts.netloc, **(call.fields or {})}
        connection.request(call.method, target, call.body, fields)
        answer = connection.getresponse()
        body = answer.read(call.answer_bytes) if call.answer_bytes else b""
        return CallAnswer(answer.status, answer.headers, body)
    except http.client.RemoteDisconnected as error:
        raise RequestFailed("the connection was closed without an answer") from error
    except ssl.SSLError:  # an unverifiable certificate also raises ValueError
        raise
    except (http.client.HTTPException, ValueError) as error:
        raise RequestFailed("the answer is not HTTP") from error
    finally:
        connection.close()
        sock.close()
