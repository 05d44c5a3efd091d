"""Packet reader: passes a source's encoded pictures on unchanged, and decodes those that are wanted as pictures."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction

import av

from ipcamd.media.codecs import Codec
from ipcamd.media.frame import Packet, Picture
from ipcamd.media.source.convert import VideoConverter
from ipcamd.media.source.key_frame_request_pause import KeyFrameRequestPause, KeyFrameSource
from ipcamd.media.source.pacing import RateLimiter
from ipcamd.media.source.packet_decoder import CATCH_UP, PacketDecoder
from ipcamd.media.source.source import Wanted
from ipcamd.media.stream.gop_cache import PacketGroup
from ipcamd.wire.bitstream.access_unit import SQUARE


class PacketReader:
    """Reads the encoded pictures of one source, of one codec. For one thread."""

    def __init__(
        self,
        codec: Codec,
        wanted: Callable[[], Wanted],
        rate: float = 0.0,
        pixel_aspect: Fraction | None = None,
        parameter_sets: bytes = b"",
        key_frames: KeyFrameSource | None = None,
    ) -> None:
        """`wanted` returns the present needs of viewers. `rate` is the frame rate that the source declares; 0: none.
        `pixel_aspect` is a pixel's width divided by its height; None: that of the stream. `parameter_sets`, in Annex B
        form, came outside the stream. `key_frames` takes requests for key frames."""
        assert codec.inspector
        self._codec, self._wanted, self._rate = codec, wanted, rate
        self._inspector = codec.inspector()
        self._inspector.inspect(parameter_sets)
        self._decoder: PacketDecoder | None = None
        self._size = (0, 0)
        self._converter, self._limiter = VideoConverter(pixel_aspect), RateLimiter()
        self._unit_aspect = SQUARE if pixel_aspect is None else None
        """Pixel aspect in the stream; None if it came outside the stream."""
        self._obstacle = "" if self._converter.has_square_pixels else "pixels that are not square"
        self._key_frame_requests = KeyFrameRequestPause(key_frames) if key_frames else None
        self._last: av.VideoFrame | Packet | None = None
        """The last decoded picture; of a codec without references its packet, because the caller has its pixels."""
        self._kept = PacketGroup()
        """Packets from the last key frame on while none are wanted."""
        self._behind: list[Packet] = []
        """Kept packets that viewers will get with the next ones: all at once would be too many for the event loop."""
        self.good = 0
        """Pictures without known damage."""

    def read(self, data: bytes, captured_ns: int, want: Wanted | None = None) -> Iterator[Packet | Picture]:
        """Yield one encoded picture, as a packet and decoded, as wanted. `want` is the present demand; None: it is
        read here. Raises `SourceError` if the picture is too large."""
        unit = self._inspector.inspect(data)
        if unit is None:
            return
        if self._unit_aspect not in (None, unit.pixel_aspect):
            self._unit_aspect, self._converter = unit.pixel_aspect, VideoConverter(Fraction(*unit.pixel_aspect))
        obstacle = unit.obstacle or self._obstacle
        packet = Packet(self._codec, unit.payload, unit.key, unit.size, captured_ns, self._rate, obstacle)
        want = want or self._wanted()
        if self._codec.name not in want.codecs:
            self._keep(packet, want)
        else:
            yield from self._catch_up(packet)
            want = self._wanted()  # read again, because the needs depend on the result of the packet
        if self._key_frame_requests:
            self._request_key_frame(self._key_frame_requests, packet, want)
        yield from self._decode(packet, want)

    def _keep(self, packet: Packet, want: Wanted) -> None:
        """Keep a packet for a viewer who comes before the next key frame, if it may be passed through then."""
        self._behind = []
        may_pass = not self._codec.intra_only and want.may_pass(packet)
        if packet.key or not may_pass:
            self._kept.take()
        if may_pass and (packet.key or self._kept.packets):
            self._kept.append(replace(packet, is_kept=True))

    def _catch_up(self, packet: Packet) -> list[Packet]:
        """Return the next packets for viewers: some of those that were kept for them, then this one."""
        kept = [*self._behind, *self._kept.take()]
        packets = [packet] if packet.key else [*kept, packet]
        self._behind = packets[CATCH_UP:]
        return packets[:CATCH_UP]

    def repeat(self, captured_ns: int) -> Iterator[Picture]:
        """Yield the last picture again, if pictures are wanted, so that a long picture does not count as silence."""
        want = self._wanted()
        for frame in self._decode_last(want) if want.picture_rate else ():
            yield self._convert(frame, want, captured_ns)

    def _decode_last(self, want: Wanted) -> list[av.VideoFrame]:
        if isinstance(self._last, Packet):
            return [each.frame for each in self._decoder.decode(self._last, want)] if self._decoder else []
        return [self._last] if self._last else []

    def _convert(self, frame: av.VideoFrame, want: Wanted, captured_ns: int) -> Picture:
        # pictures of other codecs refer to the decoder's pictures
        video = self._converter.convert(frame, want.size, is_shared=not self._codec.intra_only)
        return Picture(video, captured_ns)

    def _request_key_frame(self, requests: KeyFrameRequestPause, packet: Packet, want: Wanted) -> None:
        if packet.key:
            requests.note_key_frame(packet.captured_ns)
        elif want.key_frame:
            requests.request(packet.captured_ns)

    def _decode(self, packet: Packet, want: Wanted) -> Iterator[Picture]:
        if self._decoder is None or packet.size != self._size:
            self._decoder, self._size = PacketDecoder(self._codec, packet.size, want.decoders), packet.size
        rate, is_intra_only = want.picture_rate, self._codec.intra_only
        if is_intra_only and not (rate and self._limiter.admits(packet.captured_ns, rate)):
            self.good += 1
            return
        frames = self._decoder.decode(packet, want)
        self.good += not rate or bool(frames)
        self._last = (packet if is_intra_only else frames[-1].frame) if frames else None
        for frame, captured_ns in frames:
            if is_intra_only or self._limiter.admits(captured_ns, rate):
                yield self._convert(frame, want, captured_ns)
