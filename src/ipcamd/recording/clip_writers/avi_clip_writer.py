"""Clip writer of AVI: the part before the start, needed for decoding, plays at double speed."""

from dataclasses import replace

from ipcamd.media.frame import EncodedFrame
from ipcamd.recording.clip_writer import VideoClipWriter
from ipcamd.recording.container_format import avi_format_of
from ipcamd.time_units import SECOND_NS
from ipcamd.wire.avi.layout import SOUND_RATE, AviFormat
from ipcamd.wire.avi.writer import AviWriter

LEAD_IN_SPEED = 2
"""Factor of the frame rate of a clip that begins with pictures from before its start."""


class AviClipWriter(VideoClipWriter):
    """Writer of AVI clips.

    The clip starts at `start_ns`. Earlier pictures, back to the last key frame, are needed for decoding; they play at
    double speed, and so do the following pictures until picture and time match again.
    """

    def _format_of(self, key: EncodedFrame) -> AviFormat:
        return avi_format_of(key)

    def _make_writer(self, first: EncodedFrame) -> AviWriter:
        origin_ns = max(self._start_ns, first.captured_ns)
        avi_format = avi_format_of(first, self._sound, LEAD_IN_SPEED if first.captured_ns < origin_ns else 1)
        return AviWriter(avi_format, self._local(origin_ns), origin_ns)

    def _trim(self, block: EncodedFrame, end_ns: int) -> EncodedFrame:
        return replace(block, payload=block.payload[: (end_ns - block.captured_ns) * SOUND_RATE // SECOND_NS])
