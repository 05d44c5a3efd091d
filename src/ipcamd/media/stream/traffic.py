"""Traffic counters: sent and dropped frames and bytes of each stream, by protocol, and the log of slow viewers."""

import asyncio
import logging
from collections import Counter
from collections.abc import Hashable, Iterator
from typing import NamedTuple

ENCODER = "encoder"
"""Protocol of frames that are dropped before they reach a viewer, because the camera is too busy."""
RECORDING = "recording"
"""Protocol of frames that are recorded continuously."""
GATHER_S = 1.0
"""Seconds from the first dropped frame to the warning, which sums up the frames of this time."""
INTERVAL_S = 60.0
"""Seconds from one warning to the next."""
MAX_NAMED = 10
"""Most viewers named in one warning, the slowest first."""
MAX_KEPT = 1000
"""Most viewers counted separately in one interval."""

_log = logging.getLogger(__name__)


class ViewerIdentity(NamedTuple):
    """Viewer as named in logs."""

    address: str
    protocol: str
    account: str = ""
    """Empty for a viewer without a login."""

    def __str__(self) -> str:
        return f"{self.address} ({self.protocol}{', account ' if self.account else ''}{self.account})"


class SlowViewerLog:
    """Warning that names slow viewers, at most once a minute. For the event loop. It has a timer only while frames are
    being dropped."""

    def __init__(self) -> None:
        self._dropped: Counter[tuple[Hashable, str]] = Counter()
        self._unnamed = 0
        self._warned_at = -INTERVAL_S
        self._timer: asyncio.TimerHandle | None = None

    def add(self, viewer: tuple[Hashable, str], count: int) -> None:
        """Count dropped frames of a stream for a viewer."""
        if viewer in self._dropped or len(self._dropped) < MAX_KEPT:
            self._dropped[viewer] += count
        else:
            self._unnamed += count
        if self._timer is None:
            loop = asyncio.get_running_loop()
            due = max(loop.time() + GATHER_S, self._warned_at + INTERVAL_S)
            self._timer = loop.call_at(due, self._warn)

    def close(self) -> None:
        """Write the warning of uncounted frames."""
        if self._timer:
            self._timer.cancel()
            self._warn()

    def _warn(self) -> None:
        self._timer, self._warned_at = None, asyncio.get_running_loop().time()
        slowest = self._dropped.most_common(MAX_NAMED)
        named = ", ".join(f"{count} of {stream} for {viewer}" for (viewer, stream), count in slowest)
        rest = self._dropped.total() + self._unnamed - sum(count for _, count in slowest)
        _log.warning("frames dropped: %s%s", named, f", {rest} for other viewers" if rest else "")
        self._dropped.clear()
        self._unnamed = 0


class StreamTraffic:
    """One stream's viewers of one protocol. For the event loop."""

    __slots__ = ("_log", "bytes_sent", "frames_dropped", "frames_sent", "protocol", "stream")

    def __init__(self, stream: str, protocol: str, log: SlowViewerLog) -> None:
        """`stream` and `protocol` are labels of the counters, such as ``h264`` and ``rtsp``."""
        self.stream = stream
        self.protocol = protocol
        self.frames_sent = 0
        """Counts the frames of each viewer."""
        self.frames_dropped = 0
        """Frames dropped because viewers are slow."""
        self.bytes_sent = 0
        self._log = log

    def send(self, frames: int, size_bytes: int) -> None:
        """Count frames of this size."""
        self.frames_sent += frames
        self.bytes_sent += frames * size_bytes

    def drop(self, viewer: Hashable, count: int) -> None:
        """Count frames that were dropped for `viewer`, and name it in a warning."""
        self.frames_dropped += count
        self._log.add((viewer, self.stream), count)


class Traffic:
    """Counters of all streams. They only increase."""

    def __init__(self) -> None:
        self._log = SlowViewerLog()
        self._streams: dict[tuple[str, str], StreamTraffic] = {}

    def __iter__(self) -> Iterator[StreamTraffic]:
        return iter(self._streams.values())

    def of(self, stream: str, protocol: str) -> StreamTraffic:
        """Return the counters of a stream (``mjpeg`` ...) by a protocol (``http``, ``rtsp``, `RECORDING` ...)."""
        key = stream, protocol
        if key not in self._streams:
            self._streams[key] = StreamTraffic(*key, self._log)
        return self._streams[key]

    def report(self) -> list[tuple[str, str]]:
        """Return titles and figures for a report to users."""
        return [
            (f"Frames {each.stream} {each.protocol}", f"{each.frames_sent} sent, {each.frames_dropped} dropped")
            for each in self
        ]

    def close(self) -> None:
        """Write the last warning, if any."""
        self._log.close()
