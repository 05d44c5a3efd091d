"""The payload header: known words in both directions, and invalid values."""

import struct
from dataclasses import astuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipcamd.wire.payload_header import (
    AUDIO,
    JPEG,
    LENGTH,
    SCALES,
    AudioFormat,
    AudioKind,
    Header,
    Status,
    VideoFormat,
    pack_fields,
)

VIDEO = [
    # the format word written bit by bit: scale more, quality, ratio, rate, scale, type
    (VideoFormat(0, (640, 480), 30, 1, 3), 0b00_0000_0011_00000001_011110_0000_0000),
    (VideoFormat(0, (1280, 720), 25, 1, 4), 0b00_0000_0100_00000001_011001_0101_0000),
    (VideoFormat(1, (320, 240), 1, 2, 0), 0b00_0000_0000_00000010_000001_0001_0001),
    (VideoFormat(5, (720, 480), 15, 30, 2), 0b00_0000_0010_00011110_001111_0011_0101),
    (VideoFormat(5, (1280, 960), 30, 30, 1), 0b00_0000_0001_00011110_011110_1111_0101),
    (VideoFormat(1, (1920, 1080), 25, 30, 1), 0b00_0001_0001_00011110_011001_1111_0001),
    (VideoFormat(5, (1600, 1200), 20, 30, 1), 0b00_0010_0001_00011110_010100_1111_0101),
    (VideoFormat(5, (2048, 1536), 20, 30, 1), 0b00_0011_0001_00011110_010100_1111_0101),
    (VideoFormat(5, None, 20, 30, 1), 0b00_1111_0001_00011110_010100_1111_0101),
]
SOUND = [
    (AudioFormat(AudioKind.ULAW, 8, 8000, 1, 40), 3 | 1 << 9 | 40 << 11),
    (AudioFormat(AudioKind.PCM, 16, 48000, 2, 20), 2 | 1 << 4 | 4 << 6 | 2 << 9 | 20 << 11),
    (AudioFormat(AudioKind.AMR, 8, 11025, 1, 0), 4 | 1 << 6 | 1 << 9),
]


@pytest.mark.parametrize(("form", "word"), VIDEO)
def test_video_formats(form: VideoFormat, word: int) -> None:
    assert form.word() == word
    assert VideoFormat.parse(word) == form


@pytest.mark.parametrize(("form", "word"), SOUND)
def test_audio_formats(form: AudioFormat, word: int) -> None:
    assert form.word() == word
    assert AudioFormat.parse(word) == form


def test_a_size_without_a_code_is_marked_as_given_by_the_picture() -> None:
    odd, none = (VideoFormat(5, size, 20, 30, 1).word() for size in ((800, 600), None))
    assert odd == none
    assert VideoFormat.parse(odd).size is None


def test_no_two_sizes_share_their_codes() -> None:
    assert len(set(SCALES.values())) == len(SCALES)


@pytest.mark.parametrize(
    "form",
    [
        VideoFormat(0, (640, 480), 0, 1, 3),
        VideoFormat(0, (640, 480), 31, 1, 3),
        VideoFormat(0, (640, 480), 30, 0, 3),
        VideoFormat(0, (640, 480), 30, 31, 3),
        VideoFormat(0, (640, 480), 30, 1, 5),
        VideoFormat(0, (640, 480), 30, 1, -1),
        AudioFormat(AudioKind.ULAW, 12, 8000, 1, 40),
        AudioFormat(AudioKind.ULAW, 8, 16000, 1, 40),
        AudioFormat(AudioKind.ULAW, 8, 8000, 3, 40),
        AudioFormat(AudioKind.ULAW, 8, 8000, 1, 1 << 21),
    ],
)
def test_values_outside_the_format_word_are_refused(form: VideoFormat | AudioFormat) -> None:
    with pytest.raises(ValueError):
        form.word()


