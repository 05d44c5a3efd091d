"""RTSP connection: receives requests, sends responses and packets."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import cast

from ipcamd.access.accounts import ANONYMOUS, Account
from ipcamd.server.connection_timeouts import REPLAY_STALL_S
from ipcamd.server.listener import normalize_address
from ipcamd.server.qos import shared_tos
from ipcamd.server.rtp.tcp_connection import TcpConnection
from ipcamd.server.rtsp.context import Receiver, RtspContext, ignore_packet
from ipcamd.server.rtsp.mounts.presentation import AnyPresentation
from ipcamd.server.rtsp.mounts.url import TALK_TRACK
from ipcamd.server.rtsp.response import RtspError, RtspResponse
from ipcamd.server.rtsp.sessions.rtsp_session import RtspSession
from ipcamd.wire.rtsp.message import (
    BODY_LIMIT,
    InterleavedPacket,
    MalformedRequest,
    RtspParser,
    RtspRequest,
    format_response,
)

MAX_SESSIONS_PER_CONNECTION = 4
"""Maximum number of RTSP sessions of one connection."""
BURST = 8
"""Parser events before other connections are served."""
UNREAD = 256 * 1024
"""Unread response bytes at which the next request of a client waits, after a login."""
UNREAD_ANONYMOUS = 16 * 1024
"""Unread response bytes at which the next request of a client waits, before a login."""


class RtspConnection(TcpConnection):
    """Answers requests in order. Sessions over TCP end with their connection."""

    __slots__ = (
        "_after_response", "_channels", "_heard_s", "_late_response", "_parser", "_partial_since_s", "_task",
        "_unread", "context", "local", "port", "sessions", "source",
    )  # fmt: skip

    def __init__(self, context: RtspContext) -> None:
        super().__init__(context.registry)
        self.context = context
        self.sessions: dict[str, RtspSession] = {}
        """By identifier."""
        self.local = ""
        """The local address of the connection."""
        self.port = 0
        self.source: asyncio.Transport
        """Transport that receives requests."""
        self._parser = RtspParser()
        self._unread = UNREAD_ANONYMOUS
        self._channels: dict[int, Receiver] = {}
        self._after_response: list[Callable[[], None]] = []
        self._task: asyncio.Task[None] | None = None
        self._late_response: asyncio.TimerHandle | None = None
        self._heard_s = self._partial_since_s = self._registry.now_s()

    # -- called by asyncio

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start a connection."""
        self.source = cast(asyncio.Transport, transport)
        name = transport.get_extra_info("sockname") or ("", 0)
        self.local, self.port = normalize_address(name[0]), name[1]
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Handle received bytes."""
        self._heard_s = self._registry.now_s()
        if not self._parser.partial:
            self._partial_since_s = self._heard_s
        self._parser.receive(data)
        self._advance()

    def connection_lost(self, error: Exception | None) -> None:
        """Release everything."""
        self._parser = RtspParser()
        if self._task:
            self._task.cancel()
        if self._late_response:
            self._late_response.cancel()
        super().connection_lost(error)
        for session in tuple(self.sessions.values()):
            self.context.sessions.detach(session)

    def resume_writing(self) -> None:
        """The write buffer is empty."""
        super().resume_writing()
        self._advance()

    # -- called by the registry

    def sweep(self, now_s: float) -> None:
        """Check time-outs."""
        timeouts = self._registry.timeouts
        late = self._parser.partial and not self._held and now_s - self._partial_since_s > timeouts.head_timeout_s
        idle = not self.sessions and not self._busy and now_s - self._heard_s > timeouts.idle_timeout_s
        stall_timeout_s = REPLAY_STALL_S if self._replays else timeouts.stall_timeout_s
        if ((late or idle) and not self.is_unheard) or self.writer.stalled_s(now_s) > stall_timeout_s:
            self._registry.note_cut(
                "client %s is disconnected: it %s",
                self.address,
                "reads nothing" if self.writer.waiting else "is silent",
            )
            self.writer.abort()
        else:
            self._advance()

    # -- called by methods

    @property
    def protocol(self) -> str:
        """See `SessionOwner`."""
        return "rtsps" if self._transport.get_extra_info("ssl_object") else "rtsp"

    def authenticate(self, request: RtspRequest, *, talk: bool = False) -> Account:
        """Return the account of a request; `talk`: it includes talk. Raises `RtspError` 401, 403, 429."""
        account = self.context.authenticator.check(request, self.address, talk=talk)
        if account is not ANONYMOUS:
            self._parser.body_limit, self._unread = BODY_LIMIT, UNREAD
        return account

    def create_session(self, media: AnyPresentation, account: Account) -> RtspSession:
        """Create a session. Raises `RtspError` 453 at the limit of this client or of the camera."""
        if len(self.sessions) >= MAX_SESSIONS_PER_CONNECTION:
            raise RtspError(453)
        session = self.context.sessions.create(self, self.address, media, account)
        self._registry.note_request(self)
        return session

    def session(self, request: RtspRequest) -> RtspSession:
        """Return the session that a request names, and keep it alive. Raises `RtspError` 454, 401.

        The identifier is a secret, so a keep-alive on the session's own connection needs no login.
        """
        session = self.context.sessions.find(request.session)
        if session.owner is not self:
            if self.authenticate(request, talk=TALK_TRACK in session.setups).name != session.account.name:
                raise RtspError(454)
            if session.owner is None and len(self.sessions) < MAX_SESSIONS_PER_CONNECTION:
                session.owner = self
                self.sessions[session.identifier] = session
        self.context.sessions.keep_alive(session)
        return session

    def mark(self) -> None:
        """Set the DSCP of the connection: that of video if a session sends video over it."""
        setups = (setup for session in self.sessions.values() for setup in session.setups.values())
        media = {setup.stream.format.media for setup in setups if setup.over_tcp and setup.stream}
        self.writer.mark(shared_tos(media, self.context.tos))

    def after_response(self, work: Callable[[], None]) -> None:
        """Call `work` after the response has been sent."""
        self._after_response.append(work)

    def acquire_channels(self, wanted: tuple[int, int] | None, receivers: tuple[Receiver, Receiver]) -> tuple[int, int]:
        """Return a free pair of channels, the `wanted` one if possible; pass packets on it to `receivers`.

        Raises `RtspError` 453.
        """
        for pair in (wanted or (0, 1), *((n, n + 1) for n in range(0, 255, 2))):
            if not self._channels.keys() & set(pair):
                self._channels.update(zip(pair, receivers, strict=True))
                return pair
        raise RtspError(453)

    def release_channels(self, channels: tuple[int, int]) -> None:
        """Free a pair of channels."""
        for channel in channels:
            self._channels.pop(channel, None)

    # -- requests

    @property
    def _replays(self) -> bool:
        return any(session.replayer for session in self.sessions.values())

    @property
    def _busy(self) -> bool:
        return self._task is not None or self._late_response is not None

    @property
    def _held(self) -> bool:
        """Whether the next request waits for earlier responses."""
        return self._busy or self.writer.waiting > self._unread

    def _advance(self) -> None:
        behind = False
        for _ in range(BURST):
            if self._held or not (event := self._parser.next_event()):
                break
            self._partial_since_s = self._registry.now_s()
            if isinstance(event, InterleavedPacket):
                self._channels.get(event.channel, ignore_packet)(event.data)
            elif isinstance(event, MalformedRequest):
                self._send(event.cseq, RtspResponse(event.status))
                self.writer.close()
            else:
                self._answer(event)
        else:
            behind = True
            asyncio.get_running_loop().call_soon(self._advance)
        # further requests stay in the kernel
        if self.source.is_closing():
            return
        if behind or self._held:
            self.source.pause_reading()
        else:
            self.source.resume_reading()

    def _answer(self, request: RtspRequest) -> None:
        from ipcamd.server.rtsp.methods import perform  # not at the camera's start

        for session in self.sessions.values():
            self.context.sessions.keep_alive(session)  # RFC 2326, 12.37
        try:
            result = perform(self, request)
        except Exception as error:  # each error gets a response
            self._fail(request, error)
            return
        if isinstance(result, RtspResponse):
            self._send(request.cseq, result)
        else:
            self._task = self._registry.spawn(self._answer_later(request, result))

    async def _answer_later(self, request: RtspRequest, result: Awaitable[RtspResponse]) -> None:
        try:
            answer = await result
        except Exception as error:  # each error gets a response
            self._fail(request, error)
        else:
            self._send(request.cseq, answer)
        finally:
            self._task = None
        self._advance()

    def _fail(self, request: RtspRequest, error: Exception) -> None:
        self._after_response.clear()
        if not isinstance(error, RtspError):
            self._registry.note_error("%s %s failed", request.method, request.target, error=error)
            error = RtspError(500)
        if error.delay_s:
            loop = asyncio.get_running_loop()
            self._late_response = loop.call_later(error.delay_s, self._send_late, request.cseq, error.answer)
        else:
            self._send(request.cseq, error.answer)

    def _send_late(self, cseq: str, answer: RtspResponse) -> None:
        self._late_response = None
        self._send(cseq, answer)
        self._advance()

    def _send(self, cseq: str, answer: RtspResponse) -> None:
        fields = (("Server", "ipcamd"), *answer.fields)
        self.writer.write(format_response(answer.status, cseq, fields, answer.body, answer.reason))
        works, self._after_response = self._after_response, []
        for work in works:
            work()
