"""Initialization segment of fragmented MP4: data that a player needs before the first fragment."""

import struct
from collections.abc import Sequence

from ipcamd.time_units import SECOND_NS
from ipcamd.wire.mp4.boxes import box, full_box
from ipcamd.wire.mp4.tracks import Track

_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_UNDETERMINED = 0x55C4
"""The language ``und``."""
_MOVIE_TIMESCALE = 1000
_EPOCH_S = 2_082_844_800
"""Seconds from 1904 to 1970."""
WRITER = b"ipcamd\0"
"""Name of the handler of each track: it identifies the writer of a file."""
_EMPTY_TABLES = b"".join(
    full_box(kind, 0, 0, bytes(length)) for kind, length in ((b"stts", 4), (b"stsc", 4), (b"stsz", 8), (b"stco", 4))
)


def format_init_segment(tracks: Sequence[Track], picture_duration: int = 0, created_ns: int = 0) -> bytes:
    """Return the boxes ``ftyp`` and ``moov``.

    `picture_duration` is that of most pictures, in their track's units; `created_ns` is the time of the first one,
    nanoseconds since the epoch, 0 for a live stream.
    """
    brands = box(b"ftyp", b"iso5", bytes(4), b"iso5", b"iso6", b"mp41")
    next_id = struct.pack(">I", max(track.id for track in tracks) + 1)
    rate_and_volume = struct.pack(">IH10x", 0x10000, 0x0100)
    created_s = created_ns // SECOND_NS + _EPOCH_S if created_ns else 0
    times = struct.pack(">QQIQ", created_s, created_s, _MOVIE_TIMESCALE, 0)
    header = full_box(b"mvhd", 1, 0, times, rate_and_volume, _MATRIX, bytes(24), next_id)
    durations = (picture_duration if track.handler == b"vide" else 0 for track in tracks)
    fragmented = (
        full_box(b"trex", 0, 0, struct.pack(">5I", track.id, 1, duration, 0, 0))
        for track, duration in zip(tracks, durations, strict=True)
    )
    return brands + box(b"moov", header, *map(_format_track, tracks), box(b"mvex", *fragmented))


def content_type_of(tracks: Sequence[Track]) -> str:
    """Return the content type with the codecs (RFC 6381)."""
    return f'video/mp4; codecs="{",".join(track.codec for track in tracks)}"'


def _format_track(track: Track) -> bytes:
    width, height = track.size
    fields = struct.pack(">5I8xhhHH", 0, 0, track.id, 0, 0, 0, 0, track.volume, 0)
    header = full_box(b"tkhd", 0, 3, fields, _MATRIX, struct.pack(">II", width << 16, height << 16))
    times = full_box(b"mdhd", 0, 0, struct.pack(">4IHH", 0, 0, track.timescale, 0, _UNDETERMINED, 0))
    handler = full_box(b"hdlr", 0, 0, bytes(4), track.handler, bytes(12), WRITER)
    here = full_box(b"dref", 0, 0, struct.pack(">I", 1), full_box(b"url ", 0, 1))
    descriptions = full_box(b"stsd", 0, 0, struct.pack(">I", 1), track.sample_entry)
    samples = box(b"stbl", descriptions, _EMPTY_TABLES)
    return box(
        b"trak", header, box(b"mdia", times, handler, box(b"minf", track.media_header, box(b"dinf", here), samples))
    )
