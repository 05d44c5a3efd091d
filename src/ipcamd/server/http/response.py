"""HTTP response: the bytes for what an endpoint returned or raised."""

from functools import lru_cache

from ipcamd.cgi.endpoint import Reply
from ipcamd.errors import HttpError, RequestFailed, StoreError
from ipcamd.logs import SummaryLog
from ipcamd.wire.http.message import REASONS, response

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
"""Interim response to ``Expect: 100-continue`` (RFC 9110, 15.2.1)."""
_BODILESS = frozenset({204, 304})
_LENGTH = b"\r\nContent-Length: "


def format_response(
    reply: Reply, *, keep_alive: bool, minor: int, head_only: bool = False, length: int | None = None
) -> bytes:
    """Return a `Reply` as bytes. For HTTP/1.0 clients (`minor` 0), a field states that the connection is kept open.
    `length` is the length of a body that is sent separately."""
    make_head = _head if reply.headers else _usual_head
    before, after = make_head(reply.status, reply.reason, reply.content_type, reply.headers, keep_alive, minor)
    if reply.status in _BODILESS:
        return before
    size = len(reply.body) if length is None else length
    return b"%b%d%b%b" % (before, size, after, b"" if head_only else reply.body)


def _head(
    status: int, reason: str, content_type: str, headers: tuple[tuple[str, str], ...], keep_alive: bool, minor: int
) -> tuple[bytes, bytes]:
    """Return the header before and after the length; for a status without body, all of it is before."""
    fields = [] if status in _BODILESS else [("Content-Type", content_type), ("Content-Length", "")]
    fields += headers
    if not any(name.lower() == "cache-control" for name, _ in headers):
        fields.append(("Cache-Control", "no-store"))
    fields.append(("X-Content-Type-Options", "nosniff"))
    if not keep_alive:
        fields.append(("Connection", "close"))
    elif minor == 0:
        fields.append(("Connection", "keep-alive"))
    before, found, after = response(status, fields, reason=reason).partition(_LENGTH)
    return before + found, after


_usual_head = lru_cache(maxsize=64)(_head)
"""Cached headers of replies without additional fields, of which there are few."""


def format_stream_head(content_type: str, headers: tuple[tuple[str, str], ...] = ()) -> bytes:
    """Return the header of a stream; the content type ends its line (clarifications, 3)."""
    fields = (("Content-Type", content_type), *headers, ("Cache-Control", "no-store"), ("Connection", "close"))
    return response(200, fields)


def error_reply(error: Exception, note_error: SummaryLog) -> Reply:
    """Return the response to a failed request. Unexpected errors are logged; the response shows no details."""
    if isinstance(error, HttpError):
        words = error.message or REASONS.get(error.status, "")
        return Reply(f"{words}\r\n".encode(), error.status, headers=error.headers)
    if isinstance(error, RequestFailed | StoreError):
        words = " ".join(str(error).splitlines())
        return Reply(f"Request failed: {words}\r\n".encode())
    note_error("internal error while handling a request", error=error)
    if isinstance(error, MemoryError):
        return Reply(b"The camera has too little memory for this at present.\r\n", 503)
    return Reply(b"Internal Error\r\n", 500)
