"""Cross-site request forgery: requests that another site makes a browser send. The router refuses them."""

from enum import Enum
from urllib.parse import urlsplit

from ipcamd.server.http.checks.browser import is_from_browser, is_navigation
from ipcamd.server.http.checks.forwarded import Forwarded
from ipcamd.wire.http.message import Head

PAGE_FIELD = "x-camera-page"
"""Field that the camera's own pages send. A browser sends it for a page of another site only after a CORS preflight
that allows it, and the camera never allows it: its presence proves the page's origin, whatever ``Host`` a proxy
sends."""

FOREIGN_REFUSAL = (
    "refused: the request comes from another site; a reverse proxy must set X-Forwarded-Host or keep Host, "
    "and be a --trusted-proxy"
)
"""Message to a request from another site."""


class RequestOrigin(Enum):
    """Origin of a request that changes something."""

    OWN = "own"
    """The camera's own pages, the address bar, or a client other than a browser."""
    FOREIGN = "foreign"
    """Another site."""
    UNKNOWN = "unknown"
    """Either the address bar or another site; the user must confirm the request."""


def origin_of(head: Head, forwarded: Forwarded) -> RequestOrigin:
    """Return where the request comes from (clarifications, Smaller decisions).

    Over plain HTTP browsers send neither ``Sec-Fetch-Site`` nor, with a GET, ``Origin``; and a page can suppress
    ``Referer``.
    """
    fields = head.fields
    site = fields.get("sec-fetch-site", "").lower()
    if site == "same-origin":
        return RequestOrigin.OWN
    if site not in ("", "none"):
        return RequestOrigin.FOREIGN
    if PAGE_FIELD in fields:
        return RequestOrigin.OWN
    page = fields.get("origin", fields.get("referer"))
    if page is not None:
        return RequestOrigin.OWN if _is_own(page, forwarded) else RequestOrigin.FOREIGN
    if site == "none":
        return RequestOrigin.OWN
    if head.method == "GET" and is_navigation(fields):
        return RequestOrigin.UNKNOWN
    return RequestOrigin.FOREIGN if is_from_browser(fields) else RequestOrigin.OWN


def _is_own(page: str, forwarded: Forwarded) -> bool:
    """Whether the URL or origin of a page is the camera's."""
    place = _host_and_port(page)
    scheme = forwarded.scheme or page.partition(":")[0]
    return place is not None and place in [_host_and_port(f"{scheme}://{name}") for name in forwarded.authorities]


def _host_and_port(url: str) -> tuple[str, int] | None:
    """Return host and port; None for ``null`` and for invalid URLs, which match nothing."""
    try:
        parts = urlsplit(url)
        if not parts.hostname:
            return None
        return parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return None
