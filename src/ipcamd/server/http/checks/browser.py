"""Browser detection from the header fields of a request."""

from collections.abc import Mapping

_BROWSER_FIELDS = frozenset({"origin", "referer"})


def is_navigation(fields: Mapping[str, str]) -> bool:
    """Whether the response is to be displayed as a page.

    Java's HTTP client also requests text/html first, but is not a browser.
    """
    return fields.get("accept", "").startswith("text/html") and not fields.get("user-agent", "").startswith("Java/")


def is_from_browser(fields: Mapping[str, str]) -> bool:
    """Whether a browser sent the request.

    A page can suppress ``Referer``, and browsers send no ``Sec-Fetch-*`` over plain HTTP; a page cannot suppress
    ``User-Agent`` and ``Accept-Language``.
    """
    if not _BROWSER_FIELDS.isdisjoint(fields) or is_navigation(fields):
        return True
    if "\nsec-fetch-" in "\n".join(("", *fields)):
        return True
    return "accept-language" in fields and fields.get("user-agent", "").startswith("Mozilla/")
