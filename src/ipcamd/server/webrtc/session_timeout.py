"""Time-outs of WebRTC sessions: before the client has connected, and without a packet from it."""

CONNECT_S = 10.0
"""Seconds from the offer to the end of the DTLS handshake."""
CONSENT_S = 30.0
"""Seconds without a packet from the client after which its consent expires (RFC 7675)."""


def has_timed_out(now_s: float, offered_s: float, heard_s: float | None) -> bool:
    """Return whether a session is over: offered at `offered_s`, last packet at `heard_s`; None: not connected yet."""
    if heard_s is None:
        return now_s - offered_s > CONNECT_S
    return now_s - heard_s > CONSENT_S
