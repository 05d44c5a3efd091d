"""Endless multipart answers: layout of each frame (SDK 3; clarifications, 3; RFC 2046).

The boundary line before a part is sent directly after the previous part, and the first one with the answer's head. The
bytes are the same, but a client that searches for the boundary shows each picture at once, instead of when the next one
arrives.
"""

SDK_TYPE = "multipart/mixed;boundary=myboundary"
"""The vendor's viewer requires exactly this form: no blank, unquoted, last on its line."""
PLAIN_TYPE = "multipart/x-mixed-replace;boundary=myboundary"
"""Content type of JPEG streams for browsers and players, with the same unquoted boundary."""

OPENING = b"--myboundary\r\n"
"""Bytes between the answer's head and the first part."""


def sdk_part(header: bytes, payload: bytes) -> tuple[bytes, ...]:
    """Return the pieces of a part with the 28-byte payload `header`; its length defines its end, no CRLF follows."""
    return b"Content-Length: %d\r\n\r\n" % (len(header) + len(payload)), header, payload, OPENING


def plain_part(payload: bytes, content_type: bytes = b"image/jpeg") -> tuple[bytes, ...]:
    """Return the pieces of a part in the form for browsers and players."""
    head = b"Content-Type: %b\r\nContent-Length: %d\r\n\r\n" % (content_type, len(payload))
    return head, payload, b"\r\n", OPENING
