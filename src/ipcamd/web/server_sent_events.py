"""Server-sent events (WHATWG HTML, 9.2): lines of the streams that pages receive."""

import json

RETRY = b"retry: 1000\n\n"
"""The browser reconnects one second after the connection ends."""
KEEP_ALIVE = b":\n\n"
"""Comment line, which browsers ignore; it keeps proxies from closing the connection (HTML, 9.2.7)."""
KEEP_ALIVE_S = 25.0
"""Seconds of silence after which a comment is sent."""


def format_event(name: str, value: object) -> bytes:
    """Return an event with a JSON value."""
    return f"event: {name}\ndata: {json.dumps(value, separators=(',', ':'))}\n\n".encode()
