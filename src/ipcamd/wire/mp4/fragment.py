"""Fragment of MP4: one frame of one track, with its time (ISO/IEC 14496-12, 8.8)."""

import struct

from ipcamd.wire.mp4.boxes import box, full_box

_DEFAULT_BASE_IS_MOOF = 0x020000
_HAS_OFFSET_DURATION_SIZE_FLAGS = 0x000701
_KEY, _NOT_KEY = 0x02000000, 0x01010000
"""Sample flags of a key frame, and of a frame that depends on others."""
MOOF_BYTES = 100
"""Bytes of a fragment's header."""
NTP_EPOCH_S = 2_208_988_800
"""Seconds from 1900 to 1970."""


def format_fragment(
    track_id: int, sequence: int, time: int, duration: int, data: bytes, *, key: bool = True
) -> tuple[bytes, ...]:
    """Return a fragment in pieces. `time` and `duration` are in the track's units; `sequence` numbers the fragments."""
    header = full_box(b"mfhd", 0, 0, struct.pack(">I", sequence & 0xFFFFFFFF))
    track = full_box(b"tfhd", 0, _DEFAULT_BASE_IS_MOOF, struct.pack(">I", track_id))
    begin = full_box(b"tfdt", 1, 0, struct.pack(">Q", time))
    fields = struct.pack(">IiIII", 1, MOOF_BYTES + 8, duration, len(data), _KEY if key else _NOT_KEY)
    run = full_box(b"trun", 0, _HAS_OFFSET_DURATION_SIZE_FLAGS, fields)
    moof = box(b"moof", header, box(b"traf", track, begin, run))
    return moof, struct.pack(">I4s", 8 + len(data), b"mdat"), data


def format_reference_time(track_id: int, captured_ns: int, time: int) -> bytes:
    """Return the box ``prft``: the capture time of the fragment that starts at `time` (8.16.5)."""
    seconds, rest_ns = divmod(captured_ns, 1_000_000_000)
    ntp = seconds + NTP_EPOCH_S << 32 | (rest_ns << 32) // 1_000_000_000
    return full_box(b"prft", 1, 0, struct.pack(">IQQ", track_id, ntp & 0xFFFFFFFFFFFFFFFF, time))
