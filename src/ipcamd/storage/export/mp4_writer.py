"""MP4 writer of exports: writes fragments sequentially, so the index needs no memory (ISO/IEC 14496-12, 8.8).

For threads.
"""

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from fractions import Fraction
from typing import BinaryIO

import av
from av.container import InputContainer, OutputContainer

from ipcamd.storage.export.bounded_pipe import BoundedPipe
from ipcamd.storage.export.continuous_audio import ContinuousAudio
from ipcamd.storage.export.picture_track import CopiedPictures, EncodedPictures
from ipcamd.storage.export.plan import ExportPlan
from ipcamd.storage.export.recording_selection import ExportPart
from ipcamd.storage.playback.remux import open_container, seek, video_stream_of
from ipcamd.storage.recording import Recording

BEHIND_S = 2.0
"""Seconds that sound may lag behind the pictures before silence replaces it."""
BUFFER_BYTES = 256 * 1024
"""Bytes passed on in one piece."""
_FRAGMENTS = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
_MILLISECOND = Fraction(1, 1000)

OpenRecording = Callable[[Recording], BinaryIO]
"""Function that opens a recording for reading. Raises ``OSError``."""
NoteProgress = Callable[[float], None]
"""Callback with the seconds of video written so far."""


def write_mp4(
    plan: ExportPlan, open_recording: OpenRecording, pipe: BoundedPipe, zone: tzinfo, note_progress: NoteProgress
) -> None:
    """Write an export; `zone` is the time zone of its chapter titles. Raises ``OSError`` and ``ValueError``."""
    options = {"format": "mp4", "options": _FRAGMENTS, "buffer_size": BUFFER_BYTES}
    with av.open(pipe, "w", **options) as out:  # type: ignore[call-overload]
        _describe(out, plan, zone)
        _Mp4Writer(plan, out, pipe.check_open, note_progress).write(open_recording)


class _Mp4Writer:
    def __init__(
        self, plan: ExportPlan, out: OutputContainer, check_wanted: Callable[[], None], note_progress: NoteProgress
    ) -> None:
        self._plan, self._out = plan, out
        self._check_wanted, self._note_progress = check_wanted, note_progress
        self._pictures: CopiedPictures | EncodedPictures | None = None
        self._sound: ContinuousAudio | None = None

    def write(self, open_recording: OpenRecording) -> None:
        at_s = 0.0
        for part in self._plan.parts:
            with open_recording(part.recording) as source, open_container(source) as container:
                at_s = self._add(part, container, at_s)
        if isinstance(self._pictures, EncodedPictures):
            self._pictures.finish()
        if self._sound:
            self._sound.finish()

    def _add(self, part: ExportPart, container: InputContainer, start_s: float) -> float:
        """Add a part of a recording at `start_s`; return the end of the part, in seconds."""
        offset_s, end_s = start_s - part.start_s, start_s + part.end_s - part.start_s
        source = video_stream_of(container)
        pictures, sound = self._tracks(container)
        pictures.begin_part(source, start_s)
        if sound:
            sound.begin_part()
        seek(container, part.start_s - 1 / float(source.average_rate or 30))
        for packet in container.demux():
            self._check_wanted()
            if packet.dts is None:
                continue
            at_s = float(packet.dts * packet.time_base) + offset_s
            if at_s >= end_s + BEHIND_S:
                break
            if packet.stream.type == "audio" and sound:
                sound.put(packet, at_s, start_s, end_s)
            elif packet.stream.type == "video" and at_s < end_s:
                pictures.put(packet, at_s)
                self._note_progress(max(start_s, at_s))
                if sound:
                    sound.fill(at_s - BEHIND_S)
        pictures.end_part(end_s)
        if sound:
            sound.fill(end_s)
        return end_s

    def _tracks(self, container: InputContainer) -> tuple[CopiedPictures | EncodedPictures, ContinuousAudio | None]:
        if not self._pictures:
            plan, out = self._plan, self._out
            self._pictures = (
                EncodedPictures(out, plan.size, plan.rate)
                if plan.encoded_because
                else CopiedPictures(out, video_stream_of(container))
            )
            self._sound = ContinuousAudio(out) if plan.has_audio else None
        return self._pictures, self._sound


def _describe(out: OutputContainer, plan: ExportPlan, zone: tzinfo) -> None:
    """Add metadata: the time of the recording, and a chapter after each gap."""
    began = datetime.fromtimestamp(plan.start_ns / 1e9, UTC)
    out.metadata["creation_time"] = f"{began:%Y-%m-%dT%H:%M:%S.%fZ}"
    if plan.gaps:
        out.set_chapters(_chapters(plan, zone))


def _chapters(plan: ExportPlan, zone: tzinfo) -> "list[av.container.core.Chapter]":
    starts: list[tuple[int, int]] = []  # position in the video in milliseconds, and time of day
    after_gaps, at_ms = {end for _, end in plan.gaps}, 0.0
    for part in plan.parts:
        if not starts or part.start_ns in after_gaps:
            starts.append((round(at_ms), part.start_ns))
        at_ms += (part.end_ns - part.start_ns) / 1e6
    ends = [*(at for at, _ in starts[1:]), round(at_ms)]
    return [
        {
            "id": number,
            "start": at,
            "end": end,
            "time_base": _MILLISECOND,
            "metadata": {"title": _title(start_ns, zone)},
        }
        for number, ((at, start_ns), end) in enumerate(zip(starts, ends, strict=True))
    ]


def _title(moment_ns: int, zone: tzinfo) -> str:
    return f"{datetime.fromtimestamp(moment_ns / 1e9, zone):%Y-%m-%d %H:%M:%S}"
