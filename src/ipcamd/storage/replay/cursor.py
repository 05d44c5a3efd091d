"""Replay cursor: the stored frames from a moment on, across files and gaps, up to the recording in progress."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from contextlib import aclosing
from functools import partial
from typing import TypeVar

from ipcamd.dataclass import dataclass
from ipcamd.errors import CardError
from ipcamd.media.codecs import Codec
from ipcamd.storage.replay import frame_selection as selection
from ipcamd.storage.replay.catalog import CONTIGUOUS_NS, ReplayCatalog, Section
from ipcamd.storage.replay.frame_entry import FrameEntry
from ipcamd.storage.replay.reverse_replay import order_reverse, select_reverse
from ipcamd.storage.replay.section_file import SectionFile
from ipcamd.storage.replay.start_frame import from_last_key_frame, from_next_key_frame

T = TypeVar("T")

BATCH_BYTES = 256 << 10
"""Bytes that are read in one batch; the last frame may exceed them."""
BATCH_FRAMES = 64
"""Maximum number of frames that are read in one batch."""
POLL_S = 0.5
"""Seconds between checks for new data at the end of the recordings."""


@dataclass(frozen=True, slots=True)
class ReplayRange:
    """Time range of a replay; times are nanoseconds since the epoch, UTC."""

    start_ns: int
    end_ns: int | None = None
    """Bound of the last frame: the latest time, or the earliest time in reverse replay. None: no bound."""
    is_reverse: bool = False
    intra_only: bool = False
    """Only key frames, and no sound."""
    interval_ns: int = 0
    """Minimum time between two of these frames."""
    waits: bool = True
    """Whether a replay without an end waits for later recordings; otherwise it only follows a recording in progress."""
    sent_ns: Mapping[Codec, int] | None = None
    """Position at which an earlier replay was paused: time of the last sent frame of each track."""


@dataclass(frozen=True, slots=True)
class StoredFrame:
    """Frame of a recording."""

    entry: FrameEntry
    payload: bytes
    begins_group: bool = False
    """Whether it is the first frame of a group of pictures in reverse replay and so does not follow the previous
    frame."""
    ends_section: bool = False
    """Whether the recording of its track has a gap after it or, in reverse replay, before its group."""
    is_last: bool = False
    """Whether it is the last frame of its track."""


class ReplayCursor:
    """Frames of one range for one client. For the event loop; threads read the files, one at a time."""

    def __init__(self, catalog: ReplayCatalog, codecs: Collection[Codec], wanted: ReplayRange) -> None:
        """`codecs` are the codecs of the requested tracks."""
        self._catalog = catalog
        has_audio = not (wanted.is_reverse or wanted.intra_only)
        self._codecs = frozenset(codec for codec in codecs if has_audio or not codec.is_audio)
        self._wanted = wanted
        self._keys = selection.KeyFrameFilter(wanted.interval_ns) if wanted.intra_only else None
        self._file: SectionFile | None = None

    async def first_ns(self) -> int | None:
        """Return the time of the first frame; None if there is none now.

        Raises ``OSError``, ``ValueError``, and `CardError`.
        """
        section = self._next_section(await self._sections(), None)
        if section is None:
            return None
        entries = self._begun(section, await self._open(section), is_first=True)
        return _order(entries, self._wanted)[0][0].time_ns if entries else section.start_ns

    async def frames(self) -> AsyncGenerator[StoredFrame]:
        """Yield the frames.

        At the end of the recordings it waits for more if the range is open. Files that cannot be read are left out. The
        iteration ends when the card is removed.
        """
        section: Section | None = None
        while self._catalog.card.mounted:
            try:
                found = self._next_section(await self._sections(), section)
                if found:
                    is_first, section = section is None, found
                    async with aclosing(self._frames_of(section, is_first)) as frames:
                        async for frame in frames:
                            yield frame
                    continue
            except (OSError, ValueError, CardError):  # a file was deleted, or the card is being read
                await asyncio.sleep(0)
                continue
            if self._wanted.is_reverse or self._wanted.end_ns is not None or not self._goes_on:
                return
            await asyncio.sleep(POLL_S)

    async def close(self) -> None:
        """Close the open file."""
        if self._file:
            closing, self._file = self._file, None
            await asyncio.shield(self._run(closing.close))

    # ---- sections

    async def _sections(self) -> list[Section]:
        """Return the sections that have a requested track, in the order of the replay."""
        found = [section for section in await self._catalog.sections() if self._codecs.intersection(section.codecs)]
        return found[::-1] if self._wanted.is_reverse else found

    def _next_section(self, sections: Sequence[Section], last: Section | None) -> Section | None:
        """Return the section after `last`, or the first one; None if it is outside the range."""
        found, end_ns = self._neighbour(sections, last), self._wanted.end_ns
        if found is None or end_ns is None:
            return found
        is_over = found.end_ns <= end_ns if self._wanted.is_reverse else found.start_ns > end_ns
        return None if is_over else found

    def _neighbour(self, sections: Sequence[Section], last: Section | None) -> Section | None:
        """Return the section after `last`, or the first one, regardless of the end of the range."""
        start_ns = self._wanted.start_ns
        for section in sections:
            if self._wanted.is_reverse:
                is_due = section.start_ns < last.start_ns if last else section.start_ns <= start_ns
            else:
                is_due = section.start_ns > last.start_ns if last else section.end_ns > start_ns
            if is_due:
                return section
        return None

    @property
    def _goes_on(self) -> bool:
        return self._wanted.waits or any(recording.writing for recording in self._catalog.card.index)

    def _is_being_written(self, section: Section) -> bool:
        present = self._catalog.card.index.get(*section.recording.key)
        return present is not None and present.writing

    # ---- one section

    async def _frames_of(self, section: Section, is_first: bool) -> AsyncGenerator[StoredFrame]:
        entries = self._filter(self._begun(section, await self._open(section), is_first))
        while not self._wanted.is_reverse and self._is_being_written(section):
            newest = set(selection.newest_of_each(entries).values())
            ready = [entry for number, entry in enumerate(entries) if number not in newest]
            async for frame in self._read([(entry, False) for entry in self._within(ready)], {}):
                yield frame
            if self._is_over(ready):
                return
            entries = [entry for number, entry in enumerate(entries) if number in newest]
            await asyncio.sleep(POLL_S)
            entries += self._filter(await self._run(self._opened.read_entries))
        ordered = _order(self._within(entries), self._wanted)
        async for frame in self._read(ordered, await self._ends(section, entries)):
            yield frame

    def _begun(self, section: Section, entries: Sequence[FrameEntry], is_first: bool) -> Sequence[FrameEntry]:
        """Return the frames of a section; in the first section, those from the beginning of the range on."""
        wanted, entries = self._wanted, selection.of_tracks(entries, self._codecs)
        if section.end_ns < section.recording.ended_ns:
            entries = [entry for entry in entries if entry.time_ns < section.end_ns]
        if wanted.is_reverse:
            latest_ns = wanted.start_ns if is_first else None
            return select_reverse(entries, latest_ns, max(section.start_ns, wanted.end_ns or 0))
        if is_first and wanted.sent_ns is not None:
            return selection.after(entries, wanted.sent_ns)
        if is_first and wanted.start_ns > section.start_ns:
            return from_last_key_frame(entries, wanted.start_ns)
        return from_next_key_frame(entries, section.start_ns)

    def _filter(self, entries: Sequence[FrameEntry]) -> list[FrameEntry]:
        wanted = selection.of_tracks(entries, self._codecs)
        return self._keys.select(wanted) if self._keys else wanted

    def _within(self, entries: Sequence[FrameEntry]) -> list[FrameEntry]:
        """Return the frames that are not beyond the end of the range."""
        end_ns = self._wanted.end_ns
        return list(entries) if end_ns is None or self._wanted.is_reverse else selection.until(entries, end_ns)

    def _is_over(self, entries: Sequence[FrameEntry]) -> bool:
        return len(self._within(entries)) < len(entries)

    async def _ends(self, section: Section, entries: Sequence[FrameEntry]) -> dict[FrameEntry, tuple[bool, bool]]:
        """Return the last frame of each track, whether a gap follows it, and whether it is the last of all."""
        sections, ordered = await self._sections(), [entry for entry, _ in _order(self._within(entries), self._wanted)]
        is_cut, ends = self._ends_within(section, entries), {}
        section = next((each for each in sections if each.recording.key == section.recording.key), section)
        for codec, number in selection.newest_of_each(ordered).items():
            others = [each for each in sections if codec in each.codecs]
            later = self._neighbour(others, section)
            goes_on = is_cut or (later is not None and _distance_ns(section, later) < CONTIGUOUS_NS)
            ends[ordered[number]] = not goes_on, is_cut or self._next_section(others, section) is None
        return ends

    def _ends_within(self, section: Section, entries: Sequence[FrameEntry]) -> bool:
        """Return whether the range ends within a section."""
        if self._wanted.is_reverse:
            return self._wanted.end_ns is not None and self._wanted.end_ns > section.start_ns
        return self._is_over(entries)

    # ---- reading

    @property
    def _opened(self) -> SectionFile:
        assert self._file
        return self._file

    async def _open(self, section: Section) -> list[FrameEntry]:
        await self.close()
        disk = self._catalog.card.disk
        if disk is None:
            raise OSError("there is no SD card")
        self._file = SectionFile(disk, section)
        return await self._run(self._file.read_entries)

    async def _read(
        self, ordered: Sequence[tuple[FrameEntry, bool]], ends: dict[FrameEntry, tuple[bool, bool]]
    ) -> AsyncGenerator[StoredFrame]:
        """Yield frames of the open file."""
        for batch in _batches(ordered):
            entries = [entry for entry, _ in batch]
            payloads = await self._run(partial(self._opened.read_payloads, entries))
            if not self._catalog.card.mounted:
                return
            for (entry, begins_group), payload in zip(batch, payloads, strict=True):
                if payload:
                    yield StoredFrame(entry, payload, begins_group, *ends.get(entry, (False, False)))

    async def _run(self, action: Callable[[], T]) -> T:
        return await self._catalog.threads.run(action)  # continues when cancelled; `close` waits


def _order(entries: Sequence[FrameEntry], wanted: ReplayRange) -> list[tuple[FrameEntry, bool]]:
    """Return frames in the order of the replay, and whether each begins a group in reverse replay."""
    if wanted.is_reverse:
        return list(order_reverse(entries))
    return [(entry, False) for entry in entries]


def _distance_ns(one: Section, other: Section) -> int:
    return max(one.start_ns, other.start_ns) - min(one.end_ns, other.end_ns)


def _batches(ordered: Sequence[tuple[FrameEntry, bool]]) -> "list[list[tuple[FrameEntry, bool]]]":
    batches: list[list[tuple[FrameEntry, bool]]] = []
    size = BATCH_BYTES
    for item in ordered:
        if size >= BATCH_BYTES or len(batches[-1]) == BATCH_FRAMES:
            batches.append([])
            size = 0
        batches[-1].append(item)
        size += item[0].length
    return batches
