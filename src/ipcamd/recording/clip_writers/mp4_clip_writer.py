"""Clip writer of MP4: fragments with H.264 or H.265 and AAC or Opus, which browsers play directly."""

from ipcamd.media.codecs import Codec
from ipcamd.media.frame import EncodedFrame
from ipcamd.media.mp4.muxer import LEAP_NS, find_format
from ipcamd.recording.clip_writer import VideoClipWriter
from ipcamd.recording.container_format import Local
from ipcamd.storage.disk import Disk
from ipcamd.wire.mp4.file_writer import Mp4FileWriter
from ipcamd.wire.mp4.tracks import Mp4Format


class Mp4ClipWriter(VideoClipWriter):
    """Writer of MP4 clips.

    A clip begins with the key frame before its start. A step of the clock starts another file.
    """

    def __init__(self, disk: Disk, model: str, local: Local, start_ns: int, sound: Codec | None) -> None:
        """`model` is the prefix of the file name; see `VideoClipWriter`."""
        super().__init__(disk, model, local, start_ns, sound)
        self._last_ns: int | None = None

    def _format_of(self, key: EncodedFrame) -> Mp4Format | None:
        return find_format(key, self._sound)

    def _continues(self, frame: EncodedFrame) -> bool:
        last_ns, self._last_ns = self._last_ns, frame.captured_ns
        return last_ns is None or 0 <= frame.captured_ns - last_ns < LEAP_NS

    def _make_writer(self, first: EncodedFrame) -> Mp4FileWriter:
        assert isinstance(self._format, Mp4Format)
        return Mp4FileWriter(self._format, first.rate, first.captured_ns)
