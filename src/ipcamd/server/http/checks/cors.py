"""Cross-origin resource sharing (CORS): endpoints that pages of allowed sites may call (WHATWG Fetch, 3.2)."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from ipcamd.cgi.endpoint import Endpoint, Join, LateAnswer, Reply
from ipcamd.errors import HttpError
from ipcamd.wire.http.message import Head

PREFLIGHT = "OPTIONS"
"""Method of the preflight request, which browsers send before a page's request."""
_READABLE = "Location, ETag, Link, Retry-After, WWW-Authenticate"
_SENDABLE = "Authorization, Content-Type, If-Match"
_KEPT_S = 600

Fields = tuple[tuple[str, str], ...]
"""Fields of a response."""


class CrossOrigin:
    """The sites whose pages may call endpoints with ``cross_site``."""

    def __init__(self, is_allowed: Callable[[str], bool]) -> None:
        """`is_allowed` returns whether the owner allows a host name (``--allowed-host``)."""
        self._is_allowed = is_allowed

    def allows(self, endpoint: Endpoint, head: Head) -> bool:
        """Whether the sender may call the endpoint, regardless of its site.

        Browsers send a page's origin with each request that such an endpoint treats as a change; a client that sends
        none is not a browser, although some (Node) send other fields of browsers.
        """
        origin = head.fields.get("origin")
        return endpoint.cross_site and (origin is None or self._is_shared(origin))

    def fields(self, endpoint: Endpoint, head: Head) -> Fields:
        """Return the fields that let the page read a response; empty for pages of other sites."""
        if not endpoint.cross_site:
            return ()
        origin = head.fields.get("origin", "")
        shared = (("Access-Control-Allow-Origin", origin), ("Access-Control-Expose-Headers", _READABLE))
        return (("Vary", "Origin"), *(shared if self._is_shared(origin) else ()))

    def answer_preflight(self, endpoint: Endpoint, head: Head) -> Reply:
        """Return the answer to ``OPTIONS``."""
        methods = ", ".join((*endpoint.methods, PREFLIGHT))
        fields = (("Allow", methods), *((("Accept-Post", ", ".join(endpoint.uploads)),) if endpoint.uploads else ()))
        if self._is_shared(head.fields.get("origin", "")):
            asked = (("Access-Control-Allow-Methods", methods), ("Access-Control-Allow-Headers", _SENDABLE))
            fields += (*asked, ("Access-Control-Max-Age", str(_KEPT_S)))
        return Reply(status=204, headers=(*fields, *self.fields(endpoint, head)))

    def share(
        self, outcome: Callable[[], Reply | Join | Awaitable[LateAnswer]], fields: Fields
    ) -> Reply | Join | Awaitable[LateAnswer]:
        """Return the outcome of an action with `fields` in its answer. Raises its ``HttpError`` with them."""
        with _added_to_error(fields):
            answer = outcome()
        if isinstance(answer, Reply):
            return _with(answer, fields)
        return answer if isinstance(answer, Join) else _share_later(answer, fields)

    def _is_shared(self, origin: str) -> bool:
        try:
            host = urlsplit(origin).hostname
        except ValueError:
            return False
        return host is not None and self._is_allowed(host)


@contextmanager
def _added_to_error(fields: Fields) -> Iterator[None]:
    """Add fields to an ``HttpError`` that the block raises."""
    try:
        yield
    except HttpError as error:
        error.headers = (*error.headers, *fields)
        raise


async def _share_later(answer: Awaitable[LateAnswer], fields: Fields) -> LateAnswer:
    with _added_to_error(fields):
        reply = await answer
    return _with(reply, fields) if isinstance(reply, Reply) else reply


def _with(reply: Reply, fields: Fields) -> Reply:
    return reply._replace(headers=(*reply.headers, *fields))
