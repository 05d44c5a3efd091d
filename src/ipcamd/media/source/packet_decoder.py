"""Packet decoder: decodes a source's packets while pictures are wanted, and can start at any time.

It keeps the packets since the last key frame, so that decoding need not wait for the next one.
"""

from ipcamd.media.codecs import Codec
from ipcamd.media.decode.decoder_choice import DecoderChoice
from ipcamd.media.decode.hardware_decoder import DecodedPicture, HardwareDecoder, HardwareFailure
from ipcamd.media.decode.picture_decoder import PictureDecoder, decoder_threads
from ipcamd.media.frame import Packet
from ipcamd.media.source.source import Wanted
from ipcamd.media.stream.gop_cache import PacketGroup
from ipcamd.time_units import SECOND_NS

CATCH_UP = 8
"""Most packets decoded or passed through at a time if this starts within a group of pictures."""

_KEY_FRAMES_SUFFICE_NS = SECOND_NS + SECOND_NS // 5
"""Longest interval of key frames that counts as about one per second."""


class PacketDecoder:
    """Decodes one stream, in hardware if there is any that works. For one thread."""

    def __init__(self, codec: Codec, size: tuple[int, int], decoders: DecoderChoice | None = None) -> None:
        """`size` is the pictures' width and height in pixels. `decoders` makes the decoder; None: in software."""
        self._codec, self._size, self._decoders = codec, size, decoders
        self._decoder = self._make_decoder()
        self._waiting = PacketGroup()
        """Packets not yet decoded, since the last key frame or the last decoded packet."""
        self._decoded = PacketGroup()
        """Packets that hardware has decoded, from the last key frame on; software decodes them again if it fails."""
        self._key_ns = self._key_gap_ns = 0
        """Time of the last key frame, and its interval to the previous one."""

    def decode(self, packet: Packet, want: Wanted) -> list[DecodedPicture]:
        """Return the pictures that are complete: of this packet, but hardware may return it later. None if none are
        wanted, the packet is damaged, or earlier ones are missing. Raises `SourceError` if a picture is too large."""
        if self._codec.intra_only and isinstance(self._decoder, _SoftwareDecoder):
            return self._decoder.decode(packet) if want.picture_rate else []
        self._queue(packet)
        if not want.picture_rate:
            return []
        keys_suffice = want.keys_suffice and 0 < self._key_gap_ns <= _KEY_FRAMES_SUFFICE_NS
        if keys_suffice and not packet.key and not self._decoder.owes(self._key_ns):
            return []
        try:
            return self._decode_waiting()
        except HardwareFailure:
            # software needs the pictures from the last key frame on
            self._decoder = self._make_decoder()
            self._waiting.packets = self._decoded.take() + self._waiting.packets
            return self._decode_waiting()

    def _decode_waiting(self) -> list[DecodedPicture]:
        due = self._waiting.take(CATCH_UP)
        if isinstance(self._decoder, HardwareDecoder):
            for packet in due:
                if packet.key or self._decoded.packets:
                    self._decoded.append(packet)
        frames = [frame for each in due for frame in self._decoder.decode(each)]
        return [] if self._waiting.packets else frames if len(due) == 1 else frames[-1:]

    def _queue(self, packet: Packet) -> None:
        if packet.key:
            self._key_ns, self._key_gap_ns = packet.captured_ns, packet.captured_ns - self._key_ns
            self._waiting.take()
            self._decoded.take()
        if not self._waiting.append(packet):
            # pictures decoded before are no reference for later ones
            self._decoder = self._make_decoder()

    def _make_decoder(self) -> "HardwareDecoder | _SoftwareDecoder":
        hardware = self._decoders.make(self._codec, self._size) if self._decoders else None
        return hardware or _SoftwareDecoder(self._codec.decoder, self._size)


class _SoftwareDecoder:
    """Decoder with the interface of `HardwareDecoder`."""

    def __init__(self, name: str, size: tuple[int, int]) -> None:
        self._decoder = PictureDecoder(name, decoder_threads(size))

    def decode(self, packet: Packet) -> list[DecodedPicture]:
        return [DecodedPicture(frame, packet.captured_ns) for frame in self._decoder.decode(packet.payload)]

    def owes(self, _captured_ns: int) -> bool:
        return False
