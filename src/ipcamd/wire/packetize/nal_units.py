"""NAL units of H.264 and H.265: found in Annex B form, aggregated or fragmented for RTP."""

from collections.abc import Callable, Collection, Iterator

from ipcamd.wire.packetize.payload_format import split_payload

START_CODE = b"\0\0\0\1"
"""Bytes before a unit in Annex B form; between units, the first zero may be missing."""
SMALL_BYTES = 200
"""Units of at most this many bytes are aggregated."""
_LENGTH_BYTES = 2


def find_units(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield start, after the start code, and end of each NAL unit of a frame in Annex B form."""
    start = data.find(b"\0\0\1")
    while start >= 0:
        following = data.find(b"\0\0\1", start + 3)
        end = len(data) if following < 0 else following
        while end > start + 3 and not data[end - 1]:  # zeros belong to the next start code
            end -= 1
        if end > start + 3:
            yield start + 3, end
        start = following


def split_units(frame: bytes, kind: Callable[[int], int], left_out: Collection[int]) -> list[bytes]:
    """Return the NAL units of a frame in Annex B form, without start codes and without units of some types."""
    return [frame[start:end] for start, end in find_units(frame) if kind(frame[start]) not in left_out]


def pack_units(
    units: list[bytes],
    room: int,
    header_bytes: int,
    make_header: Callable[[list[bytes]], bytes],
    fragment: Callable[[bytes, int], list[bytes]],
) -> list[bytes]:
    """Return payloads of at most `room` bytes. `make_header` returns the header of an aggregate, with `header_bytes`;
    `fragment` splits a unit that does not fit into `room`."""
    out: list[bytes] = []
    small: list[bytes] = []
    left = room - header_bytes
    for unit in units:
        if small and (len(unit) > SMALL_BYTES or len(unit) + _LENGTH_BYTES > left):
            out.append(_aggregate(small, make_header))
            small, left = [], room - header_bytes
        if len(unit) <= SMALL_BYTES:
            small.append(unit)
            left -= len(unit) + _LENGTH_BYTES
        else:
            out += [unit] if len(unit) <= room else fragment(unit, room)
    return [*out, _aggregate(small, make_header)] if small else out


def fragment_unit(header: bytes, kind: int, data: bytes, room: int) -> list[bytes]:
    """Return the fragments of a unit, of at most `room` bytes; there are two or more. Each one begins with `header` and
    a byte with the unit's type, `kind`, in which bits mark the first and the last one. `data` is the unit without its
    header."""
    pieces = split_payload(data, room - len(header) - 1)
    middle, first, last = (header + bytes((kind | edge,)) for edge in (0, 0x80, 0x40))
    return [first + pieces[0], *(middle + piece for piece in pieces[1:-1]), last + pieces[-1]]


def _aggregate(small: list[bytes], make_header: Callable[[list[bytes]], bytes]) -> bytes:
    if len(small) == 1:
        return small[0]
    return make_header(small) + b"".join(len(unit).to_bytes(_LENGTH_BYTES) + unit for unit in small)
