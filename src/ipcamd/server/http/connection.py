"""HTTP connection: requests and responses, one after the other, and possibly a stream at the end."""

import asyncio
import logging
from collections.abc import Awaitable
from typing import cast

from ipcamd.access.accounts import Account
from ipcamd.cgi.endpoint import EventStream, FileReply, Join, LateAnswer, Reply
from ipcamd.connected_clients import ConnectedClient
from ipcamd.errors import HttpError
from ipcamd.server.http.body import incomplete_body_error
from ipcamd.server.http.checks.https_redirect import redirect_to_https
from ipcamd.server.http.connection_state import ConnectionState
from ipcamd.server.http.context import HttpContext
from ipcamd.server.http.deadline import Deadline
from ipcamd.server.http.download import WriteGate, send_file
from ipcamd.server.http.event_stream import send_events
from ipcamd.server.http.exchange import Exchange, ServedRequest
from ipcamd.server.http.response import CONTINUE, error_reply, format_response, format_stream_head
from ipcamd.server.http.streaming.viewer import Viewer
from ipcamd.server.listener import local_address, normalize_address
from ipcamd.server.transport import finish_transport, limit_reads, reset_transport
from ipcamd.wire.http.message import END, End, Head, RequestParser

log = logging.getLogger(__name__)

BURST = 8
"""Parser events of pipelined requests before other connections are served."""
CHATTER = 64 * 1024
"""Bytes that a viewer may send after its request."""

_NO_REQUESTS = RequestParser()
"""Parser of all connections that send a stream; it receives nothing."""


