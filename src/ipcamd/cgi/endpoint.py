"""Endpoint: a path, a rank and an action; requests and replies."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from dataclasses import field
from enum import Enum
from typing import NamedTuple

from ipcamd.access.accounts import Account
from ipcamd.camera import Camera
from ipcamd.cgi.answer import TEXT, Answer
from ipcamd.cgi.arguments import ACTION, OTHERS_IGNORED, Arguments
from ipcamd.dataclass import dataclass
from ipcamd.media.stream.hub import Hub
from ipcamd.params.group import Rank
from ipcamd.settings.change_records import Requester
from ipcamd.wire.http.message import Head
from ipcamd.wire.http.query import Query
from ipcamd.workers.threaded_file import ThreadedFile


class Call(NamedTuple):
    """One request after the router's checks: the path exists and the account's rank is sufficient."""

    head: Head
    query: Query
    """Parameters of the URL and, for a form, of the body."""
    account: Account
    address: str
    """The caller's IP address (IPv4-mapped IPv6 as IPv4)."""
    camera: Camera
    body: AsyncIterator[bytes]
    """Pieces of the body, for an endpoint with ``body=Body.STREAM``; empty otherwise."""
    document: bytes = b""
    """The body, for an endpoint with ``body=Body.DOCUMENT``."""
    arrived_at: str = ""
    """The camera's own IP address that received the request (IPv4-mapped IPv6 as IPv4)."""
    peer: str = ""
    """The IP address of the connection: the caller's or that of a trusted proxy."""
    over_tls: bool = False
    """Whether it came over HTTPS."""

    def requester(self, rank: Rank | None = None) -> Requester:
        """Return the requester for changes by this request; `rank` is by default the account's."""
        rank = rank or self.account.rank
        return Requester(self.account.name, self.address, self.head.path, rank, self.arrived_at, self.over_tls)


class Reply(NamedTuple):
    """A complete answer; the server adds Content-Length and Connection."""

    body: bytes = b""
    status: int = 200
    """HTTP status code."""
    content_type: str = "text/plain"
    headers: tuple[tuple[str, str], ...] = ()
    reason: str = ""
    """Phrase of the status line, if the SDK has its own."""


@dataclass(frozen=True, slots=True)
class FileReply:
    """A complete answer that is read from disk while it is sent. The server closes the file."""

    reply: Reply
    """Head of the answer; without a body."""
    content: ThreadedFile
    start: int
    """Position of the first byte to send."""
    length: int
    """Number of bytes to send."""


class Framing(Enum):
    """Layout of frames in a streaming response (clarifications, 3)."""

    SDK = "sdk"
    """multipart/mixed, each part with the 28-byte payload header."""
    PLAIN = "plain"
    """multipart/x-mixed-replace of image/jpeg, for browsers and players."""
    RAW = "raw"
    """The elementary stream only."""


@dataclass(frozen=True, slots=True)
class Join:
    """A streaming answer: the server sends the frames of `hubs` until the viewer leaves."""

    hubs: tuple[Hub, ...]
    """The video hub first, then optionally the sound hub."""
    framing: Framing
    content_type: str
    sound: bool = False
    """Whether it is sound only."""
    opening: bytes = b""
    """Bytes before the first frame."""


@dataclass(frozen=True, slots=True)
class EventStream:
    """An answer of unknown length: server-sent events, or a file that is created while it is sent. Its endpoint is
    `for_caller`."""

    messages: AsyncGenerator[bytes, None]
    """Messages. The server requests the next one when the client has read the last, and closes them when it
    disconnects."""
    content_type: str = "text/event-stream"
    headers: tuple[tuple[str, str], ...] = ()


LateAnswer = Reply | Join | FileReply | EventStream
"""Awaitable answer of an action."""

Action = Callable[[Call], Reply | Join | Awaitable[LateAnswer]]
"""Function of an endpoint: answers a call directly, or with an awaitable. Raises ``RequestFailed`` or ``HttpError``."""


class Body(Enum):
    """Body of a POST that an endpoint accepts."""

    FORM = "form"
    """application/x-www-form-urlencoded, merged into the query; at most 64 KiB."""
    TEXT_FORM = "text form"
    """The same, with values of several lines."""
    DOCUMENT = "document"
    """Passed to the action as a whole; at most 256 KiB."""
    STREAM = "stream"
    """Passed to the action in pieces."""


ANY = "*"
"""Last part of an endpoint's path that matches any word."""


class LoginPlace(Enum):
    """Place of the login in a request."""

    HEAD = "head"
    """In ``Authorization``, of an account with the endpoint's rank."""
    BODY = "body"
    """In ``Authorization``, or in the body (WS-UsernameToken), which the action checks; until then the caller is
    anonymous."""
    TOKEN = "token"
    """In ``Authorization``: of an account with the endpoint's rank, or a bearer token (RFC 6750), which the action
    checks; until then the caller is anonymous."""
    NONE = "none"
    """None: no login needed."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One path of the camera."""

    path: str
    """Lower-case path; requests match it in any case."""
    rank: Rank
    """Lowest rank that may call it."""
    action: Action
    aliases: tuple[str, ...] = ()
    changes: Callable[[Query], bool] = field(default=lambda _: True)
    """Returns whether a request changes something, so that other sites must not send it through a browser."""
    methods: tuple[str, ...] = ("GET", "POST")
    body: Body = Body.FORM
    login: LoginPlace = LoginPlace.HEAD
    for_caller: bool = False
    """Only the caller needs the result: the action is cancelled when the connection is closed or half-closed."""
    arguments: Arguments = OTHERS_IGNORED
    """All arguments in the URL or in a form."""
    answers: tuple[Answer, ...] = (TEXT,)
    uploads: tuple[str, ...] = ()
    """Content types of the body of a POST, other than a form."""
    cross_site: bool = False
    """Pages of other permitted sites (``--allowed-host``) may call it."""

    def run(self, call: Call) -> Reply | Join | Awaitable[LateAnswer]:
        """Check the arguments and run the action. Raises ``RequestFailed``, and the errors of the action."""
        self.arguments.check(call.query)
        return self.action(call)


def never(_: Query) -> bool:
    """For ``changes``: this endpoint only reads."""
    return False


def unless_action(*readers: str) -> Callable[[Query], bool]:
    """Return a function for ``changes``: all values of ``action`` change something, except these."""
    return lambda query: (query.get(ACTION) or "").lower() not in readers


def text(*lines: str) -> Reply:
    """Return a text/plain answer with these lines, each ended by CRLF (clarifications, Every CGI)."""
    return Reply("\r\n".join((*lines, "")).encode())
