"""Requests as they may stand in a log: without the secrets that the SDK puts into URLs."""

import re
from urllib.parse import unquote

_SECRET = re.compile("pwd|pass|secret|key", re.IGNORECASE)
_PIECES = re.compile("([&?])")
_CONTROL = re.compile(r"[^\x20-\x7e]")


def redacted(target: str) -> str:
    """Return a request target with ``***`` for the value of every parameter whose name smells of a secret."""
    return _CONTROL.sub("?", "".join(_hide(piece) for piece in _PIECES.split(target)))


def _hide(piece: str) -> str:
    name, equals, _ = piece.partition("=")
    return f"{name}=***" if equals and _SECRET.search(unquote(name)) else piece