class HttpConnection(asyncio.Protocol):
    """Parses requests, calls the router, sends responses. The sweep checks its one deadline.

    A request whose endpoint answers at once needs no task.
    """

    __slots__ = (
        "_chatter", "_context", "_deadline", "_exchange", "_full", "_gate", "_half", "_held", "_holder", "_parser",
        "_state", "_task", "_transport", "_viewer", "address", "client", "served",
    )  # fmt: skip

    def __init__(self, context: HttpContext) -> None:
        self._context = context
        self._transport: asyncio.Transport
        self._parser = RequestParser()
        self._state = ConnectionState.IDLE
        self._exchange: Exchange | None = None
        self._viewer: Viewer | None = None
        self._holder = ""  # of the viewer's place in the limit
        self._full = False  # the write buffer is not empty
        self._half = False  # the client has closed its sending side
        self._gate: WriteGate | None = None  # while a file is sent
        self._held, self._chatter = False, 0  # reading is paused; bytes of a viewer
        self._task: asyncio.Task[None] | None = None  # of an action that only this caller needs
        self._deadline = Deadline(context.registry)
        self.served: ServedRequest | None = None
        """Request that a stream, a file or a talker's body belongs to."""
        self.address = ""
        """The peer's IP address, IPv4-mapped IPv6 as IPv4."""
        self.client = ""
        """The IP address of the last request's client, which a trusted proxy may tell."""

    # -- called by asyncio

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start a connection."""
        self._transport = cast(asyncio.Transport, transport)
        limit_reads(transport)
        # nothing may wait when a request is answered: a stream can take the socket over; at 0 asyncio's TLS would pause
        self._transport.set_write_buffer_limits(1 if self.over_tls else 0, 0)
        self.address = normalize_address((transport.get_extra_info("peername") or ("",))[0])
        self._deadline.await_head()
        self.client = self.address = self._context.registry.enter(self)

    def data_received(self, data: bytes) -> None:
        """Handle received bytes."""
        if self._state is ConnectionState.STREAMING:
            self._chatter += len(data)
            if self._chatter > CHATTER:
                self._transport.abort()
        elif self._state is not ConnectionState.CLOSING:
            self._parser.receive(data)
            self._advance()

    def eof_received(self) -> bool:
        """Keep a half-closed connection open while there is something to send."""
        self._half = True
        if self._state is ConnectionState.CLOSING or self._task:
            return False
        if self._exchange and self._exchange.stream:
            self._exchange.stream.end(None if self._exchange.endless else incomplete_body_error())
        if self._viewer:
            self._await_reader(self._viewer.sent)
        self._advance()
        return self._transport.can_write_eof()  # asyncio logs a warning for half-closed TLS

    def connection_lost(self, error: Exception | None) -> None:
        """Release everything. A running action continues, unless only the caller needs it."""
        self._state = ConnectionState.CLOSING
        if self._task:
            self._task.cancel()
        if self._gate:
            self._gate.open()
        if self._exchange and self._exchange.stream:
            self._exchange.stream.end(incomplete_body_error())
        if self._viewer:
            self._context.fanout.leave(self._viewer)
            self._context.viewers.release(self._holder)
        self._context.registry.leave(self)

    def pause_writing(self) -> None:
        """Hold the next request until the client has read its response."""
        self._full = True
        if not self._transport.is_closing():
            self._await_reader(-self._transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        """Continue."""
        self._full = False
        if self._gate and self._gate.open():
            self._deadline.clear()
        if self._state is ConnectionState.IDLE:
            self._rest()
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
        if not self._deadline.has_passed(now_s):
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
        """Return the client of a stream, a file or a talker's body; None if there is none."""
        return self.served and self._context.describe(self, self.served, self._transport, self._viewer)

    def close(self) -> None:
        """Close the connection when the running action has answered and the response has been sent."""
        if self._state is not ConnectionState.HANDLING:
            self._state = ConnectionState.CLOSING
            self._transport.close()

    def reset(self) -> None:
        """Reset the connection."""
        reset_transport(self._transport)

    # -- requests

    def _advance(self) -> None:
        behind = False
        for _ in range(BURST):
            if not self._may_pull():
                break
            try:
                event = self._parser.next_event()
                if event is None:
                    if self._half:
                        self._transport.close()
                    break
                self._take(event)
            except Exception as error:  # the parser's and the router's refusals, and whatever an endpoint raises
                self._fail(error)
        else:
            behind = True
            asyncio.get_running_loop().call_soon(self._advance)
        if self._state is ConnectionState.IDLE and self._parser.begun and not self._full:
            self._start_reading()
        self._set_pace(behind)

    def _may_pull(self) -> bool:
        if self._state is ConnectionState.HANDLING:
            stream = self._exchange.stream if self._exchange else None
            return stream is not None and stream.has_room
        return self._state in (ConnectionState.IDLE, ConnectionState.READING) and not self._full

    def _take(self, event: Head | bytes | End) -> None:
        if isinstance(event, Head):
            self._begin(event)
        elif self._exchange and isinstance(event, bytes):
            self._exchange.take(event)
            if self._exchange.stream:
                self._deadline.await_piece()
        elif self._exchange and event is END:
            self._exchange.finish()
            if not self._exchange.stream:
                self._run(self._exchange)

    def _begin(self, head: Head) -> None:
        client = self._context.router.client(head, self.address, self.over_tls)
        exchange, self.client = Exchange(head, client), client.address
        self._exchange = exchange
        try:
            if port := self._context.router.https_port(client):
                raise redirect_to_https(head, client, local_address(self._transport), port)
            if "x-sessioncookie" in head.fields and self._hand_over(head):
                return
            exchange.admit(*self._context.router.admit(head, exchange.client), self._body_taken)
            self._context.registry.note_request(self)
        except HttpError as error:
            if exchange.complete or not exchange.can_skip_body(self._parser.pending):
                raise
            exchange.refused = error
        if exchange.stream and exchange.endless:
            self._parser.until_close()
        if not exchange.complete:
            self._await_body(exchange)
        if exchange.complete or exchange.stream:
            self._run(exchange)

    def _hand_over(self, head: Head) -> bool:
        """Hand the connection over to RTSP if the request belongs to a tunnel; return whether it does."""
        self._state = ConnectionState.CLOSING
        rest = self._parser.rest()
        if self._context.tunnel(self._transport, head.method, head.fields["x-sessioncookie"], rest):
            self._context.registry.hand_over(self)
            return True
        self._parser.receive(rest)
        self._state = ConnectionState.READING
        return False

    def _await_body(self, exchange: Exchange) -> None:
        if self._state is ConnectionState.IDLE:
            self._start_reading()
        self._deadline.await_body()
        if exchange.expects_continue and not self._parser.pending:
            self._transport.write(CONTINUE)

    def _run(self, exchange: Exchange) -> None:
        endpoint, call = self._context.call(exchange, self._transport)
        outcome = self._context.router.run(endpoint, call, exchange.client)
        if isinstance(outcome, Reply | Join):
            self._conclude(outcome)
        else:
            self._state = ConnectionState.HANDLING
            if exchange.stream:
                self.served = exchange.served  # so that `expel` finds the talker
            else:
                self._deadline.clear()
            task = self._context.registry.spawn(self._work(outcome))
            self._task = task if endpoint.for_caller else None

    async def _work(self, outcome: Awaitable[LateAnswer]) -> None:
        try:
            done = await outcome
            if isinstance(done, FileReply):
                await self._send(done)
            elif isinstance(done, EventStream):
                await self._send_events(done)
            else:
                self._conclude(done)
        except Exception as error:  # as in _advance: one request ends here, not the connection's task
            self._fail(error)
        self._advance()

    def _conclude(self, outcome: Reply | Join) -> None:
        if isinstance(outcome, Reply):
            self._answer(outcome)
        else:
            self._join(outcome)

    def _join(self, join: Join) -> None:
        if exchange := self._begin_stream(join.content_type):
            who = cast(Account, exchange.account), exchange.client.address
            self._viewer, self._holder = self._context.watch(join, self._transport, *who)
            self._stream_to(exchange)

    async def _send_events(self, stream: EventStream) -> None:
        """Send messages until there are no more; that the client is gone cancels it."""
        if exchange := self._begin_stream(stream.content_type, stream.headers):
            self._stream_to(exchange)
            self._transport.write(format_stream_head(stream.content_type, stream.headers))
            await send_events(stream, self._pass_on)
            self._leave()  # its length was not told: the end of the connection is its end

    def _begin_stream(self, content_type: str, headers: tuple[tuple[str, str], ...] = ()) -> Exchange | None:
        """Return the exchange that a stream answers; None if the client is gone, or asked for the head alone."""
        is_open = self._state is not ConnectionState.CLOSING
        if is_open and self._exchange and self._exchange.head.method == "HEAD":
            self._transport.write(format_stream_head(content_type, headers))
            self._leave()  # forgets the exchange
        return self._exchange if is_open else None

    def _stream_to(self, exchange: Exchange) -> None:
        self.served = exchange.served
        self._state, self._exchange = ConnectionState.STREAMING, None
        self._deadline.clear()
        self._parser = _NO_REQUESTS  # bytes after the request are ignored

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

    def _answer_late(self, reply: Reply) -> None:
        self._answer(reply)
        self._advance()

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
                (self._rest if keep else self._leave)()
            else:
                self._transport.abort()  # the client must notice that the file is incomplete

    async def _pass_on(self, data: bytes) -> bool:
        if self._full:
            self._gate = self._gate or WriteGate()
            await self._gate.wait()
        if self._state is not ConnectionState.CLOSING:
            self._transport.write(data)
        return self._state is not ConnectionState.CLOSING

    def _answer(self, reply: Reply) -> None:
        if self._state is not ConnectionState.CLOSING:
            (self._rest if self._write(reply) else self._leave)()

    def _write(self, reply: Reply, length: int | None = None) -> bool:
        """Write a response, or its head if `length` bytes follow; return whether the connection is kept open."""
        exchange, self._exchange, self.served, self._task = self._exchange, None, None, None
        head, closing = exchange.head if exchange else None, self._context.registry.closing
        keep = exchange is not None and exchange.complete and exchange.head.keep_alive and not closing
        self._state = ConnectionState.HANDLING  # TLS calls resume_writing() from inside write()
        minor, head_only = (head.version[1], head.method == "HEAD") if head else (1, False)
        self._transport.write(format_response(reply, keep_alive=keep, minor=minor, head_only=head_only, length=length))
        log.debug("%s %d", exchange or self.address, reply.status)
        return keep

    # -- times

    def _start_reading(self) -> None:
        self._state = ConnectionState.READING
        self._deadline.await_head()

    def _rest(self) -> None:
        self._state, self.served = ConnectionState.IDLE, None
        self._deadline.await_request(self._full)
        if not self._full:
            self._context.registry.note_rest(self)

    def _await_reader(self, progress: int) -> None:
        self._deadline.await_reader(progress, self._viewer is not None)

    def _leave(self) -> None:
        """Close after the client has read the response."""
        self._state, self._exchange = ConnectionState.CLOSING, None
        self._deadline.await_end(self._full)
        finish_transport(self._transport, self._half)

    def _body_taken(self) -> None:
        if self._state is ConnectionState.HANDLING:
            self._deadline.await_piece()
        self._advance()

    def _set_pace(self, behind: bool) -> None:
        """Pause reading while nothing more can be handled."""
        listening = self._state in (ConnectionState.STREAMING, ConnectionState.CLOSING) or self._may_pull()
        hold = self._parser.pending and (behind or not listening)
        if hold != self._held:
            self._held = hold
            (self._transport.pause_reading if hold else self._transport.resume_reading)()
