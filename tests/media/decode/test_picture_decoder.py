"""Pictures without a container are decoded; damaged and too large ones do no harm."""

from fractions import Fraction
from io import BytesIO

import av
import pytest
from PIL import Image
from tests.media.source.clips import grey

from ipcamd.errors import SourceError
from ipcamd.media.decode.picture_decoder import PictureDecoder, decode_file


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xd8", b"\xff\xd8\xff\xd9", bytes(5000), b"\xff\xd8" + bytes(range(256)) * 9]
)
def test_damaged_data_gives_no_picture_and_no_failure(data: bytes) -> None:
    decoder = PictureDecoder("mjpeg")
    for _ in range(3):
        assert decoder.decode(data) == []


def with_size(jpeg: bytes, width: int, height: int) -> bytes:
    """The same JPEG, which claims another size."""
    at = jpeg.index(b"\xff\xc0") + 5
    return jpeg[:at] + height.to_bytes(2) + width.to_bytes(2) + jpeg[at + 4 :]


def small_jpeg() -> bytes:
    codec = av.VideoCodecContext.create("mjpeg", "w")
    codec.width, codec.height, codec.pix_fmt, codec.time_base = 64, 48, "yuvj420p", Fraction(1, 30)
    return b"".join(bytes(packet) for packet in codec.encode(grey((64, 48), 90, "yuvj420p")))


def test_a_picture_too_large_for_memory_is_refused_in_words() -> None:
    assert len(PictureDecoder("mjpeg").decode(small_jpeg())) == 1
    with pytest.raises(SourceError, match="60000x60000 pixels; at most 264 million"):
        PictureDecoder("mjpeg").decode(with_size(small_jpeg(), 60000, 60000))


@pytest.mark.slow
@pytest.mark.parametrize("size", [(9000, 8000), (16000, 16000)])
def test_a_large_jpeg_is_decoded_at_a_part_of_its_size(size: tuple[int, int]) -> None:
    file, decoder = BytesIO(), PictureDecoder("mjpeg")
    Image.new("L", size, 90).save(file, "JPEG")
    large = decoder.decode(file.getvalue())
    scale = 2
    assert [(frame.width, frame.height) for frame in large] == [(size[0] // scale, size[1] // scale)]
    assert decoder.decode(small_jpeg())[0].width == 64


@pytest.mark.slow
def test_a_large_progressive_jpeg_is_refused_in_words() -> None:
    file = BytesIO()
    Image.new("L", (9000, 8000), 90).save(file, "JPEG", progressive=True)
    with pytest.raises(SourceError, match="9000x8000 pixels; at most 67 million"):
        PictureDecoder("mjpeg").decode(file.getvalue())


def test_a_large_picture_of_another_kind_is_refused_in_words() -> None:
    bomb = BytesIO()
    Image.new("1", (9000, 9000)).save(bomb, "PNG")
    with pytest.raises(SourceError, match="9000x9000 pixels; at most 67 million"):
        decode_file(bomb.getvalue())
