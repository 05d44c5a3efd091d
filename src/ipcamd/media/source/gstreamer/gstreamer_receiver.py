"""GStreamer receiver: pictures and sound of a pipeline that runs as a process of its own."""

import io
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from subprocess import PIPE, Popen, TimeoutExpired
from typing import IO, TYPE_CHECKING

from ipcamd.errors import SourceError
from ipcamd.media.capture.signal_timeout import SilenceLimit
from ipcamd.media.frame import Packet, Picture, Sound
from ipcamd.media.source.clock_recovery import ClockRecovery
from ipcamd.media.source.ffmpeg import open_media
from ipcamd.media.source.gstreamer import RUNNER, GstreamerSource
from ipcamd.media.source.network.ffmpeg_receiver import low_delay_options, receive_live
from ipcamd.media.source.pacing import Clock
from ipcamd.media.source.pipe.pipe_reader import PipeReader

if TYPE_CHECKING:
    from ipcamd.media.source import Wanted

_END_S = 1.0
"""Time for the process to end by itself, in seconds."""


def receive_gstreamer(
    source: GstreamerSource, wanted: "Callable[[], Wanted]", stop: threading.Event, clock: Clock
) -> Iterator[Packet | Picture | Sound]:
    """Yield pictures and sound until `stop` is set (see `Source.play`). Raises `SourceError`."""
    limit = SilenceLimit()
    options = low_delay_options() | {"protocol_whitelist": ""}
    with tempfile.TemporaryFile() as messages, _run(source.pipeline, messages) as process:
        assert process.stdout
        reader = PipeReader(io.FileIO(process.stdout.fileno(), closefd=False))
        reader.start(limit, stop)
        try:
            with closing(open_media(reader, options, "matroska", limit)) as medium:
                yield from receive_live(medium, wanted, ClockRecovery(clock, stop), stop, clock, limit)
        except SourceError as error:
            if stop.is_set():
                return
            raise (_explain(source, process, messages) if reader.ended else error) from None


@contextmanager
def _run(pipeline: bytes, messages: IO[bytes]) -> Iterator["Popen[bytes]"]:
    """Run a pipeline until the end of the block."""
    with Popen(RUNNER, bufsize=0, stdin=PIPE, stdout=PIPE, stderr=messages, start_new_session=True) as process:
        try:
            assert process.stdin
            process.stdin.write(pipeline)
            process.stdin.close()
            yield process
        finally:
            process.kill()


def _explain(source: GstreamerSource, process: "Popen[bytes]", messages: IO[bytes]) -> SourceError:
    """Return why the pipeline ended."""
    try:
        process.wait(_END_S)
    except TimeoutExpired:
        return SourceError("ended")
    messages.seek(0)
    return SourceError(source.explain(messages.read(1 << 16)) if process.returncode else "ended")
