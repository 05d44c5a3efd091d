"""Traffic counters: sent and dropped frames and bytes of each stream, by protocol."""

from collections.abc import Hashable, Iterator
from typing import NamedTuple

from ipcamd.media.stream.slow_viewer_log import SlowViewerLog

ENCODER = "encoder"
"""Protocol of frames that are dropped before they reach a viewer, because the camera is too busy."""
RECORDING = "recording"
"""Protocol of frames that are recorded continuously."""


class ViewerIdentity(NamedTuple):
    """Viewer as named in logs."""

    address: str
    protocol: str
    account: str = ""
    """Empty for a viewer without a login."""

    def __str__(self) -> str:
        return f"{self.address} ({self.protocol}{', account ' if self.account else ''}{self.account})"


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

    def __init__(self, log: SlowViewerLog | None = None) -> None:
        self._log = log or SlowViewerLog()
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
