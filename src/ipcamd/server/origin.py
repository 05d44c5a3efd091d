"""Requests that a browser sends for another site (CSRF) or under a name that is not the camera's (DNS rebinding)."""

import ipaddress
from collections.abc import Container
from urllib.parse import urlsplit

from ipcamd.wire.http import Head


def from_another_site(head: Head) -> bool:
    """Whether a browser marked the request as coming from another site (clarifications, last section).

    Clients that are no browsers send neither field, and pass.
    """
    if head.fields.get("sec-fetch-site", "").lower() in ("cross-site", "same-site"):
        return True
    origin = head.fields.get("origin")
    if origin is None:
        return False
    place = _place(origin)
    return place is None or place != _place(f"{origin.partition(':')[0]}://{head.fields.get('host', '')}")


def under_foreign_name(head: Head, names: Container[str]) -> bool:
    """Whether a browser reached the camera by a host name that is none of `names` (lower-case), nor an address.

    Only for requests that carry a browser's marks: old clients send anything as Host. A browser keeps the camera's
    login to the name it was given under, so this only closes what is left when somebody types it in again.
    """
    if "origin" not in head.fields and "sec-fetch-site" not in head.fields:
        return False
    place = _place(f"http://{head.fields.get('host', '')}")
    return place is None or not (place[0] == "localhost" or place[0] in names or _is_address(place[0]))


def _place(url: str) -> tuple[str, int] | None:
    """Return host and port; None for ``null`` and what is no URL, which equals no other."""
    try:
        parts = urlsplit(url)
        if not parts.hostname:
            return None
        return parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return None


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
