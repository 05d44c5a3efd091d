"""JPEGs of other encoders: inspection without decoding."""

import io

import numpy as np
import pytest
import simplejpeg
from PIL import Image

from ipcamd.wire.bitstream.jpeg import STANDARD_TABLES, JpegInspector

PICTURE = np.random.default_rng(1).integers(0, 255, (48, 64, 3), np.uint8)


def jpeg(**options: object) -> bytes:
    data = io.BytesIO()
    Image.fromarray(PICTURE).save(data, "JPEG", **options)
    return data.getvalue()


def without_tables(data: bytes) -> bytes:
    """A picture as many webcams send it."""
    while (at := data.find(b"\xff\xc4")) >= 0:
        data = data[:at] + data[at + 2 + int.from_bytes(data[at + 2 : at + 4]) :]
    return data


@pytest.mark.parametrize(
    ("data", "obstacle"),
    [
        (jpeg(), ""),
        (jpeg(subsampling="4:2:2"), ""),
        (jpeg() + bytes(100), ""),
        (jpeg(progressive=True), "JPEGs: not a baseline JPEG"),
        (jpeg(optimize=True), "JPEGs: not the standard Huffman tables"),
        (jpeg(subsampling="4:4:4"), "JPEGs of a kind that RFC 2435 does not have"),
        (jpeg()[:-2], "JPEGs that are cut short"),
    ],
)
def test_size_and_obstacle(data: bytes, obstacle: str) -> None:
    found = JpegInspector().inspect(data)
    assert found
    assert (found.size, found.obstacle, found.key, found.payload) == ((64, 48), obstacle, True, data)


def test_tables_that_a_webcam_leaves_out_are_put_in() -> None:
    bare = without_tables(jpeg())
    found = JpegInspector().inspect(bare)
    assert found
    assert found.payload.replace(STANDARD_TABLES, b"") == bare
    assert (simplejpeg.decode_jpeg(found.payload) == simplejpeg.decode_jpeg(jpeg())).all()


def test_invalid_jpegs_are_no_pictures() -> None:
    assert JpegInspector().inspect(b"GIF89a") is None
    found = JpegInspector().inspect(b"\xff\xd8\xff\xd9")
    assert found
    assert found.obstacle == "JPEGs that are cut short"


def test_each_picture_of_a_stream_is_inspected_for_itself() -> None:
    commented = jpeg(comment=b"taken at noon")
    pictures = (
        jpeg(),
        commented,
        jpeg(comment=b"taken a little later"),
        jpeg(quality=30),
        without_tables(commented),
        jpeg(progressive=True),
        commented[:-2],
        b"\xff\xd8\xff\xd9",
        jpeg(),
    )
    stream = JpegInspector()
    assert [stream.inspect(data) for data in pictures] == [JpegInspector().inspect(data) for data in pictures]
