"""MP4 files: FFmpeg reads what is written, and after a cut at any place the reader finds what is whole."""

import io
from pathlib import Path

import av
import pytest
from tests.media.encoded import h264, h265

from ipcamd.media.codecs import AAC, H264, H265, OPUS, Codec
from ipcamd.media.frame import EncodedFrame
from ipcamd.media.mp4.muxer import find_format
from ipcamd.wire.mp4.init_segment import content_type_of
from ipcamd.wire.mp4.reader import Mp4Content, read_content
from ipcamd.wire.mp4.writer import Mp4Writer

SECOND = 1_000_000_000
NOON = 1_750_000_000 * SECOND
SIZE, RATE = (320, 240), 30
FRAME = SECOND // RATE
SILENCE = {AAC: bytes.fromhex("0120801c"), OPUS: bytes((3 << 3,)) + b"\xff" * 9}
"""A frame of each; an Opus frame of 60 ms."""
ENCODERS = {H264: h264, H265: h265}


class Film:
    """A file of ten pictures, a key frame every fifth, and three frames of sound."""

    def __init__(self, codec: Codec = H264, sound: Codec | None = AAC) -> None:
        payloads = ENCODERS[codec](10, SIZE, 5)
        found = find_format(EncodedFrame(codec, payloads[0], True, NOON, 0, SIZE, RATE), sound)
        assert found
        self.writer = Mp4Writer(found, RATE, NOON)
        self.ends = [self.writer.end]
        """Where the head and each picture end."""
        self.data = self.writer.head()
        for number, payload in enumerate(payloads):
            self.data += b"".join(self.writer.picture(payload, not number % 5, NOON + number * FRAME))
            self.ends.append(self.writer.end)
        for number in range(3):
            at = NOON + number * SECOND // 10
            self.data += b"".join(self.writer.sound(SILENCE[sound], at)) if sound else b""


def content(data: bytes) -> Mp4Content:
    return read_content(lambda place, length: data[place : place + length], len(data))


@pytest.mark.parametrize(
    ("codec", "sound", "names"),
    [
        (H264, AAC, {"h264", "aac"}),
        (H264, OPUS, {"h264", "opus"}),
        (H265, AAC, {"hevc", "aac"}),
        (H265, None, {"hevc"}),
    ],
)
def test_ffmpeg_reads_every_frame_at_its_time(codec: Codec, sound: Codec | None, names: set[str]) -> None:
    film = Film(codec, sound)
    with av.open(io.BytesIO(film.data), format="mp4") as box:
        assert {stream.codec_context.name.replace("libopus", "opus") for stream in box.streams} == names
        packets = [packet for packet in box.demux() if packet.size]
        pictures = [packet for packet in packets if packet.stream.type == "video"]
        assert [packet.pts for packet in pictures] == pytest.approx([3000 * n for n in range(10)], abs=1)
        assert [packet.is_keyframe for packet in pictures] == [not n % 5 for n in range(10)]
        sounds = [packet for packet in packets if packet.stream.type == "audio"]
        assert [float(p.pts * p.time_base) for p in sounds] == ([0.0, 0.1, 0.2] if sound else [])
    with av.open(io.BytesIO(film.data), format="mp4") as box:
        assert [(frame.width, frame.height) for frame in box.decode(video=0)] == [SIZE] * 10
    assert content(film.data) == Mp4Content(NOON, film.writer.length, len(film.data))
    assert film.writer.length == pytest.approx(10 * FRAME, abs=50_000)
    assert film.writer.size == len(film.data)


def test_names_of_codecs() -> None:
    assert content_type_of(Film(H265, OPUS).writer.format.tracks) == 'video/mp4; codecs="hvc1.1.6.L60.90,opus"'
    assert content_type_of(Film(H264, AAC).writer.format.tracks).endswith(',mp4a.40.2"')


def test_a_format_is_the_same_from_one_key_frame_to_the_next() -> None:
    for codec, encode in ENCODERS.items():
        keys = [EncodedFrame(codec, payload, True, NOON, 0, SIZE, RATE) for payload in encode(6, SIZE, 5)[::5]]
        for sound in (AAC, OPUS, None):
            first, second = (find_format(key, sound) for key in keys)
            assert first is not None
            assert first == second
            assert first != find_format(EncodedFrame(codec, encode(1, (640, 480))[0], True, NOON, 0, (640, 480)), sound)
        assert find_format(EncodedFrame(codec, b"\0\0\1\x65abc", True, NOON, 0, SIZE), None) is None


def test_a_cut_at_any_place_leaves_the_whole_fragments() -> None:
    film = Film(sound=None)
    for size in range(film.ends[0], len(film.data)):
        found = content(film.data[:size])
        whole = sum(end <= size for end in film.ends) - 1
        assert found.end == film.ends[whole]
        assert found.length_ns == pytest.approx(whole * FRAME, abs=50_000)
        assert found.started_ns in ((NOON,) if whole else (0, NOON))
    # what a file system may leave behind the last written byte
    assert content(film.data + bytes(5000)).end == len(film.data)


def test_files_of_others_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.mp4"
    with av.open(str(path), "w", options={"movflags": "frag_keyframe+empty_moov"}) as box:
        stream = box.add_stream("libx264", rate=RATE)
        stream.width, stream.height = SIZE
        for _ in range(3):
            box.mux(stream.encode(av.VideoFrame(*SIZE)))
        box.mux(stream.encode())
    film = Film()
    for data in (path.read_bytes(), b"", b"RIFF" + bytes(500), film.data[:100], film.data[: film.ends[0] - 1]):
        with pytest.raises(ValueError, match="camera"):
            content(data)


def test_what_could_not_be_written_is_forgotten() -> None:
    film = Film()
    mark, end, length = film.writer.mark(), film.writer.end, film.writer.length
    film.writer.picture(b"\0\0\1\x41" + bytes(100), False, NOON + SECOND)
    assert film.writer.end > end
    film.writer.back(mark)
    assert (film.writer.end, film.writer.length) == (end, length)
    film.data += b"".join(film.writer.picture(h264(1)[0], True, NOON + 20 * FRAME))
    assert content(film.data).end == len(film.data)


def test_sound_from_before_the_first_picture_is_left_out() -> None:
    assert Film().writer.sound(SILENCE[AAC], NOON - 1) == []
