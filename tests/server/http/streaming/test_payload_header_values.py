"""Payload headers of frames, word by word."""

from dataclasses import replace

import pytest

from ipcamd.media import codecs
from ipcamd.media.frame import EncodedFrame
from ipcamd.server.http.streaming.payload_header_values import pack_payload_header
from ipcamd.wire.payload_header import AUDIO, JPEG, AudioFormat, AudioKind, Header, Status, VideoFormat

NOON_US = 1_750_000_000_000_005
STATUS = Status((10, 20, 30), (True, False), True)
H264 = EncodedFrame(
    codecs.H264, b"\0\0\1", False, NOON_US * 1000, 7, (1280, 720), 25, gop=30, since_key=4, quality=2, status=STATUS
)


def test_a_picture() -> None:
    header = Header.parse(pack_payload_header(H264))
    assert (header.counter, header.size, header.type, header.captured_us) == (7, 3, 4, NOON_US)
    assert header.media() == VideoFormat(5, (1280, 720), 25, 30, 2)
    assert Status.parse(header.status) == STATUS


@pytest.mark.parametrize(("codec", "code"), [(codecs.JPEG, 0), (codecs.MPEG4, 1), (codecs.H264, 5)])
def test_the_sdks_code_of_each_codec(codec: codecs.Codec, code: int) -> None:
    media = Header.parse(pack_payload_header(replace(H264, codec=codec))).media()
    assert media.kind == code


def test_a_jpeg_has_the_letter_j() -> None:
    assert Header.parse(pack_payload_header(replace(H264, codec=codecs.JPEG))).type == JPEG


@pytest.mark.parametrize(("since_key", "type_word"), [(0, 0), (1, 1), (30, 30), (31, 30), (900, 30)])
def test_the_type_counts_from_each_key_frame_and_is_held_at_30(since_key: int, type_word: int) -> None:
    assert Header.parse(pack_payload_header(replace(H264, since_key=since_key))).type == type_word


def test_sound() -> None:
    header = Header.parse(
        pack_payload_header(EncodedFrame(codecs.ULAW, bytes(320), True, NOON_US * 1000, 9, rate=8000))
    )
    assert (header.counter, header.size, header.type, header.captured_us) == (9, 320, AUDIO, NOON_US)
    assert header.media() == AudioFormat(AudioKind.ULAW, 8, 8000, 1, 40)
