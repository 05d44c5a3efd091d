"""Playout delay: RTP header extension by which a sender limits the time for which a receiver delays pictures.

It is libwebrtc's (``http://www.webrtc.org/experiments/rtp-hdrext/playout-delay``), for browsers; the form is that of
one-byte headers (RFC 8285, 4.2). A receiver applies it until it gets another one.
"""

URI = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"
"""Name of the extension in offers and answers."""
_ONE_BYTE_HEADERS, _WORDS = 0xBEDE, 1
_LIMITS = bytes(3)
"""Minimum and maximum delay, 12 bits each: show each picture at once."""


def write_playout_delay(number: int) -> bytes:
    """Return the header extension that requests no delay; `number` is that of the offer."""
    element = bytes((number << 4 | len(_LIMITS) - 1,)) + _LIMITS
    return _ONE_BYTE_HEADERS.to_bytes(2) + _WORDS.to_bytes(2) + element
