"""Real encodes, decoded again."""

import threading
from dataclasses import replace

import numpy as np
import pytest
import simplejpeg
from tests.media.scripted_source import NOON, SECOND, decoded, luma, sloped

from ipcamd.media import codecs
from ipcamd.media.encode.encode_session import EncodeSession
from ipcamd.media.encode.encoder_choice import EncoderChoice
from ipcamd.media.image.scale import ProcessedFrame
from ipcamd.media.planes import planes
from ipcamd.media.stream.stream_settings import StreamSettings

JPEG = StreamSettings(codecs.JPEG, (320, 240), 30, 3)
H264 = StreamSettings(codecs.H264, (320, 240), 30, 3)
MPEG4 = StreamSettings(codecs.MPEG4, (320, 240), 30, 3)
VIDEO = pytest.mark.parametrize("settings", [H264, MPEG4], ids=["h264", "mpeg4"])
RNG = np.random.default_rng(1)


class Encoding:
    """One session, its pictures' times, and requests for key frames."""

    def __init__(self, settings: StreamSettings, source: int = 30) -> None:
        self.session = EncodeSession(settings, EncoderChoice().make)
        self.asked = threading.Event()
        self.source = source
        self.time = NOON

    def run(self, count: int, busy: bool = False, size: tuple[int, int] = (320, 240)) -> list[tuple[bytes, bool]]:
        """Encode so many of the source's pictures; `busy` ones have much to encode."""
        made = []
        for number in range(count):
            frame = sloped(size, shift=8 * number)
            if busy:
                planes(frame)[0][:] = RNG.integers(100, 140, (size[1], size[0]), np.uint8)
            made += self.session.encode(ProcessedFrame(frame, self.time), self.asked)
            self.time += SECOND // self.source
        return [(done.payload, done.key) for done in made]


def keys(done: list[tuple[bytes, bool]]) -> list[int]:
    return [number for number, (_, key) in enumerate(done) if key]


@VIDEO
def test_video_is_decoded_again(settings: StreamSettings) -> None:
    done = Encoding(settings).run(10)
    frames = decoded(settings.codec.name, [payload for payload, _ in done])
    assert len(frames) == 10
    assert {(frame.width, frame.height) for frame in frames} == {(320, 240)}
    # limited range: 16 to 235 for 0 to 255
    assert luma(frames[0]) == pytest.approx(16 + 219 / 255 * luma(sloped()), abs=3)


def test_jpeg_is_decoded_again() -> None:
    for payload, key in Encoding(JPEG).run(3):
        assert key
        assert payload[:2] == b"\xff\xd8"
        assert payload[-2:] == b"\xff\xd9"
        assert simplejpeg.decode_jpeg_header(payload) == (240, 320, "YCbCr", "420")


@pytest.mark.parametrize("size", [(320, 240), (640, 480), (720, 480), (1280, 720)])
@pytest.mark.parametrize("settings", [JPEG, H264, MPEG4], ids=["jpeg", "h264", "mpeg4"])
def test_the_size_is_the_stream_s_whatever_the_source_s(settings: StreamSettings, size: tuple[int, int]) -> None:
    ((payload, _),) = Encoding(replace(settings, size=size)).run(1)
    name = "mjpeg" if settings is JPEG else settings.codec.name
    (frame,) = decoded(name, [payload])
    assert (frame.width, frame.height) == size


@VIDEO
def test_key_frames_come_once_a_group_and_everything_else_is_predicted(settings: StreamSettings) -> None:
    assert keys(Encoding(settings).run(65)) == [0, 30, 60]
    assert keys(Encoding(replace(settings, rate=5), source=5).run(21)) == [0, 10, 20]


@pytest.mark.parametrize("rate", [1, 10, 15, 20, 25, 30])
def test_a_stream_has_its_rate(rate: int) -> None:
    assert len(Encoding(replace(JPEG, rate=rate)).run(91)) == 3 * rate + 1


