"""Key frame requests to a source that takes them: at most one per second."""

from typing import Protocol

from ipcamd.time_units import SECOND_NS

KEY_FRAME_REQUEST_PAUSE_NS = SECOND_NS
"""Shortest time from a key frame, or a request for one, to the next request, in nanoseconds."""


class KeyFrameSource(Protocol):
    """Encoder of a source that may take requests for key frames."""

    def request_key_frame(self) -> None:
        """Request a key frame soon, if it takes requests; never blocks."""


class KeyFrameRequestPause:
    """Requests to one source. For one thread. Times are in nanoseconds of one clock."""

    def __init__(self, source: KeyFrameSource) -> None:
        self._source = source
        self._last_ns: int | None = None
        """Time of the last key frame, or of a later request for one."""

    def note_key_frame(self, at_ns: int) -> None:
        """Record a key frame: no request follows it at once."""
        self._last_ns = at_ns

    def request(self, now_ns: int) -> None:
        """Request a key frame, unless there was one, or a request, within the last second. The clock may be set."""
        if self._last_ns is None or abs(now_ns - self._last_ns) >= KEY_FRAME_REQUEST_PAUSE_NS:
            self._last_ns = now_ns
            self._source.request_key_frame()
