"""AAC in RTP (RFC 3640, modes AAC-hbr and AAC-lbr): frames from packets."""

from collections.abc import Mapping

_MOST_BYTES = 1 << 16
"""Maximum bytes of a frame in fragments."""


class AacDepacketizer:
    """Depacketizer of one track."""

    def __init__(self, parameters: Mapping[str, str]) -> None:
        """`parameters` are those of the session description. Raises ``ValueError`` if they are not supported."""
        size, index, delta = (
            int(parameters.get(name, "0")) for name in ("sizelength", "indexlength", "indexdeltalength")
        )
        if not 0 < size <= 16 or not 0 <= index <= 16 or not 0 <= delta <= 16:
            raise ValueError("AAC without sizes")
        if any(parameters.get(name, "0") not in ("0", "") for name in _MORE_FIELDS):
            raise ValueError("AAC with more fields")
        self._size_bits, self._index_bits, self._delta_bits = size, index, delta
        self._fragment = b""

    def unpack(self, payload: bytes, marker: bool) -> list[bytes]:
        """Return the frames that are complete with this packet. Raises ``ValueError`` if it is malformed."""
        sizes, at = self._read_sizes(payload)
        if len(sizes) == 1 and sizes[0] > len(payload) - at:  # each fragment has the size of the frame
            return self._join(sizes[0], payload[at:], marker)
        self._fragment, frames = b"", list[bytes]()
        for size in sizes:
            if size > len(payload) - at:
                raise ValueError("AAC frames cut short")
            frames.append(payload[at : at + size])
            at += size
        return frames

    def _join(self, size: int, piece: bytes, is_last: bool) -> list[bytes]:
        frame = self._fragment + piece
        self._fragment = b"" if is_last else frame[:_MOST_BYTES]
        return [frame] if is_last and len(frame) == size else []

    def _read_sizes(self, payload: bytes) -> tuple[list[int], int]:
        """Return the frames' sizes, and the position of the first frame."""
        bits = int.from_bytes(payload[:2])
        end = 2 + (bits + 7) // 8
        if len(payload) < end:
            raise ValueError("AAC headers cut short")
        headers, sizes = int.from_bytes(payload[2:end]) >> 8 * (end - 2) - bits, list[int]()
        index_bits = self._index_bits
        while bits >= (width := self._size_bits + index_bits):
            bits -= width
            sizes.append(headers >> bits + index_bits & (1 << self._size_bits) - 1)
            index_bits = self._delta_bits
        return sizes, end


_MORE_FIELDS = (
    "ctsdeltalength",
    "dtsdeltalength",
    "randomaccessindication",
    "streamstateindication",
    "auxiliarydatasizelength",
)
"""Further fields of the headers, which cameras do not use."""
