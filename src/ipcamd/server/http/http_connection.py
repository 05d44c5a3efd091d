"""HTTP connection: receives requests, one after the other, and passes each to its endpoint."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import cast

from ipcamd.access.accounts import Account
from ipcamd.access.login_throttle import network
from ipcamd.cgi.endpoint import EventStream, FileReply, Join, LateAnswer, Reply
from ipcamd.errors import HttpError
from ipcamd.server.http.connection_state import ConnectionState
from ipcamd.server.http.context import HttpContext
from ipcamd.server.http.exchange import Exchange
from ipcamd.server.http.request_body import incomplete_body_error
from ipcamd.server.http.response import CONTINUE
from ipcamd.server.http.sender import HttpSender
from ipcamd.server.listener import local_address, normalize_address
from ipcamd.server.tcp_transport import has_unread, limit_reads, release_transport
from ipcamd.wire.http.message import END, End, Head, RequestParser

BURST = 8
"""Parser events of pipelined requests before other connections are served."""
IGNORED_BYTES = 64 * 1024
"""Maximum bytes that a viewer may send after its request."""

_NO_REQUESTS = RequestParser()
"""Parser of all connections that send a stream; it receives nothing."""
_NO_CALLER = ("", "")
"""Caller of all connections that send a stream, or have received nothing yet."""


class HttpConnection(HttpSender):
    """Parses requests, calls the router and runs the endpoints.

    A request whose endpoint responds at once needs no task.
    """

    __slots__ = ("_caller", "_heard", "_held", "_ignored_bytes", "_parser", "_queued")

    def __init__(self, context: HttpContext) -> None:
        super().__init__(context)
        self._parser = RequestParser()
        self._held, self._ignored_bytes = False, 0  # reading is paused, or a viewer's bytes are ignored
        self._queued = False  # received requests wait for their turn
        self._heard = False  # the first request has had its turn
        self._caller = _NO_CALLER  # account, if known, and network of the client

    # -- called by asyncio

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start a connection."""
        self._transport = cast(asyncio.Transport, transport)
        limit_reads(transport)
        # resume only when the write buffer is empty, since a stream can take over the socket; 0 would pause asyncio's
        # TLS
        self._transport.set_write_buffer_limits(1 if self.over_tls else 0, 0)
        self.address = normalize_address((transport.get_extra_info("peername") or ("",))[0])
        self._deadline.await_head()
        self.client = self.address = self._context.registry.enter(self)
        self._caller = ("", network(self.address))

    @property
    def is_unheard(self) -> bool:
        """See `Resettable`. A client that sends requests without pause is not unheard after its first one."""
        return (self._queued and not self._heard) or has_unread(self._transport)

    def data_received(self, data: bytes) -> None:
        """Handle received bytes."""
        if self._state is ConnectionState.STREAMING:
            self._ignored_bytes += len(data)
            if self._ignored_bytes > IGNORED_BYTES:
                self._transport.abort()
        elif self._state is not ConnectionState.CLOSING:
            self._parser.receive(data)
            if self._queued:
                self._hold(True)  # the waiting bytes are bounded
            else:
                self._submit(self._context.requests.submit)

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
        if self._viewer and self._place:
            self._context.fanout.leave(self._viewer)
            self._context.viewers.release(self._place)
        self._context.registry.leave(self)
        release_transport(self._transport)

    # -- requests

    def _submit(self, queue: Callable[[Hashable, Callable[[], None]], None]) -> None:
        """Queue the received requests for `_serve`."""
        if not self._queued:
            self._queued = True
            queue(self._caller, self._serve)

    def _serve(self) -> None:
        self._queued, self._heard = False, True
        self._advance()

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
            except Exception as error:  # refusals of parser and router, and any exception of an endpoint
                self._fail(error)
            if not self._parser.begun and not self._half:
                break
        else:
            behind = True
            self._submit(self._context.requests.defer)
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
                from ipcamd.server.http.checks.https_redirect import redirect_to_https  # while ``HttpMode=redirect``

                raise redirect_to_https(head, client, local_address(self._transport), port)
            if "x-sessioncookie" in head.fields and self._hand_over(head):
                return
            exchange.admit(*self._context.router.admit(head, exchange.client), self._body_taken)
            self._caller = (cast(Account, exchange.account).name, network(client.address))
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
                self.served = exchange.served  # `expel` finds the talker by it
            else:
                self._deadline.clear()
            self._context.requests.charge_task()
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

    def _stream_to(self, exchange: Exchange) -> None:
        super()._stream_to(exchange)
        self._parser, self._caller = _NO_REQUESTS, _NO_CALLER  # bytes after the request are ignored

    # -- pace

    def _start_reading(self) -> None:
        self._state = ConnectionState.READING
        self._deadline.await_head()

    def _body_taken(self) -> None:
        if self._state is ConnectionState.HANDLING:
            self._deadline.await_piece()
        self._advance()

    def _set_pace(self, behind: bool) -> None:
        """Pause reading while nothing more can be handled."""
        pending = self._parser.pending
        if pending or self._held:
            listening = self._state in (ConnectionState.STREAMING, ConnectionState.CLOSING) or self._may_pull()
            self._hold(pending and (behind or not listening))

    def _hold(self, hold: bool) -> None:
        if hold != self._held:
            self._held = hold
            (self._transport.pause_reading if hold else self._transport.resume_reading)()
