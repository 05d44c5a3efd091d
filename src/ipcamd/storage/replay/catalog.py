"""Replay catalog: the sections of the card's timeline, and the format of each."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from ipcamd.dataclass import dataclass
from ipcamd.media.codecs import Codec, audio_codecs, video_codecs
from ipcamd.storage.card import Card
from ipcamd.storage.disk import Disk
from ipcamd.storage.export.recording_format import RecordingFormat, read_format
from ipcamd.storage.export.recording_selection import ExportPart, select_parts
from ipcamd.storage.recording import Recording
from ipcamd.workers.pool import WorkerPool

FOREVER_NS = 1 << 62
"""End of an open range: later than every recording."""
CONTIGUOUS_NS = 1_000_000_000
"""Maximum gap between sections that count as continuous: files follow each other at key frames."""
READ_S = 10.0
"""Seconds that a request waits while the card is being read."""
BATCH = 50
"""Files whose format is read in one batch."""

TRACKS: tuple[Codec, ...] = (*video_codecs(), *audio_codecs())
"""Codecs of the tracks that recordings can have, in a fixed order; sound is last."""


@dataclass(frozen=True, slots=True)
class Section:
    """Part of the timeline in one file; times are nanoseconds since the epoch, UTC."""

    recording: Recording
    start_ns: int
    end_ns: int
    format: RecordingFormat

    @property
    def codecs(self) -> tuple[Codec, ...]:
        """Codecs of its tracks."""
        return (self.format.codec, self.format.sound) if self.format.sound else (self.format.codec,)


@dataclass(frozen=True, slots=True)
class TrackSpan:
    """Time range of one track's data."""

    codec: Codec
    first_ns: int
    last_ns: int
    format: RecordingFormat
    """Format of the newest section."""


class ReplayCatalog:
    """Catalog for the event loop. Threads read the format of each file once."""

    def __init__(self, card: Card) -> None:
        self.card = card
        self.threads = WorkerPool("replay", 2)
        """Threads that read recordings; a card that hangs blocks only these."""
        self._formats: dict[tuple[tuple[str, str], int], RecordingFormat | None] = {}
        """Formats by key and start of a recording; None for a file that cannot be replayed."""
        self._state: tuple[int, list[Recording]] | None = None
        self._selected: Sequence[ExportPart] = ()

    async def sections(self) -> tuple[Section, ...]:
        """Return all sections in order of time and without overlap. Raises `CardBusy`."""
        await self.card.wait_until_read(READ_S)
        parts = self._parts()
        await self._read_formats([part.recording for part in parts])
        return tuple(self._with_formats(parts))

    def _parts(self) -> Sequence[ExportPart]:
        index = self.card.index
        state = index.revision, [recording for recording in index if recording.writing]
        if state != self._state:
            self._state, self._selected = state, select_parts(index, 0, FOREVER_NS, with_writing=True)
        return self._selected

    async def _read_formats(self, recordings: Sequence[Recording]) -> None:
        missing = [recording for recording in recordings if _identity(recording) not in self._formats]
        for start in range(0, len(missing), BATCH):
            some = missing[start : start + BATCH]
            for recording, found in zip(
                some, await self.threads.run(partial(_read_all, self.card.disk, some)), strict=True
            ):
                if found or not recording.writing:
                    self._formats[_identity(recording)] = found
        if len(self._formats) > 2 * len(recordings) + BATCH:
            present = set(map(_identity, recordings))
            self._formats = {key: value for key, value in self._formats.items() if key in present}

    def _with_formats(self, parts: Iterable[ExportPart]) -> Iterator[Section]:
        for part in parts:
            if found := self._formats.get(_identity(part.recording)):
                yield Section(part.recording, part.start_ns, part.end_ns, found)


def track_spans(sections: Iterable[Section]) -> list[TrackSpan]:
    """Return the tracks that have data, in the order of `TRACKS`."""
    spans: dict[Codec, TrackSpan] = {}
    for section in sections:
        for codec in section.codecs:
            first_ns = spans[codec].first_ns if codec in spans else section.start_ns
            spans[codec] = TrackSpan(codec, first_ns, section.end_ns, section.format)
    return [spans[codec] for codec in TRACKS if codec in spans]


def _identity(recording: Recording) -> tuple[tuple[str, str], int]:
    return recording.key, recording.started_ns


def _read_all(disk: Disk | None, recordings: Iterable[Recording]) -> list[RecordingFormat | None]:
    return [_read_one(disk, recording) for recording in recordings]


def _read_one(disk: Disk | None, recording: Recording) -> RecordingFormat | None:
    """Return the format; None if the file was deleted or is damaged."""
    try:
        return read_format(disk, recording) if disk else None
    except (OSError, ValueError):
        return None
