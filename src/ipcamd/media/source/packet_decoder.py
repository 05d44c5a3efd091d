"""Packet decoder: decodes a source's packets while pictures are wanted, and can start at any time.

It keeps the packets since the last key frame, so that decoding need not wait for the next one.
"""

from functools import partial
from typing import TYPE_CHECKING

import av

from ipcamd.media.frame import Packet
from ipcamd.media.source.decode import PictureDecoder, decoder_threads
from ipcamd.media.stream.gop import MAX_BYTES, MAX_FRAMES
from ipcamd.time_units import SECOND_NS

if TYPE_CHECKING:
    from ipcamd.media.source import Wanted

CATCH_UP = 8
"""Most packets decoded at a time if decoding starts within a group of pictures."""

_OFTEN_NS = SECOND_NS + SECOND_NS // 5
"""Longest interval of key frames that counts as about one per second."""


class PacketDecoder:
    """Decodes one stream. For one thread."""

    def __init__(self, codec: str, size: tuple[int, int]) -> None:
        """`codec` is FFmpeg's name, `size` the pictures' width and height in pixels."""
        self._make_decoder = partial(PictureDecoder, codec, decoder_threads(size))
        self._decoder = self._make_decoder()
        self._waiting: list[Packet] = []
        """Packets not yet decoded, since the last key frame or the last decoded packet."""
        self._size_bytes = 0
        self._key_ns = self._key_gap_ns = 0
        """Time of the last key frame, and its interval to the previous one."""

    def decode(self, packet: Packet, want: "Wanted") -> list[av.VideoFrame]:
        """Return the pictures of a packet; none if none are wanted, it is damaged, or earlier ones are missing. Raises
        `SourceError` if a picture is too large."""
        self._queue(packet)
        if not want.picture_rate:
            return []
        if want.keys_suffice and 0 < self._key_gap_ns <= _OFTEN_NS and not packet.key:
            return []
        due, self._waiting = self._waiting[:CATCH_UP], self._waiting[CATCH_UP:]
        self._size_bytes = sum(len(each.payload) for each in self._waiting)
        frames = [frame for each in due for frame in self._decoder.decode(each.payload)]
        return [] if self._waiting else frames if len(due) == 1 else frames[-1:]

    def _queue(self, packet: Packet) -> None:
        if packet.key:
            self._key_ns, self._key_gap_ns = packet.captured_ns, packet.captured_ns - self._key_ns
            self._waiting, self._size_bytes = [], 0
        self._waiting.append(packet)
        self._size_bytes += len(packet.payload)
        if len(self._waiting) > MAX_FRAMES or self._size_bytes > MAX_BYTES:
            # pictures decoded before are no reference for later ones
            self._waiting, self._size_bytes, self._decoder = [], 0, self._make_decoder()
