"""GStreamer receiver: pictures and sound of a pipeline that runs as a process of its own."""

import io
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from subprocess import PIPE, Popen, TimeoutExpired
from typing import IO

from ipcamd.errors import SourceError
from ipcamd.media.frame import SourceItem
from ipcamd.media.source.gstreamer.runner import RUNNER
from ipcamd.media.source.network.ffmpeg_receiver import receive_bytes
from ipcamd.media.source.pipe.pipe_reader import PipeReader
from ipcamd.media.source.reception import Reception

_END_S = 1.0
"""Time for the process to end by itself, in seconds."""


def receive_gstreamer(pipeline: bytes, explain: Callable[[bytes], str], reception: Reception) -> Iterator[SourceItem]:
    """Yield pictures and sound (see `Source.play`). `explain` returns the reason in GStreamer's messages. Raises
    `SourceError`."""
    with tempfile.TemporaryFile() as messages, _run(pipeline, messages) as process:
        assert process.stdout
        reader = PipeReader(io.FileIO(process.stdout.fileno(), closefd=False))
        reader.start(reception.limit, reception.stop)
        try:
            yield from receive_bytes(reader, "matroska", reception)
        except SourceError as error:
            if reception.stop.is_set():
                return
            raise (_explain(explain, process, messages) if reader.ended else error) from None


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


def _explain(explain: Callable[[bytes], str], process: "Popen[bytes]", messages: IO[bytes]) -> SourceError:
    """Return why the pipeline ended."""
    try:
        process.wait(_END_S)
    except TimeoutExpired:
        return SourceError("ended")
    messages.seek(0)
    return SourceError(explain(messages.read(1 << 16)) if process.returncode else "ended")
