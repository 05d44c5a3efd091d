"""MP4 files: FFmpeg reads them, and the reader finds all whole fragments of a truncated one."""

import io
from dataclasses import replace
from pathlib import Path

import av
import pytest
from tests.media.encoded import h264, h265
from tests.wire.avi.avi_files import pictures
from tests.wire.mp4.mp4_files import SILENCE, mp4_file

from ipcamd.media.codecs import AAC, H264, H265, OPUS, Codec
from ipcamd.media.frame import EncodedFrame
from ipcamd.media.mp4.muxer import find_format
from ipcamd.wire.mp4.file_writer import Mp4FileWriter
from ipcamd.wire.mp4.init_segment import content_type_of
from ipcamd.wire.mp4.reader import Mp4Content, Mp4Fragment, Read, iterate_fragments, read_content, read_head
from ipcamd.wire.mp4.sample_entry import to_annex_b
from ipcamd.wire.packetize import h264 as h264_format
from ipcamd.wire.packetize import h265 as h265_format

SECOND = 1_000_000_000
NOON = 1_750_000_000 * SECOND
SIZE, RATE = (320, 240), 30
FRAME = SECOND // RATE
ENCODERS = {H264: h264, H265: h265}
SPLIT = {H264: h264_format.split_units, H265: h265_format.split_units}


class Mp4File:
    """A file of thirty pictures, a key frame every fifteenth, and sound."""

    def __init__(self, codec: Codec = H264, sound: Codec | None = AAC) -> None:
        self.payloads = ENCODERS[codec](30, SIZE, 15)
        found = find_format(EncodedFrame(codec, self.payloads[0], True, NOON, 0, SIZE, RATE), sound)
        assert found
        self.writer = Mp4FileWriter(found, RATE, NOON)
        self.fragments: list[bytes] = []
        for number, payload in enumerate(self.payloads):
            self.append(self.writer.picture(payload, not number % 15, NOON + number * FRAME))
            if sound and not number % 10:
                self.writer.sound(SILENCE[sound], NOON + number * FRAME)

    def append(self, pieces: list[bytes]) -> None:
        if pieces:
            self.fragments.append(b"".join(pieces))

    def data(self, *, closed: bool = True) -> bytes:
        return b"".join((self.writer.head(closed=closed), *self.fragments, self.writer.index()))


def reading(data: bytes) -> Read:
    return lambda place, length: data[place : place + length]


def fragments(data: bytes) -> list[Mp4Fragment]:
    return list(iterate_fragments(reading(data), len(data), read_head(reading(data), len(data)).end))


def content(data: bytes) -> Mp4Content:
    return read_content(reading(data), len(data))


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
    film = Mp4File(codec, sound)
    data = film.data()
    with av.open(io.BytesIO(data), format="mp4") as box:
        assert {stream.codec_context.name.replace("libopus", "opus") for stream in box.streams} == names
        packets = [packet for packet in box.demux() if packet.size]
        pictures = [packet for packet in packets if packet.stream.type == "video"]
        assert [packet.pts for packet in pictures] == pytest.approx([3000 * n for n in range(30)], abs=1)
        assert [packet.is_keyframe for packet in pictures] == [not n % 15 for n in range(30)]
        sounds = [float(p.pts * p.time_base) for p in packets if p.stream.type == "audio"]
        assert sounds == (pytest.approx([0.0, 1 / 3, 2 / 3], abs=0.001) if sound else [])
    with av.open(io.BytesIO(data), format="mp4") as box:
        assert [(frame.width, frame.height) for frame in box.decode(video=0)] == [SIZE] * 30
    assert len(film.fragments) == 1
    open_data = film.data(closed=False)
    assert content(open_data) == Mp4Content(NOON, film.writer.length, len(data), film.writer.head(closed=True))
    assert content(data) == Mp4Content(NOON, film.writer.length, len(data), b"")
    assert film.writer.length == pytest.approx(30 * FRAME, abs=50_000)
    assert film.writer.size == pytest.approx(len(data), rel=0.2)


def test_names_of_codecs() -> None:
    assert content_type_of(Mp4File(H265, OPUS).writer.format.tracks) == 'video/mp4; codecs="hvc1.1.6.L60.90,opus"'
    assert content_type_of(Mp4File(H264, AAC).writer.format.tracks).endswith(',mp4a.40.2"')


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
    film = Mp4File(sound=None)
    data, head = film.data(closed=False), len(film.writer.head())
    half = head + len(film.fragments[0])
    for size in range(head, len(data)):
        found = content(data[:size])
        assert (found.end, found.started_ns) == (half if size >= half else head, NOON)
        assert found.length_ns == pytest.approx(15 * FRAME if size >= half else 0, abs=50_000)
        assert content(film.data()[:size]) == found  # a closed file that lost its end is not closed
    # what a file system may leave behind the last written byte
    assert content(data + bytes(5000)).end == len(data)


