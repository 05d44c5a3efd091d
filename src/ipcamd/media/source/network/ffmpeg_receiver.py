"""Live receiver: pictures and sound of a live stream through FFmpeg."""

from collections.abc import Iterator
from contextlib import closing
from fractions import Fraction
from typing import Any

import av
from av.container import InputContainer
from av.stream import Discard

from ipcamd.errors import SourceError
from ipcamd.media.codecs import find_passable
from ipcamd.media.decode.picture_decoder import configure_decoder
from ipcamd.media.frame import AudioChunk, Packet, Picture, SourceItem
from ipcamd.media.source import source_timeout
from ipcamd.media.source.audio_chunks import time_chunks
from ipcamd.media.source.clock_recovery import TimestampClock
from ipcamd.media.source.convert import AudioConverter, VideoConverter
from ipcamd.media.source.ffmpeg import (
    decode_packet,
    make_unpacker,
    open_media,
    parameter_sets,
    read_packets,
    timestamp_s,
)
from ipcamd.media.source.key_frame_request_pause import KeyFrameSource
from ipcamd.media.source.network.hls_variant import find_variant
from ipcamd.media.source.pacing import RateLimiter
from ipcamd.media.source.packet_reader import PacketReader
from ipcamd.media.source.reception import Reception
from ipcamd.media.source.source import Wanted


def low_delay_options() -> dict[str, str]:
    """Return FFmpeg's options for a short delay; times are in microseconds.

    FFmpeg's own time-out is longer, so that `open_media` can distinguish a silent peer from one that refuses.
    """
    return {
        "fflags": "nobuffer",
        "analyzeduration": "1000000",
        "fpsprobesize": "0",
        "timeout": str(int(2 * source_timeout.OPENING_S * 1_000_000)),
    }


def receive_bytes(
    reader: Any, form: str | None, reception: Reception, burst_ns: int | None = None
) -> Iterator[SourceItem]:
    """Yield pictures and sound of the live stream that `reader`, an object with a ``read`` method, returns. `form` is
    FFmpeg's name of its format, None to detect it; for `burst_ns` see `ClockRecovery`. Raises `SourceError`."""
    options = low_delay_options() | {"protocol_whitelist": ""}
    with closing(open_media(reader, options, form, reception.limit)) as medium:
        yield from receive_live(medium, reception, reception.recover_clock(burst_ns))


def receive_live(
    medium: InputContainer,
    reception: Reception,
    recovery: TimestampClock,
    key_frames: KeyFrameSource | None = None,
) -> Iterator[SourceItem]:
    """Yield pictures and sound until the reception is stopped. Raises `SourceError` when the stream ends or stalls.
    `key_frames` takes requests for key frames."""
    receiver = _Receiver(medium, reception, recovery, key_frames)
    for packet in read_packets(medium, *receiver.streams, limit=reception.limit):
        if reception.stop.is_set():
            return
        yield from receiver.receive(packet)
    raise SourceError("ended")


class _Receiver:
    """State of one connection."""

    def __init__(
        self,
        medium: InputContainer,
        reception: Reception,
        recovery: TimestampClock,
        key_frames: KeyFrameSource | None,
    ) -> None:
        self._reception, self._wanted, self._recovery = reception, reception.wanted, recovery
        video = find_variant(medium, self._wanted().size)
        audio = medium.streams.best("audio", video)
        self.streams = [video] if audio is None else [video, audio]
        for unused in {*medium.streams} - {*self.streams}:
            unused.discard = Discard.all  # other variants of a playlist are not fetched
        configure_decoder(video, live=True)
        self._converter, self._limiter = VideoConverter(video.sample_aspect_ratio), RateLimiter()
        self._audio_converter = AudioConverter()
        self._packets = _make_reader(video, reception, key_frames)
        self._unpack, self._reorders = make_unpacker(video), video.codec_context.has_b_frames

    def receive(self, packet: "av.Packet[Any]") -> Iterator[SourceItem]:
        """Yield the wanted contents of a packet. Raises `SourceError` if pictures have been missing for too long."""
        if packet.stream is self.streams[0] and self._packets:
            yield from self._read(packet, self._packets)
            return
        for frame in decode_packet(packet):
            if isinstance(frame, av.VideoFrame):
                yield from self._picture(frame, self._wanted())
            else:
                yield from self._sound(frame, self._wanted())

    def _read(self, packet: "av.Packet[Any]", reader: PacketReader) -> Iterator[Packet | Picture]:
        good = reader.good
        for data in self._unpack(packet):
            yield from reader.read(data, self._recovery.capture_time_ns(self._stamp(packet)))
        if reader.good > good:
            self._reception.note_picture()

    def _stamp(self, packet: "av.Packet[Any]") -> Fraction | None:
        """Return the time stamp of a packet; with B-frames that of decoding, because it increases."""
        if self._reorders and packet.dts is not None and packet.time_base is not None:
            return packet.dts * packet.time_base
        return timestamp_s(packet)

    def _picture(self, frame: av.VideoFrame, want: Wanted) -> Iterator[Picture]:
        self._reception.note_picture()
        captured_ns = self._recovery.capture_time_ns(timestamp_s(frame))
        if self._limiter.admits(captured_ns, want.rate):
            yield Picture(self._converter.convert(frame, want.size), captured_ns)

    def _sound(self, frame: av.AudioFrame, want: Wanted) -> Iterator[AudioChunk]:
        if self._reception.is_silent():
            raise SourceError(f"sends sound but no picture for {float(self._reception.limit):g} s")
        captured_ns = self._recovery.audio_time_ns(timestamp_s(frame))
        if want.sound:
            yield from time_chunks(self._audio_converter.convert(frame), captured_ns)


def _make_reader(video: av.VideoStream, reception: Reception, key_frames: KeyFrameSource | None) -> PacketReader | None:
    """Return the reader of the stream's packets; None if its codec is always decoded."""
    codec = find_passable(video.codec_context.name)
    if codec is None:
        return None
    return PacketReader(
        codec,
        reception.wanted,
        pixel_aspect=video.sample_aspect_ratio,
        parameter_sets=parameter_sets(video),
        key_frames=key_frames,
    )
