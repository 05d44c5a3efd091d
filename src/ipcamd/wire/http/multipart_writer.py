"""Endless multipart answers: how each frame is laid out (SDK 3; clarifications, 3; RFC 2046).

The boundary line that belongs before a part is sent right behind the part before it, and the first one with the
answer's head. The bytes are the same, but a client that looks for the boundary instead of counting shows each picture
at once and not when the next one comes.
"""

SDK_TYPE = "multipart/mixed;boundary=myboundary"
"""The vendor's viewer looks for exactly this: no blank, unquoted, last on its line."""
PLAIN_TYPE = "multipart/x-mixed-replace;boundary=myboundary"
"""Content type of JPEG streams for browsers and players, with the same unquoted boundary."""

OPENING = b"--myboundary\r\n"
"""Stands between the answer's head and the first part."""


def sdk_part(header: bytes, payload: bytes) -> tuple[bytes, ...]:
    """Return the pieces of a part with the 28-byte payload `header`; its length says where it ends, no CRLF follows."""
    return b"Content-Length: %d\r\n\r\n" % (len(header) + len(payload)), header, payload, OPENING


def plain_part(payload: bytes, content_type: bytes = b"image/jpeg") -> tuple[bytes, ...]:
    """Return the pieces of a part as browsers and players know it."""
    head = b"Content-Type: %b\r\nContent-Length: %d\r\n\r\n" % (content_type, len(payload))
    return head, payload, b"\r\n", OPENING
