"""Media file: plays a file once."""

import logging
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any, TypeAlias

import av
import numpy as np
from av.container import InputContainer
from av.stream import Stream
from numpy.typing import NDArray

from ipcamd.errors import SourceError
from ipcamd.media.codecs import Codec
from ipcamd.media.decode.picture_decoder import configure_decoder
from ipcamd.media.frame import AUDIO_RATE_HZ
from ipcamd.media.source.convert import AudioConverter
from ipcamd.media.source.ffmpeg import (
    decode_media,
    find_video,
    make_unpacker,
    parameter_sets,
    read_packets,
    timestamp_s,
)
from ipcamd.media.source.media_file.file_passthrough import find_encoding
from ipcamd.media.source.media_file.timestamp_map import SLIP_NS, TimestampMap
from ipcamd.media.source.packet_reader import PacketReader
from ipcamd.media.source.source import Wanted
from ipcamd.media.source.source_timeout import SourceTimeout
from ipcamd.time_units import SECOND_NS

_log = logging.getLogger(__name__)

TimedSamples: TypeAlias = tuple[int, NDArray[np.int16]]
"""Playing time of the first sample (nanoseconds since the first picture), and the samples."""

_LEAP_NS = 3600 * SECOND_NS
"""A longer gap between pictures is an invalid time stamp."""
_BROADCAST_LEAP_NS = 60 * SECOND_NS
"""The same in containers such as MPEG-TS."""

_MAY_LEAP = 0x200
"""FFmpeg's flag of containers with discontinuous time stamps (AVFMT_TS_DISCONT)."""

_USUAL_S = Fraction(1, 25)
"""Duration of a picture if the file tells neither a duration nor a rate."""
_SHORTEST_S = Fraction(1, 240)
"""Shortest duration of a picture without a duration in the file."""
_LONGEST_S = Fraction(1)
"""Longest duration of such a picture."""


