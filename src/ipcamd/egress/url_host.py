"""URL host: a URL's host as name or IP address; the zone of a link-local one, ``[fe80::1%25eth0]`` (RFC 6874)."""

import re
from urllib.parse import SplitResult, urlsplit

_ZONE = re.compile(r"%25[^][@]*(?=](:[0-9]*)?$)")
"""Zone in the authority of a URL."""


def url_host(parts: SplitResult) -> str:
    """Return the host of a URL, with its zone as sockets take it (``fe80::1%eth0``); "" without a host."""
    return (parts.hostname or "").replace("%25", "%", 1)


def without_zone(url: str) -> str:
    """Return a URL for a request: without the zone, which has a meaning on this machine only (RFC 6874, 1)."""
    parts = urlsplit(url)
    return parts._replace(netloc=_ZONE.sub("", parts.netloc)).geturl()
