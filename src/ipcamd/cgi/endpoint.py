"""Endpoint: a path, a rank and an action; requests and replies."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from dataclasses import field
from enum import Enum
from typing import NamedTuple

from ipcamd.access.accounts import Account
from ipcamd.camera import Camera
from ipcamd.cgi.answer import TEXT, Answer
from ipcamd.cgi.arguments import OTHERS_IGNORED, Arguments
from ipcamd.dataclass import dataclass
from ipcamd.media.stream.hub import Hub
from ipcamd.params.group import Rank
from ipcamd.settings.change_records import Requester
from ipcamd.wire.http.message import Head
from ipcamd.wire.http.query import Query
from ipcamd.workers.file import ThreadedFile


class Call(NamedTuple):
    """One request that passed the router: the path exists and the account's rank suffices."""

    head: Head
    query: Query
    """The parameters of the URL and, for a form, of the body."""
    account: Account
    address: str
    """The caller's IP address (IPv4-mapped IPv6 as IPv4)."""
    camera: Camera
    body: AsyncIterator[bytes]
    """Pieces of the body, for an endpoint with ``body=Body.STREAM``; empty otherwise."""
    document: bytes = b""
    """The body, for an endpoint with ``body=Body.DOCUMENT``."""
    arrived_at: str = ""
    """The camera's own IP address that the request came in by (IPv4-mapped IPv6 as IPv4)."""
    peer: str = ""
    """The IP address of the connection: the caller's or that of a trusted proxy."""
    over_tls: bool = False
    """It came over HTTPS."""

    def requester(self, rank: Rank | None = None) -> Requester:
        """Return the author of the changes that this request makes; `rank` is its right, by default the account's."""
        rank = rank or self.account.rank
        return Requester(self.account.name, self.address, self.head.path, rank, self.arrived_at, self.over_tls)


class Reply(NamedTuple):
    """A whole answer; the server adds Content-Length and Connection."""

    body: bytes = b""
    status: int = 200
    """HTTP status code."""
    content_type: str = "text/plain"
    headers: tuple[tuple[str, str], ...] = ()
    reason: str = ""
    """Words of the status line, where the SDK has its own."""


@dataclass(frozen=True, slots=True)
class FileReply:
    """A whole answer that is read from the disk while it is sent. The server closes the file."""

    reply: Reply
    """Its head; without a body."""
    content: ThreadedFile
    start: int
    """The first byte that is sent."""
    length: int
    """Bytes that are sent."""


class Framing(Enum):
    """Layout of frames in a streaming response (clarifications, 3)."""

    SDK = "sdk"
    """multipart/mixed, each part with the 28-byte payload header."""
    PLAIN = "plain"
    """multipart/x-mixed-replace of image/jpeg, as browsers and players know it."""
    RAW = "raw"
    """The bare elementary stream."""


@dataclass(frozen=True, slots=True)
class Join:
    """An endless answer: the server sends the frames of `hubs` until the viewer leaves."""

    hubs: tuple[Hub, ...]
    """The picture's hub first, then perhaps the sound's."""
    framing: Framing
    content_type: str
    sound: bool = False
    """It is sound alone."""
    opening: bytes = b""
    """Bytes before the first frame."""


@dataclass(frozen=True, slots=True)
class EventStream:
    """An answer of unknown length: server-sent events, or a file that is made while it is sent. Its endpoint is
    `for_caller`."""

    messages: AsyncGenerator[bytes, None]
    """Closed by the server when the client is gone. The next one is asked for when the client has read the last."""
    content_type: str = "text/event-stream"
    headers: tuple[tuple[str, str], ...] = ()


LateAnswer = Reply | Join | FileReply | EventStream
"""Answer of an action that is awaited."""

Action = Callable[[Call], Reply | Join | Awaitable[LateAnswer]]
"""Function of an endpoint: answers a call at once, or by an awaitable. Raises ``RequestFailed`` or ``HttpError``."""


class Body(Enum):
    """Body of a POST that an endpoint accepts."""

    FORM = "form"
    """application/x-www-form-urlencoded, merged into the query; at most 64 KiB."""
    TEXT_FORM = "text form"
    """The same, and values may have several lines."""
    DOCUMENT = "document"
    """Handed to the action whole; at most 256 KiB."""
    STREAM = "stream"
    """Handed to the action piece by piece."""


ANY = "*"
"""Last part of an endpoint's path that stands for any word."""


class LoginPlace(Enum):
    """Place of the login in a request."""

    HEAD = "head"
    """In ``Authorization``: it must be of an account of the endpoint's rank."""
    BODY = "body"
    """In ``Authorization``, or else in the body (WS-UsernameToken): the action checks that; until then the caller is
    anonymous."""
    TOKEN = "token"
    """In ``Authorization``: of an account of the endpoint's rank, or a bearer token (RFC 6750): the action checks that;
    until then the caller is anonymous."""
    NONE = "none"
    """Nowhere: everybody may call."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One path of the camera."""

    path: str
    """Lower-case; requests match it without regard to case."""
    rank: Rank
    """The least rank that may call it."""
    action: Action
    aliases: tuple[str, ...] = ()
    changes: Callable[[Query], bool] = field(default=lambda _: True)
    """Whether this request would change something: a browser must not send it from another site then."""
    methods: tuple[str, ...] = ("GET", "POST")
    body: Body = Body.FORM
    login: LoginPlace = LoginPlace.HEAD
    for_caller: bool = False
    """Only the caller needs the result: the action is cancelled when the connection is closed, even by half."""
    arguments: Arguments = OTHERS_IGNORED
    """Everything that it takes in the URL or in a form."""
    answers: tuple[Answer, ...] = (TEXT,)
    uploads: tuple[str, ...] = ()
    """Content types of the body of a POST, besides a form."""
    cross_site: bool = False
    """Pages of other sites that the owner allows (``--allowed-host``) may call it."""

    def run(self, call: Call) -> Reply | Join | Awaitable[LateAnswer]:
        """Check the arguments and run the action. Raises ``RequestFailed``, and what the action raises."""
        self.arguments.check(call.query)
        return self.action(call)


def never(_: Query) -> bool:
    """For ``changes``: this endpoint only reads."""
    return False


def text(*lines: str) -> Reply:
    """Return a text/plain answer of these lines, each ended by CRLF (clarifications, Every CGI)."""
    return Reply("\r\n".join((*lines, "")).encode())
