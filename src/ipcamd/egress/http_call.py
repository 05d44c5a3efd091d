"""HTTP call: one small request of the camera to another host, to an address that the egress policy has judged."""

import asyncio
import http.client
import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.message import Message
from urllib.parse import urlsplit

from ipcamd.egress.policy import EgressPolicy
from ipcamd.workers.thread import run_in_thread

ANSWER_BYTES = 64 * 1024
"""Bytes of an answer that are read."""


@dataclass(frozen=True, slots=True)
class CallAnswer:
    """A whole answer; its body is cut off after `ANSWER_BYTES`."""

    status: int
    fields: Message
    body: bytes
    local_address: str
    """The camera's own address on the way to the host."""


@dataclass(frozen=True, slots=True)
class HttpCall:
    """A request. `url` is ``http://`` or ``https://``, without a login; redirections are not followed."""

    url: str
    method: str = "GET"
    fields: Mapping[str, str] | None = None
    body: bytes | None = None


async def call_http(egress: EgressPolicy, call: HttpCall, timeout_s: float) -> CallAnswer:
    """Send a request and return the answer.

    Raises ``OSError`` (also for TLS and what is no HTTP), ``TimeoutError`` (an ``OSError``), and ``RequestFailed`` if
    the host may not be called.
    """
    parts = urlsplit(call.url)
    is_secure = parts.scheme == "https"
    host, port = parts.hostname or "", parts.port or (443 if is_secure else 80)
    address = await egress.resolve(host, port)
    sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    sock.settimeout(timeout_s)
    try:
        async with asyncio.timeout(timeout_s):
            return await run_in_thread(lambda: _exchange(sock, (address, port), host, is_secure, call), "HTTP call")
    finally:
        with suppress(OSError):  # the thread that still waits for a slow host ends
            sock.shutdown(socket.SHUT_RDWR)
        sock.close()


def _exchange(sock: socket.socket, peer: tuple[str, int], host: str, is_secure: bool, call: HttpCall) -> CallAnswer:
    sock.connect(peer)
    local = str(sock.getsockname()[0])
    parts = urlsplit(call.url)
    connection = http.client.HTTPConnection(host, peer[1])
    connection.sock = ssl.create_default_context().wrap_socket(sock, server_hostname=host) if is_secure else sock
    fields = {"Connection": "close", "Host": parts.netloc, **(call.fields or {})}
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(call.method, target, call.body, fields)
        answer = connection.getresponse()
        return CallAnswer(answer.status, answer.headers, answer.read(ANSWER_BYTES), local)
    except (http.client.HTTPException, ValueError) as error:
        raise OSError(f"the answer is not HTTP ({error})") from error
    finally:
        connection.close()
