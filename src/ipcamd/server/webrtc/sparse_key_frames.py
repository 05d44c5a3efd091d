"""Sparse key frames of a passed-through stream: requested from the source, then replaced by encoded pictures."""

from collections.abc import Callable

from ipcamd.media.stream.hub import Hub
from ipcamd.server.rtp.rtp_stream import RtpStream

KEY_S = 4.0
"""Seconds after the newest key frame at which the camera requests one from its source."""
PATIENCE_S = 2.0
"""Seconds from that request until the pictures are encoded for WebRTC, which limits the wait for a key frame after a
lost packet."""


def replace_sparse(stream: RtpStream, encoded: Callable[[Hub], Hub | None]) -> None:
    """Request a key frame if the newest one is old; if none comes, switch to the hub that `encoded` returns, if any.

    To be called every second while the stream has viewers.
    """
    age_s = stream.key_age_s
    if age_s > KEY_S:
        stream.ask_key()
    if age_s > KEY_S + PATIENCE_S and (hub := encoded(stream.hub)):
        stream.switch(hub)
