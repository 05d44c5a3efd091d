"""One RTSP connection: requests in, answers and packets out."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, cast

from ipcamd.access.accounts import Account
from ipcamd.server.rtsp.answer import Answer, Refused
from ipcamd.server.rtsp.line import Line
from ipcamd.server.rtsp.media import Media
from ipcamd.server.rtsp.methods import perform
from ipcamd.server.rtsp.place import BACK
from ipcamd.server.rtsp.session import Session
from ipcamd.wire.rtsp import Broken, Event, Interleaved, Parser, Request, response

if TYPE_CHECKING:
    from ipcamd.server.rtsp.service import RtspService

log = logging.getLogger(__name__)

MOST_SESSIONS = 4
UNREAD = 256 * 1024
"""Bytes that a client may leave unread before its next request is looked at."""

Receiver = Callable[[bytes], None]


class Connection(asyncio.Protocol):
    """Answers requests in order. Its sessions that are sent over it end with it."""

    __slots__ = (
        "_channels", "_delay", "_events", "_heard", "_parser", "_partial", "_task", "_then",
        "address", "line", "local", "peer", "port", "service", "sessions", "source",
    )  # fmt: skip

    def __init__(self, service: "RtspService") -> None:
        self.service = service
        self.sessions: dict[str, Session] = {}
        """By identifier."""
        self.line: Line
        self.peer: tuple[str, int] | tuple[str, int, int, int]
        """The client's socket address."""
        self.address = ""
        """The client's IP address, IPv4-mapped IPv6 as IPv4."""
        self.local = ""
        """The address that it came to."""
        self.port = 0
        self.source: asyncio.Transport
        """Where requests come from."""
        self._parser = Parser()
        self._events: list[Event] = []
        self._channels: dict[int, Receiver] = {}
        self._then: list[Callable[[], None]] = []
        self._task: asyncio.Task[None] | None = None
        self._delay: asyncio.TimerHandle | None = None
        self._heard = self._partial = service.clock()

    # -- called by asyncio

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection; the service may refuse it."""
        self.source = cast(asyncio.Transport, transport)
        self.peer = transport.get_extra_info("peername") or ("", 0)
        name = transport.get_extra_info("sockname") or ("", 0)
        self.address = _plain(self.peer[0])
        self.local, self.port = _plain(name[0]), name[1]
        self.line = Line(self.source)
        self.line.begin()
        self.service.enter(self)

    def data_received(self, data: bytes) -> None:
        """Take bytes, and answer what they complete."""
        now = self.service.clock()
        if not self._parser.partial:
            self._partial = now
        self._heard = now
        events = self._parser.feed(data)
        if events:
            self._partial = now
            self._events.extend(events)
            self._advance()

    def connection_lost(self, error: Exception | None) -> None:
        """Let go of everything."""
        self._events.clear()
        if self._task:
            self._task.cancel()
        if self._delay:
            self._delay.cancel()
        self.line.lost()
        self.service.leave(self)

    def pause_writing(self) -> None:
        """Something waits for the client."""
        self.line.filled()

    def resume_writing(self) -> None:
        """Nothing waits any more."""
        self.line.emptied()
        self._advance()

    # -- called by the service

    def refuse(self) -> None:
        """Send the client away without listening."""
        self.line.write(response(503, ""))
        self.line.close()

    def sweep(self, now: float) -> None:
        """Look whether the client is still there; called about once a second."""
        limits = self.service.limits
        late = self._parser.partial and now - self._partial > limits.head
        idle = not self.sessions and not self._busy and now - self._heard > limits.idle
        if late or idle or self.line.stalled(now) > limits.stall:
            log.info("client %s is cut: it %s", self.address, "is too slow" if self.line.waiting else "says nothing")
            self.line.abort()
        elif self._events:
            self._advance()

    # -- called by methods

    def begin(self, media: Media, account: Account) -> Session:
        """Make a session. Raises `Refused` 453 if this client, or the camera, has too many."""
        if len(self.sessions) >= MOST_SESSIONS:
            raise Refused(453)
        return self.service.begin(self, media, account)

    def session(self, request: Request) -> Session:
        """Return the session that a request names, and keep it alive. Raises `Refused` 454, 401.

        Its identifier is a secret, so on its own connection it needs no login: a keep-alive may come without one.
        """
        session = self.service.find(request.session)
        if session.owner is not self:
            talks = BACK in session.setups
            if self.service.gate.check(request, self.address, talk=talks).name != session.account.name:
                raise Refused(454)
            if session.owner is None and len(self.sessions) < MOST_SESSIONS:
                session.owner = self
                self.sessions[session.identifier] = session
        self.service.touch(session)
        return session

    def mark(self) -> None:
        """Mark what goes out as its sessions need it: as pictures, if there are any among what is interleaved."""
        setups = (setup for session in self.sessions.values() for setup in session.setups.values())
        media = {setup.stream.format.media for setup in setups if setup.over_tcp and setup.stream}
        tos = self.service.tos
        self.line.mark(tos["video"] if "video" in media else tos["audio"] if media else 0)

    def then(self, work: Callable[[], None]) -> None:
        """Do `work` when the answer has been sent."""
        self._then.append(work)

    def channels(self, wanted: tuple[int, int] | None, receivers: tuple[Receiver, Receiver]) -> tuple[int, int]:
        """Return a pair of channels that is free, the `wanted` one if it is; hand what comes on it to `receivers`."""
        free = (pair for pair in (wanted or (0, 1), *((n, n + 1) for n in range(0, 255, 2))))
        for pair in free:
            if not self._channels.keys() & set(pair):
                self._channels.update(zip(pair, receivers, strict=True))
                return pair
        raise Refused(453)

    def give_back(self, channels: tuple[int, int]) -> None:
        """Free a pair of channels."""
        for channel in channels:
            self._channels.pop(channel, None)

    # -- requests

    @property
    def _busy(self) -> bool:
        return self._task is not None or self._delay is not None

    def _advance(self) -> None:
        while self._events and not self._busy and self.line.waiting <= UNREAD:
            event = self._events.pop(0)
            if isinstance(event, Interleaved):
                self._channels.get(event.channel, _ignored)(event.data)
            elif isinstance(event, Broken):
                self._send(event.cseq, Answer(event.status))
                self.line.close()
            else:
                self._answer(event)
        # what is not looked at yet stays in the kernel
        if self.source.is_closing():
            return
        if self._events:
            self.source.pause_reading()
        else:
            self.source.resume_reading()

    def _answer(self, request: Request) -> None:
        try:
            result = perform(self, request)
        except Exception as error:  # whatever a method lets through is answered
            self._fail(request, error)
            return
        if isinstance(result, Answer):
            self._send(request.cseq, result)
        else:
            self._task = asyncio.get_running_loop().create_task(self._answer_later(request, result))

    async def _answer_later(self, request: Request, result: Awaitable[Answer]) -> None:
        try:
            answer = await result
        except Exception as error:  # as above
            self._task = None
            self._fail(request, error)
        else:
            self._task = None
            self._send(request.cseq, answer)
        self._advance()

    def _fail(self, request: Request, error: Exception) -> None:
        self._then.clear()
        if not isinstance(error, Refused):
            log.error("%s %s failed", request.method, request.target, exc_info=error)
            error = Refused(500)
        if error.delay:
            loop = asyncio.get_running_loop()
            self._delay = loop.call_later(error.delay, self._send_late, request.cseq, error.answer)
        else:
            self._send(request.cseq, error.answer)

    def _send_late(self, cseq: str, answer: Answer) -> None:
        self._delay = None
        self._send(cseq, answer)
        self._advance()

    def _send(self, cseq: str, answer: Answer) -> None:
        self.line.write(response(answer.status, cseq, (("Server", "ipcamd"), *answer.fields), answer.body))
        then, self._then = self._then, []
        for work in then:
            work()


def _ignored(_: bytes) -> None:
    """What comes on a channel that nobody set up."""


def _plain(address: str) -> str:
    return address.removeprefix("::ffff:").partition("%")[0]
