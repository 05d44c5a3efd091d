"""HTTP sender: the sending side of a connection, with responses, files, streams and time-outs."""

import asyncio
import logging
from abc import ABC, abstractmethod
from contextlib import aclosing
from typing import cast

from ipcamd.access.accounts import Account
from ipcamd.cgi.endpoint import EventStream, FileReply, Join, Reply
from ipcamd.connected_clients import ConnectedClient
from ipcamd.errors import HttpError
from ipcamd.server.http.connection_state import ConnectionState
from ipcamd.server.http.context import HttpContext
from ipcamd.server.http.deadline import Deadline
from ipcamd.server.http.exchange import Exchange, ServedRequest
from ipcamd.server.http.file_sender import WriteGate, send_file
from ipcamd.server.http.response import error_reply, format_response, format_stream_head
from ipcamd.server.http.streaming.http_viewer import Viewer
from ipcamd.server.tcp_transport import finish_transport, forget_addresses, reset_transport
from ipcamd.server.viewer_limit import ViewerPlace

log = logging.getLogger(__name__)


class HttpSender(asyncio.Protocol, ABC):
    """Sends the response to each request, and enforces the connection's deadline.

    The receiving side sets `_exchange` to the request being handled; `_write` clears it.
    """

    __slots__ = (
        "_context", "_deadline", "_exchange", "_full", "_gate", "_half", "_place", "_state", "_task", "_transport",
        "_viewer", "address", "client", "served",
    )  # fmt: skip

    def __init__(self, context: HttpContext) -> None:
        self._context = context
        self._transport: asyncio.Transport
        self._state = ConnectionState.IDLE
        self._exchange: Exchange | None = None
        self._viewer: Viewer | None = None
        self._place: ViewerPlace | None = None
        self._full = False  # the write buffer is not empty
        self._half = False  # the client has closed its sending side
        self._gate: WriteGate | None = None  # while a file is sent
        self._task: asyncio.Task[None] | None = None  # of an action that only this caller needs
        self._deadline = Deadline(context.registry)
        self.served: ServedRequest | None = None
        """Request of the stream, the file or the talker's body in progress."""
        self.address = ""
        """The peer's IP address, IPv4-mapped IPv6 as IPv4."""
        self.client = ""
        """The client's IP address of the last request, possibly reported by a trusted proxy."""

    @property
    @abstractmethod
    def is_unheard(self) -> bool:
        """Whether the client has sent something that the camera has not handled yet."""

    @abstractmethod
    def _advance(self) -> None:
        """Handle received requests; called when a response no longer blocks the next request."""

    # -- called by asyncio

    def pause_writing(self) -> None:
        """Hold the next request until the client has read its response."""
        self._full = True
        if not self._transport.is_closing():
            self._await_reader(-self._transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        """Continue with the next request."""
        self._full = False
        if self._gate and self._gate.open():
            self._deadline.clear()
        if self._state is ConnectionState.IDLE:
            self._become_idle()
        elif self._state is ConnectionState.CLOSING:
            self._deadline.await_end(full=False)
        elif self._viewer:
            self._viewer.drained()
        elif self._state is ConnectionState.STREAMING:
            self._deadline.clear()
        self._advance()

    # -- called by the registry

    def sweep(self, now_s: float) -> None:
        """Act on the deadline if it has passed."""
        if not self._deadline.has_passed(now_s) or self.is_unheard:
            return
        progress = self._viewer.sent if self._viewer else -self._transport.get_write_buffer_size()
        if (self._full or self._viewer) and self._deadline.has_advanced(progress):
            self._await_reader(progress)
        elif self._state is ConnectionState.HANDLING and self._exchange and self._exchange.stream:
            (self._deadline.clear if self._exchange.stream.time_out() else self._deadline.await_piece)()
        elif self._state is ConnectionState.READING:
            self._fail(HttpError(408, "the request timed out"))
        else:
            self._transport.abort()

    @property
    def over_tls(self) -> bool:
        """Whether the connection is encrypted."""
        return self._transport.get_extra_info("ssl_object") is not None

    def describe(self) -> ConnectedClient | None:
        """Return the description of the client of a stream, a file or a talker's body; None if there is none."""
        return self.served and self._context.describe(self, self.served, self._transport, self._viewer)

    def ignore_if_idle(self) -> bool:
        """See `ManagedConnection`."""
        waits = self._state in (ConnectionState.IDLE, ConnectionState.READING)
        if idle := waits and not self._exchange and not self._full:
            self._state = ConnectionState.CLOSING
        return idle

    def close(self) -> None:
        """Close the connection when the running action has ended and the response has been sent."""
        if self._state is not ConnectionState.HANDLING:
            self._state = ConnectionState.CLOSING
            self._transport.close()

    def reset(self) -> None:
        """Reset the connection."""
        reset_transport(self._transport)

    # -- responses

    def _conclude(self, outcome: Reply | Join) -> None:
        if isinstance(outcome, Reply):
            self._answer(outcome)
        else:
            self._join(outcome)

    def _answer(self, reply: Reply) -> None:
        if self._state is not ConnectionState.CLOSING:
            (self._become_idle if self._write(reply) else self._finish)()

    def _answer_late(self, reply: Reply) -> None:
        self._answer(reply)
        self._advance()

    def _fail(self, error: Exception) -> None:
        reply, delay_s = error_reply(error, self._context.registry.note_error), getattr(error, "delay_s", 0.0)
        if self._state is ConnectionState.STREAMING:
            self._transport.abort()
        elif delay_s:
            self._state = ConnectionState.HANDLING
            self._deadline.clear()
            asyncio.get_running_loop().call_later(delay_s, self._answer_late, reply)
        else:
            self._answer(reply)

    def _write(self, reply: Reply, length: int | None = None) -> bool:
        """Write a response, or its header if `length` bytes follow; return whether the connection stays open."""
        exchange, self._exchange, self.served, self._task = self._exchange, None, None, None
        head, closing = exchange.head if exchange else None, self._context.registry.closing
        keep = exchange is not None and exchange.complete and exchange.head.keep_alive and not closing
        self._state = ConnectionState.HANDLING  # TLS calls resume_writing() from inside write()
        minor, head_only = (head.version[1], head.method == "HEAD") if head else (1, False)
        self._transport.write(format_response(reply, keep_alive=keep, minor=minor, head_only=head_only, length=length))
        log.debug("%s %d", exchange or self.address, reply.status)
        return keep

    # -- streams and files

    def _join(self, join: Join) -> None:
        if exchange := self._begin_stream(join.content_type):
            who = cast(Account, exchange.account), exchange.client.address
            self._viewer, self._place = self._context.watch(join, self._transport, *who)
            self._stream_to(exchange)

    async def _send_events(self, stream: EventStream) -> None:
        """Send messages until there are no more; a disconnection of the client cancels this."""
        if exchange := self._begin_stream(stream.content_type, stream.headers):
            self._stream_to(exchange)
            self._transport.write(format_stream_head(stream.content_type, stream.headers))
            async with aclosing(stream.messages) as messages:
                async for message in messages:
                    if not await self._pass_on(message):
                        break
            self._finish()  # the length was not sent: the connection's end marks the end of the body

    def _begin_stream(self, content_type: str, headers: tuple[tuple[str, str], ...] = ()) -> Exchange | None:
        """Return the exchange of a stream's response; None if the client has disconnected or requested only the
        header."""
        is_open = self._state is not ConnectionState.CLOSING
        if is_open and self._exchange and self._exchange.head.method == "HEAD":
            self._transport.write(format_stream_head(content_type, headers))
            self._finish()  # this clears the exchange
        return self._exchange if is_open else None

    def _stream_to(self, exchange: Exchange) -> None:
        self.served = self._context.share(exchange.served)
        self._state, self._exchange = ConnectionState.STREAMING, None
        self._deadline.clear()
        forget_addresses(self._transport)

    async def _send(self, file: FileReply) -> None:
        with file.content:
            if self._state is ConnectionState.CLOSING:
                return
            exchange = cast(Exchange, self._exchange)
            only_head = exchange.head.method == "HEAD"
            keep = self._write(file.reply, file.length)
            self.served = exchange.served
            if not self._full:
                self._deadline.clear()
            if only_head or await send_file(file, self._pass_on):
                (self._become_idle if keep else self._finish)()
            else:
                self._transport.abort()  # the client must detect that the file is incomplete

    async def _pass_on(self, data: bytes) -> bool:
        if self._full:
            self._gate = self._gate or WriteGate()
            await self._gate.wait()
        if self._state is not ConnectionState.CLOSING:
            self._transport.write(data)
        return self._state is not ConnectionState.CLOSING

    # -- end of a response

    def _become_idle(self) -> None:
        self._state, self.served = ConnectionState.IDLE, None
        self._deadline.await_request(self._full)
        if not self._full:
            self._context.registry.note_idle(self)

    def _finish(self) -> None:
        """Close after the client has read the response."""
        self._state, self._exchange = ConnectionState.CLOSING, None
        self._deadline.await_end(self._full)
        finish_transport(self._transport, self._half)

    def _await_reader(self, progress: int) -> None:
        self._deadline.await_reader(progress, self._viewer is not None)
