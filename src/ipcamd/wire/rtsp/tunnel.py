"""RTSP tunnelled over HTTP, as defined by QuickTime: the client's requests are the Base64 body of a POST."""

import re
from base64 import b64decode

GREETING = (
    b"HTTP/1.0 200 OK\r\nConnection: close\r\nCache-Control: no-store\r\n"
    b"Content-Type: application/x-rtsp-tunnelled\r\n\r\n"
)
"""Answer to the GET, whose connection then carries all data to the client; the POST gets no answer."""

_BLANK = b"\r\n\t "
_QUANTUM = re.compile(rb"(?:[A-Za-z0-9+/]{4})+|[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=")


class TunnelDecoder:
    """Incremental Base64 decoder: accepts blanks anywhere, and padding after each request."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> bytes:
        """Return the decoded bytes so far. Raises ``ValueError`` for invalid Base64."""
        text = self._rest + data.translate(None, _BLANK)
        whole = len(text) // 4 * 4
        self._rest = text[whole:]
        out, at = [], 0
        while at < whole:
            match = _QUANTUM.match(text, at, whole)
            if match is None:
                raise ValueError("not Base64")
            out.append(b64decode(match[0]))
            at = match.end()
        return b"".join(out)
