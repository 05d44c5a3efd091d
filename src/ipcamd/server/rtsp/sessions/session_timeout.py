"""Time-outs of RTSP sessions: before the first PLAY, without a keep-alive, without a connection."""

TIMEOUT_S = 60
"""Seconds until a session without a keep-alive ends (RFC 2326, 12.37)."""
UNPLAYED_S = 10
"""Seconds from SETUP to the first PLAY; keep-alives do not extend them."""
DETACHED_S = 10
"""Seconds for which a session over UDP outlives its connection; another connection may continue it."""


class SessionTimeout:
    """Time-out of one session, by a monotonic clock. It begins with the first SETUP."""

    __slots__ = ("_ends_s", "_is_played")

    def __init__(self, now_s: float) -> None:
        self._ends_s = now_s + UNPLAYED_S
        self._is_played = False

    def begin_play(self, now_s: float) -> None:
        """Record the first PLAY: keep-alives count from now on."""
        self._is_played = True
        self.keep_alive(now_s)

    def keep_alive(self, now_s: float) -> None:
        """Restart the time-out, if the session has been played."""
        if self._is_played:
            self._ends_s = now_s + TIMEOUT_S

    def detach(self, now_s: float) -> None:
        """Record that the connection has closed."""
        self._ends_s = min(self._ends_s, now_s + DETACHED_S)

    def has_passed(self, now_s: float) -> bool:
        """Return whether the session has timed out."""
        return self._ends_s < now_s