def test_a_long_time_without_a_key_frame_is_written_too() -> None:
    film, payload = Mp4File(sound=None), h264(2)[1]
    for number in range(30, 180):
        film.append(film.writer.picture(payload, False, NOON + number * FRAME))
    assert [len(read.frames) for read in fragments(film.data())] == [15, 60, 60, 45]


def test_files_of_others_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.mp4"
    with av.open(str(path), "w", options={"movflags": "frag_keyframe+empty_moov"}) as box:
        stream = box.add_stream("libx264", rate=RATE)
        stream.width, stream.height = SIZE
        for _ in range(3):
            box.mux(stream.encode(av.VideoFrame(*SIZE)))
        box.mux(stream.encode())
    film = Mp4File()
    for data in (
        path.read_bytes(),
        b"",
        b"RIFF" + bytes(500),
        film.data()[:100],
        film.data()[: len(read_head(reading(film.data()), len(film.data())).opening) - 1],
    ):
        with pytest.raises(ValueError, match="camera"):
            content(data)


def test_unwritten_frames_are_dropped() -> None:
    film = Mp4File()
    mark, end, length = film.writer.mark(), film.writer.end, film.writer.length
    assert film.writer.picture(h264(1)[0], True, NOON + SECOND)
    film.writer.sound(SILENCE[AAC], NOON + SECOND)
    assert film.writer.end > end
    film.writer.back(mark)
    assert (film.writer.end, film.writer.length) == (end, length)
    film.append(film.writer.picture(h264(1)[0], True, NOON + 40 * FRAME))
    assert [len(each.frames) for each in fragments(film.data())] == [15 + 2, 15 + 1, 1]
    assert content(film.data()).head == b""


@pytest.mark.parametrize(("codec", "sound"), [(H264, AAC), (H265, OPUS)])
def test_each_frame_comes_back_as_it_was(codec: Codec, sound: Codec) -> None:
    film = Mp4File(codec, sound)
    data = film.data()
    head = read_head(reading(data), len(data))
    assert (head.video.kind, head.video.size, head.rate) == (codec.mp4_kind, SIZE, RATE)
    assert head.sound
    assert (head.sound.kind, head.sound.timescale) == (sound.mp4_kind, sound.rtp_format.clock)
    frames = [frame for fragment in fragments(data) for frame in fragment.frames]
    shown = [frame for frame in frames if frame.track_id == 1]
    assert [frame.is_key for frame in shown] == [not n % 15 for n in range(30)]
    sets = head.video.parameter_sets
    for given, frame in zip(film.payloads, shown, strict=True):
        found = to_annex_b(data[frame.place : frame.place + frame.length])
        assert SPLIT[codec](sets + found if frame.is_key else found) == SPLIT[codec](given)
    heard = [frame for frame in frames if frame.track_id == 2]
    assert [data[frame.place : frame.place + frame.length] for frame in heard] == [SILENCE[sound]] * 3


class CountingFile(io.BytesIO):
    """File in memory that counts the bytes that are read."""

    count = 0

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self.count += len(data)
        return data


def test_a_player_finds_a_key_frame_without_reading_the_file() -> None:
    rounds = ((number * 5 * SECOND, picture) for number in range(12) for picture in pictures(H264, 150))
    shown = [replace(picture, captured_ns=picture.captured_ns + later_ns) for later_ns, picture in rounds]
    for closed in (True, False):
        file = CountingFile(mp4_file(shown, H264, closed=closed))
        with av.open(file, format="mp4", buffer_size=4096, options={"probesize": "50000"}) as box:
            assert box.duration == pytest.approx(60_000_000, abs=70_000)
            box.seek(50_500_000)
            packet = next(box.demux(video=0))
            assert float(packet.pts * packet.time_base) == pytest.approx(50, abs=0.001)
        assert (file.count < len(file.getvalue()) / 2) == closed  # without the index a player reads all of it


def test_a_clock_that_is_set_leaves_no_gap() -> None:
    for step in (3600 * SECOND, -3600 * SECOND):
        film = Mp4File(sound=AAC)
        before = film.writer.length
        film.writer.picture(h264(1)[0], True, NOON + 30 * FRAME + step)
        assert film.writer.length == pytest.approx(before + FRAME, abs=100_000)
        size = film.writer.size
        film.writer.sound(SILENCE[AAC], NOON + 30 * FRAME)
        assert film.writer.size == size
        film.writer.sound(SILENCE[AAC], NOON + 31 * FRAME + step)
        assert film.writer.size == size + len(SILENCE[AAC])


def test_sound_from_before_the_first_picture_is_left_out() -> None:
    film = Mp4File()
    size = film.writer.size
    film.writer.sound(SILENCE[AAC], NOON - 1)
    assert film.writer.size == size
