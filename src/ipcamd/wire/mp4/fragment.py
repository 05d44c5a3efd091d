"""Fragment of MP4: frames of one or two tracks, with their times (ISO/IEC 14496-12, 8.8)."""

import struct
from collections.abc import Sequence
from typing import NamedTuple

from ipcamd.time_units import SECOND_NS
from ipcamd.wire.mp4.boxes import HEADER, box, full_box

_DEFAULT_BASE_IS_MOOF = 0x020000
_HAS_OFFSET_DURATION_SIZE_FLAGS = 0x000701
_KEY, _NOT_KEY = 0x02000000, 0x01010000
"""Flags of a key frame, and of a frame that depends on others."""
_HEADER_BYTES, _RUN_BYTES, _SAMPLE_BYTES = 24, 64, 12
_NTP_EPOCH_S = 2_208_988_800
"""Seconds from 1900 to 1970."""


class RunSample(NamedTuple):
    """One frame."""

    data: bytes
    duration: int
    """In its track's units."""
    key: bool = True


class Run(NamedTuple):
    """Successive frames of one track."""

    track_id: int
    """Number of the track."""
    time: int
    """Of the first one, in the track's units."""
    samples: Sequence[RunSample]


def format_fragment(sequence: int, runs: Sequence[Run]) -> list[bytes]:
    """Return a fragment in pieces; `sequence` numbers the fragments."""
    data = [sample.data for run in runs for sample in run.samples]
    size = _HEADER_BYTES + sum(_RUN_BYTES + _SAMPLE_BYTES * len(run.samples) for run in runs)
    place, boxes = size + HEADER.size, list[bytes]()
    for run in runs:
        boxes.append(_format_run(run, place))
        place += sum(len(sample.data) for sample in run.samples)
    moof = box(b"moof", full_box(b"mfhd", 0, 0, struct.pack(">I", sequence & 0xFFFFFFFF)), *boxes)
    return [moof, HEADER.pack(HEADER.size + sum(map(len, data)), b"mdat"), *data]


def format_reference_time(track_id: int, captured_ns: int, time: int) -> bytes:
    """Return the box ``prft``: the capture time of the fragment that starts at `time` (8.16.5)."""
    seconds, rest_ns = divmod(captured_ns, SECOND_NS)
    ntp = seconds + _NTP_EPOCH_S << 32 | (rest_ns << 32) // SECOND_NS
    return full_box(b"prft", 1, 0, struct.pack(">IQQ", track_id, ntp & 0xFFFFFFFFFFFFFFFF, time))


def _format_run(run: Run, place: int) -> bytes:
    """Return the description of a run, whose data are at `place` from the beginning of the fragment."""
    track = full_box(b"tfhd", 0, _DEFAULT_BASE_IS_MOOF, struct.pack(">I", run.track_id))
    begin = full_box(b"tfdt", 1, 0, struct.pack(">Q", run.time))
    samples = (struct.pack(">III", s.duration, len(s.data), _KEY if s.key else _NOT_KEY) for s in run.samples)
    frames = full_box(
        b"trun", 0, _HAS_OFFSET_DURATION_SIZE_FLAGS, struct.pack(">Ii", len(run.samples), place), *samples
    )
    return box(b"traf", track, begin, frames)
