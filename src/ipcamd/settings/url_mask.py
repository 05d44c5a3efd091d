"""URL mask: the form in which archives, logs and pages for others show URLs."""

import re


def cut_urls(text: str) -> str:
    """Return a text in which each URL is reduced to scheme and host; the rest may contain a login or a token."""
    return re.sub(r"://(?:[^/\s]*@)?([^/?\s]*)\S*", r"://\1/...", text)
