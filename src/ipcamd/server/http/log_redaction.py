"""Redaction of requests for the log: removes the secrets that the SDK puts into URLs."""

import re
from urllib.parse import unquote

_SECRET = re.compile("pwd|pass|secret|key|token", re.IGNORECASE)
_SCHEME = re.compile("://|%3a%2f%2f", re.IGNORECASE)
_LOGIN = re.compile("(.*)(?:@|%40)")
_QUERY = re.compile("%3f", re.IGNORECASE)
"""Beginning of the query in a URL that is the value of a parameter; an unescaped question mark separates parameters."""
_PIECES = re.compile("([&?])")
_CONTROL = re.compile(r"[^\x20-\x7e]")


def redacted(target: str) -> str:
    """Return a request target in which ``***`` replaces secrets: values of parameters with suspicious names, and login
    and query of URLs in parameters.
    """
    return _CONTROL.sub("?", "".join(_hide(piece) for piece in _PIECES.split(target)))


def _hide(piece: str) -> str:
    name, equals, _ = piece.partition("=")
    if equals and _SECRET.search(unquote(name)):
        return f"{name}=***"
    scheme = _SCHEME.search(piece)
    if scheme and (query := _QUERY.search(piece, scheme.end())):
        piece = f"{piece[: query.end()]}***"
    login = scheme and _LOGIN.match(piece, scheme.end())
    return f"{piece[: login.start()]}***{piece[login.end(1) :]}" if login else piece
