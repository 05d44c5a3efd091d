"""Requests that a browser sends for another site (CSRF)."""

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


def _place(url: str) -> tuple[str, int] | None:
    """Return host and port; None for ``null`` and what is no URL, which equals no other."""
    try:
        parts = urlsplit(url)
        if not parts.hostname:
            return None
        return parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return None
