"""Exchange: one request until its endpoint runs, with account, parameters and body."""

from collections.abc import Callable
from typing import NamedTuple

from ipcamd.access.accounts import Account
from ipcamd.camera import Camera
from ipcamd.cgi.endpoint import Body, Call, Endpoint
from ipcamd.errors import HttpError
from ipcamd.server.http.checks.forwarded import Forwarded
from ipcamd.server.http.log_redaction import redacted
from ipcamd.server.http.request_body import DOCUMENT_LIMIT, EMPTY, FORM_LIMIT, BodyStream, body_too_long_error
from ipcamd.wire.http.form import form_pairs
from ipcamd.wire.http.message import Head
from ipcamd.wire.http.query import Query

PAGE_NAME_LENGTH = 32
"""Maximum length of the name that a page gives itself."""


class ServedRequest(NamedTuple):
    """Request as it is stored while a stream or a file is sent in response."""

    account: Account
    address: str
    """The client's IP address, possibly reported by a trusted proxy."""
    path: str
    page: str
    """Name that the requesting page gave itself (parameter ``page``)."""


class Exchange:
    """Request that the router has admitted, or whose refusal (`refused`) is sent after its body has been skipped."""

    __slots__ = ("_content", "_endpoint", "account", "client", "complete", "head", "refused", "stream")

    def __init__(self, head: Head, client: Forwarded) -> None:
        self.head = head
        self.client = client
        """The client's side of the request, possibly reported by a trusted proxy."""
        self.complete = head.length == 0
        """Whether the whole request has been read, so that another may follow."""
        self.refused: HttpError | None = None
        self.stream: BodyStream | None = None
        """Body for an endpoint that reads it in pieces."""
        self._endpoint: Endpoint | None = None
        self.account: Account | None = None
        """Account of the caller, after `admit`."""
        self._content = b""

    def __str__(self) -> str:
        """Return the request for the log, without secrets."""
        return f"{self.client.address} {self.head.method} {redacted(self.head.target)}"

    def admit(self, endpoint: Endpoint, account: Account, taken: Callable[[], None]) -> None:
        """Admit the request. `taken` is called when the endpoint takes a piece of a streamed body.

        Raises ``HttpError`` 413.
        """
        self._endpoint, self.account = endpoint, account
        if endpoint.body is Body.STREAM and (self.endless or not self.complete):
            self.stream = BodyStream(taken)
            self.complete = False
        elif (self.head.length or 0) > self._limit:
            raise body_too_long_error(self._limit)

    @property
    def endless(self) -> bool:
        """Whether it is a POST without a length, such as talk, whose body ends with the connection."""
        return self.head.length == 0 and self.head.method == "POST" and "content-length" not in self.head.fields

    @property
    def expects_continue(self) -> bool:
        """Whether the client waits for ``100 Continue`` before it sends the body."""
        return self.head.fields.get("expect", "").lower() == "100-continue"

    def can_skip_body(self, pending: bool) -> bool:
        """Whether the body is short enough to be skipped; `pending`: part of it has arrived."""
        return (pending or not self.expects_continue) and (self.head.length or 0) <= FORM_LIMIT

    @property
    def served(self) -> ServedRequest | None:
        """The request in its stored form, after `admit`."""
        if not self.account or not self._endpoint:
            return None
        page = self.head.parameters.get("page") or ""
        return ServedRequest(self.account, self.client.address, self._endpoint.path, page[:PAGE_NAME_LENGTH])

    def take(self, piece: bytes) -> None:
        """Append a piece of the body. Raises ``HttpError`` 413."""
        if self.stream:
            self.stream.feed(piece)
            return
        self._content += piece
        if len(self._content) > self._limit:
            raise body_too_long_error(self._limit)

    def finish(self) -> None:
        """End the body."""
        self.complete = True
        if self.stream:
            self.stream.end()

    def call(self, camera: Camera, arrived_at: str = "") -> tuple[Endpoint, Call]:
        """Return the endpoint and its call; `arrived_at` is the camera's address.

        Raises the ``HttpError`` of a refusal, or 400 for bad parameters.
        """
        if self.refused or not self._endpoint or not self.account:
            raise self.refused or HttpError(404)
        client, body = self.client, self.stream or EMPTY
        document, query = b"", self.head.parameters
        if self._endpoint.body is Body.DOCUMENT:
            document = self._content
        elif self._content:
            query = self._query()
        more = document, arrived_at, client.peer, client.over_tls
        return self._endpoint, Call(self.head, query, self.account, client.address, camera, body, *more)

    @property
    def _limit(self) -> int:
        """Maximum bytes of the body, unless it is streamed."""
        return DOCUMENT_LIMIT if self._endpoint and self._endpoint.body is Body.DOCUMENT else FORM_LIMIT

    def _query(self) -> Query:
        if self.head.method != "POST":
            return self.head.parameters
        content_type = self.head.fields.get("content-type", "")
        lines = self._endpoint is not None and self._endpoint.body is Body.TEXT_FORM
        if content_type.lower().startswith("multipart/form-data"):
            return Query.of((*self.head.parameters.pairs, *form_pairs(content_type, self._content)), lines=lines)
        return Query.parse(self.head.query, self._content.rstrip(b"\r\n"), lines=lines)