@VIDEO
def test_cuts_make_no_key_frames(settings: StreamSettings) -> None:
    encoding = Encoding(settings)
    assert keys([*encoding.run(5), *encoding.run(5, busy=True), *encoding.run(5)]) == [0]


@VIDEO
def test_of_a_slow_source_a_key_frame_comes_every_two_seconds(settings: StreamSettings) -> None:
    assert keys(Encoding(settings, source=4).run(17)) == [0, 8, 16]


@VIDEO
def test_a_key_frame_on_demand_at_most_once_a_second(settings: StreamSettings) -> None:
    encoding = Encoding(replace(settings, rate=20), source=20)
    encoding.asked.set()
    encoding.run(5)
    assert not encoding.asked.is_set()
    encoding.asked.set()
    # the last one was five pictures ago, a second is twenty
    assert keys(encoding.run(20)) == [15]
    assert not encoding.asked.is_set()


def units(payload: bytes) -> list[int]:
    """Types of the NAL units of an access unit, Annex B."""
    starts = payload.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1")
    assert starts[0] == b""
    return [unit[0] & 31 for unit in starts[1:]]


def test_parameter_sets_stand_before_every_h264_key_frame() -> None:
    done = Encoding(H264).run(40)
    for payload, key in done:
        types = units(payload)
        if key:
            assert types[:2] == [7, 8]
            assert 5 in types
        else:
            assert types == [1]


def test_the_vol_stands_before_every_mpeg4_key_frame() -> None:
    for payload, key in Encoding(MPEG4).run(40):
        vop = payload.index(b"\0\0\1\xb6")
        # vop_coding_type 0 is I, 1 is P
        assert payload[vop + 4] >> 6 == (0 if key else 1)
        assert (0 <= payload.find(b"\0\0\1\x20") < vop) == key


@VIDEO
def test_a_decoder_can_start_at_any_key_frame(settings: StreamSettings) -> None:
    payloads = [payload for payload, _ in Encoding(settings).run(35)]
    assert len(decoded(settings.codec.name, payloads[30:])) == 5


def test_h264_declares_its_colour_space() -> None:
    (frame,) = decoded("h264", [Encoding(H264).run(1)[0][0]])
    assert (frame.color_range, frame.colorspace) == (1, 5)


@pytest.mark.parametrize("settings", [JPEG, H264, MPEG4], ids=["jpeg", "h264", "mpeg4"])
def test_each_quality_takes_more_bytes_than_the_one_below(settings: StreamSettings) -> None:
    settings = replace(settings, size=(640, 480))
    sizes = [len(Encoding(replace(settings, quality=quality)).run(1, size=(640, 480))[0][0]) for quality in range(5)]
    assert sizes == sorted(set(sizes))


@pytest.mark.slow
@VIDEO
@pytest.mark.parametrize("source", [30, 10])
def test_a_steady_bit_rate_is_kept_whatever_the_source_s_rate(settings: StreamSettings, source: int) -> None:
    encoding = Encoding(replace(settings, bitrate=1_000_000), source)
    encoding.run(3 * source, busy=True)
    settled = encoding.run(4 * source, busy=True)
    assert sum(len(payload) for payload, _ in settled) * 8 / 4 == pytest.approx(1_000_000, rel=0.2)


@VIDEO
def test_two_streams_share_one_frame_without_disturbing_each_other(settings: StreamSettings) -> None:
    needs_source, one, two = (Encoding(settings) for _ in range(3))
    expected = needs_source.run(12)
    got: list[tuple[bytes, bool]] = []
    for number in range(12):
        processed = ProcessedFrame(sloped(shift=8 * number), NOON + number * SECOND // 30)
        two.asked.set() if number == 5 else None
        for encoding, into in ((two, []), (one, got)):
            (done,) = encoding.session.encode(processed, encoding.asked)
            into.append((done.payload, done.key))
    assert got == expected
