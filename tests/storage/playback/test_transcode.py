"""Recordings that browsers play segment by segment."""

import io
from datetime import UTC, datetime

import av
import numpy as np
import pytest
from tests.wire.avi.avi_files import NOON, SIZE, avi_file, pictures

from ipcamd.media import codecs
from ipcamd.storage.playback.transcode import SEGMENT_S, encode_segment, segments_of
from ipcamd.storage.recording import Segments
from ipcamd.time_units import SECOND_NS
from ipcamd.wire.avi.layout import AviFormat
from ipcamd.wire.avi.writer import AviWriter

LENGTH = 10
RATE = 8000


def linear(count: int) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * 330 * np.arange(count) / RATE)).astype(np.float32)


def ulaw(samples: np.ndarray) -> bytes:
    level = np.minimum(np.abs(samples) * 32768, 32635).astype(int) + 132
    power = np.floor(np.log2(level)).astype(int) - 7
    byte = np.where(samples < 0, 0x80, 0) | power << 4 | level >> power + 3 & 15
    return bytes((~byte & 0xFF).astype(np.uint8))


def recorded(codec: codecs.Codec, rate: int = 10, gap: range = range(0), length: int = LENGTH) -> bytes:
    """A recording with a steady tone; the pictures with numbers in `gap` are missing."""
    writer = AviWriter(AviFormat(codec.fourcc, SIZE, rate, True), datetime.fromtimestamp(NOON / SECOND_NS, UTC), NOON)
    sound, data = ulaw(linear(length * RATE)), bytearray(writer.head())
    for number, picture in enumerate(pictures(codec, length * rate, rate)):
        begin, end = (n * RATE // rate for n in (number, number + 1))
        data += b"".join(writer.sound(sound[begin:end], NOON + begin * SECOND_NS // RATE))
        if number not in gap:
            data += b"".join(writer.picture(picture.payload, picture.key, picture.captured_ns))
    data += writer.index()
    head = writer.head(closed=True)
    return head + bytes(data[len(head) :])


def segments(data: bytes) -> list[bytes]:
    made = []
    while True:
        try:
            made.append(encode_segment(io.BytesIO(data), len(made), lambda: None))
        except ValueError as error:
            assert "no segment" in str(error)
            return made


def spans(data: bytes, kind: str) -> list[tuple[float, float]]:
    """Return from when until when each packet of a segment lasts, in seconds."""
    with av.open(io.BytesIO(data)) as made:
        (stream,) = (s for s in made.streams if s.type == kind)
        shown = [p for p in made.demux(stream) if p.dts is not None]
        starts = [float(p.pts * p.time_base) for p in shown]
        assert stream.duration
        return list(zip(starts, [*starts[1:], float(stream.duration * stream.time_base)], strict=True))


@pytest.mark.parametrize("codec", [codecs.MPEG4, codecs.JPEG])
def test_segments_follow_one_another_without_a_seam(codec: codecs.Codec) -> None:
    made = segments(recorded(codec))
    assert len(made) == 3
    for number, data in enumerate(made):
        lasts = min(SEGMENT_S, LENGTH - number * SEGMENT_S)
        video, audio = spans(data, "video"), spans(data, "audio")
        assert (video[0][0], audio[0][0]) == (0, 0)
        assert video[-1][1] == pytest.approx(lasts, abs=0.001)
        assert audio[-1][1] == pytest.approx(lasts, abs=0.128 if number == 2 else 0.0001)


def grey(data: bytes) -> list[tuple[float, np.ndarray]]:
    with av.open(io.BytesIO(data)) as made:
        return [(float(f.time or 0), f.to_ndarray(format="gray").astype(int)) for f in made.decode(video=0)]


@pytest.mark.parametrize(
    ("codec", "rate", "length"), [(codecs.MPEG4, 10, 10), (codecs.JPEG, 30, 5), (codecs.JPEG, 1, 40)]
)
def test_each_picture_is_shown_in_its_time(codec: codecs.Codec, rate: int, length: int) -> None:
    data = recorded(codec, rate, length=length)
    with av.open(io.BytesIO(data)) as source:
        sent = [f.to_ndarray(format="gray").astype(int) for f in source.decode(video=0)]
    for number, made in enumerate(segments(data)):
        assert spans(made, "video")[0][0] == 0
        for time, shown in grey(made):
            at = int((time + number * SEGMENT_S) * rate + 0.001)
            off = [np.abs(shown - sent[n]).mean() for n in range(max(0, at - 2), min(len(sent), at + 3))]
            assert int(np.argmin(off)) == min(2, at), f"at {time} of segment {number}"


def test_only_the_first_picture_of_a_segment_is_a_key_frame() -> None:
    with av.open(io.BytesIO(encode_segment(io.BytesIO(recorded(codecs.JPEG)), 0, lambda: None))) as made:
        keys = [p.is_keyframe for p in made.demux(video=0) if p.dts is not None]
    assert (keys[0], sum(keys)) == (True, 1)


def test_sound_goes_on_over_the_seams() -> None:
    packets: list[av.Packet] = []  # type: ignore[type-arg]
    for data in segments(recorded(codecs.JPEG)):
        with av.open(io.BytesIO(data)) as made:
            extradata = made.streams.audio[0].codec_context.extradata
            packets += [av.Packet(bytes(p)) for p in made.demux(audio=0) if p.dts is not None]
    decoder = av.CodecContext.create("aac", "r")
    decoder.extradata = extradata
    heard = np.concatenate([f.to_ndarray()[0] for p in packets for f in decoder.decode(p)])  # type: ignore[union-attr]
    tone = linear(LENGTH * RATE)
    off = np.abs(heard[2048 : tone.size - 2048] - tone[2048:-2048])
    assert off.max() < 0.05


def test_a_gap_extends_the_picture_before_it() -> None:
    """A segment without its own picture shows the last one before it."""
    made = segments(recorded(codecs.MPEG4, gap=range(20, 90)))
    assert spans(made[1], "video") == [(0, SEGMENT_S)]
    assert spans(made[0], "video")[-1] == pytest.approx((1.9, SEGMENT_S), abs=0.001)


def test_a_segment_begins_with_a_picture_though_the_recording_does_not() -> None:
    """A Media Source does not play over a hole, and decoders of other cameras' files may give the first one late."""
    (made,) = segments(avi_file(pictures(codecs.JPEG), codecs.JPEG, origin=NOON - SECOND_NS))
    video = spans(made, "video")
    assert (video[0][0], video[-1][1]) == pytest.approx((0, 3), abs=0.05)


def test_segment_information_for_the_page() -> None:
    assert segments_of(io.BytesIO(recorded(codecs.MPEG4))) == Segments(10.0, 0.1, SEGMENT_S, True)
    jpeg = io.BytesIO(avi_file(pictures(codecs.JPEG), codecs.JPEG))
    assert segments_of(jpeg) == Segments(2.0, 1 / 30, SEGMENT_S, False)
    h264 = io.BytesIO(avi_file(pictures(codecs.H264), codecs.H264))
    assert segments_of(h264) == Segments(2.0, 1 / 30, None, False)


def test_a_recording_without_sound() -> None:
    with av.open(
        io.BytesIO(encode_segment(io.BytesIO(avi_file(pictures(codecs.JPEG), codecs.JPEG)), 0, lambda: None))
    ) as made:
        assert [s.type for s in made.streams] == ["video"]