class MediaFile:
    """A recording, opened once for its pictures and, while sound is needed, a second time for its sound."""

    def __init__(self, open_medium: Callable[[], InputContainer], limit: SourceTimeout | None = None) -> None:
        """Open it; `open_medium` does (see `open_media`), each time with the same time `limit`. Raises `SourceError`
        if it is unreadable or has no picture."""
        self._open, self._limit = open_medium, limit
        self._medium = open_medium()
        self._timestamps = TimestampMap(_BROADCAST_LEAP_NS if self._medium.format.flags & _MAY_LEAP else _LEAP_NS)
        self._track: AudioReader | None = None
        self.end_ns = 0
        """Playing time at which the last of `packets` ends, in nanoseconds."""
        try:
            self._stream = find_video(self._medium)
            configure_decoder(self._stream, live=False)
        except SourceError:
            self.close()
            raise
        self.pixel_aspect = self._stream.sample_aspect_ratio
        self.encoding = find_encoding(self._medium, self._stream, self._open)

    @property
    def has_audio(self) -> bool:
        """Whether the file contains sound."""
        return self._medium.streams.best("audio") is not None

    def close(self) -> None:
        """Close the file."""
        self.close_audio()
        self._medium.close()

    def pictures(self) -> Iterator[tuple[int, int, av.VideoFrame]]:
        """Yield each picture with its playing time and its duration, both in nanoseconds."""
        duration_ns = 0
        picture: av.VideoFrame
        for picture in _decode_to_end(self._medium, self._stream, self._limit):
            at_ns = self._timestamps.place_picture(timestamp_s(picture), duration_ns)
            duration_ns = _duration_ns(picture, self._stream)
            yield at_ns, duration_ns, picture

    def packets(self) -> Iterator[tuple[int, bytes]]:
        """Yield each encoded picture with its playing time, in nanoseconds."""
        unpack, duration_ns = make_unpacker(self._stream), 0
        for packet in _read_to_end(read_packets(self._medium, self._stream, limit=self._limit), self._medium.name):
            if not packet.size:
                return
            at_ns = self._timestamps.place_picture(timestamp_s(packet), duration_ns)
            duration_ns = _duration_ns(packet, self._stream)
            self.end_ns = at_ns + duration_ns
            for data in unpack(packet):
                yield at_ns, data

    def make_reader(self, codec: Codec, wanted: Callable[[], Wanted]) -> PacketReader:
        """Return a reader for `packets`."""
        rate = float(self._stream.average_rate or 0)
        return PacketReader(codec, wanted, rate, self.pixel_aspect, parameter_sets(self._stream))

    def skip_unneeded(self, late: bool) -> None:
        """Skip pictures without dependents while playback is late."""
        self._stream.codec_context.skip_frame = "NONREF" if late else "DEFAULT"

    def sound(self, start_ns: int, end_ns: int) -> Iterator[TimedSamples]:
        """Yield the sound up to `end_ns`: from the end of the last call, at first from `start_ns`."""
        if self._track is None:
            self._track = AudioReader(self._open(), self._timestamps, start_ns, self._limit)
        return self._track.read_until(end_ns)

    def last_audio(self, start_ns: int, end_ns: int) -> Iterator[TimedSamples]:
        """Yield the sound like `sound`, but nothing after `end_ns`, where the pictures end."""
        for at_ns, samples in self.sound(start_ns, end_ns):
            yield at_ns, samples[: (end_ns - at_ns) * AUDIO_RATE_HZ // SECOND_NS]

    def close_audio(self) -> None:
        """Close the sound; the next call of `sound` opens it again."""
        if self._track:
            self._track.close()
        self._track = None


class AudioReader:
    """Sound of a recording, from a playing time on."""

    def __init__(
        self, medium: InputContainer, timestamps: TimestampMap, start_ns: int, limit: SourceTimeout | None = None
    ) -> None:
        self._chunks = _read_chunks(medium, timestamps, start_ns, limit)
        self.close = medium.close
        self._next = next(self._chunks, None)

    def read_until(self, end_ns: int) -> Iterator[TimedSamples]:
        """Yield the chunks that start before `end_ns` and have not been yielded before."""
        while self._next and self._next[0] < end_ns:
            yield self._next
            self._next = next(self._chunks, None)


def _read_chunks(
    medium: InputContainer, timestamps: TimestampMap, start_ns: int, limit: SourceTimeout | None
) -> Iterator[TimedSamples]:
    stream = medium.streams.best("audio")
    if stream is None:
        return
    if start_ns:
        medium.seek(int(timestamps.stamp_of(start_ns) * av.time_base))
    cursor = _Cursor(timestamps, start_ns)
    converter, done_ns = AudioConverter(), start_ns
    sound: av.AudioFrame
    for sound in _decode_to_end(medium, stream, limit):
        cursor.move_to(timestamp_s(sound), Fraction(sound.samples, sound.sample_rate))
        for samples in converter.convert(sound):
            at_ns = cursor.at_ns
            cursor.count += samples.size
            early = max(0, (done_ns - at_ns) * AUDIO_RATE_HZ // SECOND_NS)
            if early < samples.size:
                done_ns = cursor.at_ns
                yield at_ns + early * SECOND_NS // AUDIO_RATE_HZ, samples[early:]


class _Cursor:
    """Playing time of the next sample: counted from the first time stamp, and corrected at gaps and jumps of time
    stamps."""

    def __init__(self, timestamps: TimestampMap, start_ns: int) -> None:
        self._timestamps, self._start_ns = timestamps, start_ns
        self.count = 0
        """Samples since the last correction."""
        self._expected_stamp: Fraction | None = None

    @property
    def at_ns(self) -> int:
        return self._start_ns + self.count * SECOND_NS // AUDIO_RATE_HZ

    def move_to(self, stamp: Fraction | None, duration: Fraction) -> None:
        """Move to a frame with that time stamp and duration, in seconds."""
        expected, self._expected_stamp = self._expected_stamp, None if stamp is None else stamp + duration
        continuous = stamp is None or expected is None or abs(stamp - expected) * SECOND_NS <= SLIP_NS
        placed_ns = self._timestamps.place_audio(stamp, self.at_ns, continuous)
        if expected is None or abs(placed_ns - self.at_ns) > SLIP_NS:
            self._start_ns, self.count = placed_ns, 0


def _decode_to_end(medium: InputContainer, stream: Stream, limit: SourceTimeout | None) -> Iterator[Any]:
    """Yield all frames that can be decoded."""
    return _read_to_end(decode_media(medium, stream, limit=limit), medium.name)


def _read_to_end(items: Iterator[Any], name: str) -> Iterator[Any]:
    """Yield the items; a truncated file ends at its last complete one."""
    try:
        yield from items
    except SourceError as error:
        _log.debug("%s %s", name, error)


def _duration_ns(picture: "av.VideoFrame | av.Packet[Any]", stream: av.VideoStream) -> int:
    """Return the duration of a picture from the file, or from the stream's frame rate."""
    said_ns = int((picture.duration or 0) * Fraction(picture.time_base or 0) * SECOND_NS)
    if 0 < said_ns <= _BROADCAST_LEAP_NS:
        return said_ns
    rate = stream.average_rate or stream.guessed_rate
    return int(min(max(1 / rate if rate else _USUAL_S, _SHORTEST_S), _LONGEST_S) * SECOND_NS)