@pytest.mark.parametrize(
    "word",
    [
        0b00_0000_0011_00000001_011110_0000_0010,  # type 2 is sound
        0b00_0000_0011_00000001_011110_0110_0000,  # scale 6
        0b00_0100_0011_00000001_011110_1111_0000,  # second scale 4
        0b00_0000_0101_00000001_011110_0000_0000,  # quality 5
        0b00_0000_0011_00000001_000000_0000_0000,  # rate 0
        0b00_0000_0011_00000000_011110_0000_0000,  # ratio 0
    ],
)
def test_undefined_video_formats(word: int) -> None:
    with pytest.raises(ValueError):
        VideoFormat.parse(word)


@pytest.mark.parametrize("word", [5 | 1 << 9, 3 | 2 << 4 | 1 << 9, 3 | 5 << 6 | 1 << 9, 3, 3 | 3 << 9])
def test_undefined_audio_formats(word: int) -> None:
    with pytest.raises(ValueError):
        AudioFormat.parse(word)


def test_status() -> None:
    status = Status((1, 2, 255), (True, False), True)
    assert status.word() == 1 | 2 << 8 | 255 << 16 | 1 << 24 | 1 << 26
    assert Status.parse(status.word() | 0b11111 << 27) == status
    assert Status().word() == 0
    assert Status.parse(1 << 25).inputs == (False, True)
    with pytest.raises(ValueError):
        Status((0, 256, 0)).word()


def test_the_seven_words() -> None:
    header = Header(7, 1000, JPEG, 1_700_000_000_654_321, 0x01020304, 0x05060708)
    packed = pack_fields(*astuple(header))
    assert len(packed) == LENGTH
    assert packed == struct.pack("<7I", 7, 1000, ord("J"), 1_700_000_000, 654_321, 0x01020304, 0x05060708)
    assert Header.parse(packed) == header


def test_the_type_identifies_the_format() -> None:
    video, video_word = VIDEO[0]
    sound, sound_word = SOUND[0]
    assert Header(0, 0, JPEG, 0, video_word, 0).media() == video
    assert Header(0, 0, 0, 0, video_word, 0).media() == video
    assert Header(0, 0, AUDIO, 0, sound_word, 0).media() == sound


@pytest.mark.parametrize(
    "header",
    [
        Header(1 << 32, 0, JPEG, 0, 0, 0),
        Header(0, -1, JPEG, 0, 0, 0),
        Header(0, 0, 31, 0, 0, 0),
        Header(0, 0, -1, 0, 0, 0),
        Header(0, 0, JPEG, 1_000_000 << 32, 0, 0),
        Header(0, 0, JPEG, -1, 0, 0),
        Header(0, 0, JPEG, 0, 1 << 32, 0),
        Header(0, 0, JPEG, 0, 0, 1 << 32),
    ],
)
def test_values_outside_the_header_are_refused(header: Header) -> None:
    with pytest.raises(ValueError):
        pack_fields(*astuple(header))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bytes(LENGTH - 1),
        bytes(LENGTH + 1),
        struct.pack("<7I", 0, 0, 31, 0, 0, 0, 0),
        struct.pack("<7I", 0, 0, JPEG, 0, 1_000_000, 0, 0),
    ],
)
def test_invalid_headers_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        Header.parse(data)


WORD = st.integers(0, (1 << 32) - 1)
TYPE = st.integers(0, 40) | st.sampled_from((JPEG, AUDIO)) | WORD


@given(st.tuples(WORD, WORD, TYPE, WORD, st.integers(0, 1_000_100), WORD, WORD).map(lambda w: struct.pack("<7I", *w)))
def test_parsed_headers_pack_to_the_same_bytes(data: bytes) -> None:
    try:
        header = Header.parse(data)
    except ValueError:
        return
    assert pack_fields(*astuple(header)) == data


@given(st.integers(0, (1 << 30) - 1))
def test_parsed_formats_pack_to_the_same_word(word: int) -> None:
    for kind in (VideoFormat, AudioFormat):
        try:
            form = kind.parse(word)
        except ValueError:
            continue
        again = form.word()
        # without an escape the second scale field means nothing
        ignored = 15 << 26 if kind is VideoFormat and word >> 4 & 15 != 15 else 0
        assert again & ~ignored == word & ~ignored
