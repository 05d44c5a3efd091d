"""HTTP/1.x requests and responses (RFC 9112): tolerant of the SDK's old clients, strict where laxness is dangerous."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Head:
    """A request's line and header fields."""

    method: str
    """Upper-case."""
    target: str
    """Path and query as sent."""
    path: str
    """Percent-decoded, case as sent, never with a dot segment or a control character."""
    query: str
    """What stands behind the first ``?``, as sent."""
    version: tuple[int, int]
    fields: Mapping[str, str]
    """Header fields by lower-case name; repeated ones joined by ``, ``."""
    length: int | None
    """Bytes of the body; 0 for none; None for chunked or (``Content-Length`` missing on a POST) until the peer closes."""
    keep_alive: bool


class RequestParser:
    """Feed it bytes, it returns what they complete: a `Head`, pieces of its body as ``bytes``, ``None`` at a request's end.

    Raises `ipcamd.errors.HttpError` (400, 413, 414, 431, 505); the connection must then be closed.
    """

    def feed(self, data: bytes) -> list[Head | bytes | None]:
        """Take what arrived and return what it completes."""
        raise NotImplementedError


def response(status: int, fields: list[tuple[str, str]], body: bytes = b"") -> bytes:
    """Return a whole response, HTTP/1.1; ``Content-Length`` is among `fields` or the answer is endless."""
    raise NotImplementedError
