"""GStreamer pipeline as a source: ``gst:`` and a pipeline in the notation of ``gst-launch-1.0``."""

import re
import subprocess
import threading
from collections.abc import Callable, Iterator

from ipcamd.errors import ConfigError
from ipcamd.media.frame import SourceItem
from ipcamd.media.source.gstreamer.runner import RUNNER
from ipcamd.media.source.pacing import Clock
from ipcamd.media.source.source import Wanted

_OUTPUT = "matroskamux name=mux streamable=true ! fdsink fd=1 sync=false"
_PICTURES = "video/x-raw,format=I420;image/jpeg;video/x-h264;video/x-h265"
"""Formats that the pipeline may end in; GStreamer chooses one."""

_CHECK_S = 20.0
"""Time limit for parsing a pipeline: at its first start GStreamer examines all its plugins."""

_VALUE = re.compile(r"=\s*(\"(?:[^\"\\]|\\.)*\"|\S+)")
_URI = re.compile(r"[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)


class GstreamerSource:
    """Pictures, and optionally sound, of a pipeline that runs as a process of its own while pictures are needed."""

    sound = True
    """True, because the presence of sound is unknown before the source plays."""

    def __init__(self, text: str, clock: Clock) -> None:
        """`text` is the pipeline; it may contain passwords. `clock` gives the capture times. Raises `ConfigError` if it
        is empty."""
        self._text, self._clock = text.strip(), clock
        first = re.match("[A-Za-z0-9_-]+(?= |$|!)", self._text)
        self.name = f"gst:{first[0] if first else '...'}"
        if not self._text:
            raise ConfigError("source gst: the pipeline is missing, as in gst:videotestsrc ! x264enc tune=zerolatency")

    def check(self) -> None:
        """See `Source`: GStreamer and the elements must be installed, and the pipeline correct."""
        try:
            done = subprocess.run(
                [*RUNNER, "check"], input=self.pipeline, capture_output=True, timeout=_CHECK_S, check=False
            )
        except subprocess.TimeoutExpired:
            raise ConfigError(f"source {self.name}: GStreamer does not answer for {_CHECK_S:g} s") from None
        if done.returncode:
            raise ConfigError(f"source {self.name}: {self.explain(done.stderr)}")

    def play(self, wanted: Callable[[], Wanted], stop: threading.Event) -> Iterator[SourceItem]:
        """See `Source`."""
        from ipcamd.media.source.gstreamer.gstreamer_receiver import receive_gstreamer
        from ipcamd.media.source.reception import Reception

        return receive_gstreamer(self.pipeline, self.explain, Reception(wanted, stop, self._clock))

    @property
    def pipeline(self) -> bytes:
        """The whole pipeline: the user's, then a Matroska stream to standard output."""
        return f'{_OUTPUT} {self._text} ! capsfilter caps="{_PICTURES}" ! mux.'.encode()

    def explain(self, messages: bytes) -> str:
        """Return the last message of GStreamer, without values of the pipeline, which may be secret."""
        said = messages.decode(errors="replace").strip().rpartition("\n")[2] or "the pipeline ended"
        for value in sorted((each.strip('"') for each in _VALUE.findall(self._text)), key=len, reverse=True):
            said = said.replace(value, "...") if len(value) > 2 else said
        return _URI.sub("...", said)
