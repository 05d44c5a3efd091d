"""SNTP client: requests the time from one server, and ignores invalid answers (RFC 4330)."""

import asyncio
import secrets
import time
from collections.abc import Callable

from ipcamd.egress.policy import EgressPolicy
from ipcamd.errors import NtpError
from ipcamd.wire import sntp

TIMEOUT_S = 5.0
"""Time limit of one address, in seconds."""
MAX_ADDRESSES = 4
"""Maximum number of addresses of a server, tried one after the other."""


async def ask_offset(
    egress: EgressPolicy, host: str, port: int, now_ns: Callable[[], int], timeout_s: float = TIMEOUT_S
) -> int:
    """Return how far the clock `now_ns` is behind the server's, in nanoseconds. Raises `NtpError` if no address of the
    server gives a valid answer, ``RequestFailed`` if all are forbidden."""
    try:
        addresses = await egress.resolve_all(host, port, is_udp=True)
    except OSError as error:
        raise NtpError(f"{host} has no address: {error}") from error
    problem = ""
    for address in addresses[:MAX_ADDRESSES]:
        try:
            return await _ask(address, port, now_ns, timeout_s)
        except NtpError as error:
            problem = str(error)
    raise NtpError(problem)


async def _ask(address: str, port: int, now_ns: Callable[[], int], timeout_s: float) -> int:
    nonce = secrets.randbits(64)
    answer = _Answer(nonce)
    try:
        # the socket is connected, so datagrams from other addresses and ports do not arrive
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: answer, remote_addr=(address, port)
        )
    except OSError as error:
        raise NtpError(f"{address} cannot be reached: {error.strerror}") from error
    try:
        began_ns, began = now_ns(), time.monotonic_ns()
        transport.sendto(sntp.request(nonce))
        async with asyncio.timeout(timeout_s):
            reply, ended = await answer.reply
    except TimeoutError:
        raise NtpError(answer.problem or f"{address} does not answer within {timeout_s:g} s") from None
    except OSError as error:
        raise NtpError(f"{address} does not answer: {error.strerror or error}") from error
    finally:
        transport.close()
    # the clock may have been set meanwhile, so measure from the request
    return reply.offset_ns(began_ns, began_ns + ended - began)


class _Answer(asyncio.DatagramProtocol):
    """First valid answer, and its monotonic time; `problem` is the reason why others were ignored."""

    def __init__(self, nonce: int) -> None:
        self._nonce = nonce
        self.problem = ""
        self.reply: asyncio.Future[tuple[sntp.NtpReply, int]] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: object) -> None:
        """See ``DatagramProtocol``."""
        ended = time.monotonic_ns()
        try:
            reply = sntp.parse(data, self._nonce)
        except ValueError as error:
            self.problem = str(error)
            return
        if not self.reply.done():
            self.reply.set_result((reply, ended))

    def error_received(self, exc: Exception) -> None:
        """See ``DatagramProtocol``: the port is closed."""
        if not self.reply.done():
            self.reply.set_exception(exc)
