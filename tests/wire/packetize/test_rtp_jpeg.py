import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ipcamd.wire.packetize.jpeg import make_payloads
from ipcamd.wire.rtp.rtp import ROOM


def jpeg(width: int = 176, height: int = 144, mode: str = "RGB", **options: object) -> bytes:
    noise = np.random.default_rng(1).integers(0, 255, (height, width, 3), np.uint8)
    out = io.BytesIO()
    Image.fromarray(noise).convert(mode).save(out, "JPEG", quality=50, **options)
    return out.getvalue()


def scan(packets: list[bytes], restart: int = 0) -> bytes:
    """Reassemble packets as a receiver does (RFC 2435, 3.1)."""
    data = b""
    for packet in packets:
        assert len(packet) <= ROOM
        assert int.from_bytes(packet[1:4]) == len(data)
        assert packet[4:8] == packets[0][4:8]
        at = 8 + restart
        if not data:
            assert packet[at : at + 4] == b"\0\0\0\x80"
            at += 4 + 128
        data += packet[at:]
    return data


@pytest.mark.parametrize(("subsampling", "kind"), [("4:2:0", 1), ("4:2:2", 0)])
def test_the_scan_is_restored_and_the_header_describes_the_rest(subsampling: str, kind: int) -> None:
    image = jpeg(subsampling=subsampling)
    packets = make_payloads(image)
    assert packets[0][4:8] == bytes((kind, 255, 22, 18))
    assert [len(p) for p in packets[:-1]] == [ROOM] * (len(packets) - 1)
    data = scan(packets)
    assert image.endswith(data + b"\xff\xd9")
    tables = Image.open(io.BytesIO(image)).quantization
    assert sum(packets[0][12:140]) == sum(tables[0]) + sum(tables[1])


def test_restart_markers_are_announced() -> None:
    packets = make_payloads(jpeg(restart_marker_rows=1))
    assert packets[0][4] == 64 | 1
    assert packets[0][8:12] == (11).to_bytes(2) + b"\xff\xff"
    assert scan(packets, 4)


def test_the_two_colours_must_have_one_quantization_table() -> None:
    image = bytearray(jpeg())
    at = image.index(b"\xff\xc0") + 10  # the first of three components: number, sampling, table
    assert (image[at + 5], image[at + 8]) == (1, 1)
    image[at + 8] = 0
    with pytest.raises(ValueError, match="RFC 2435"):
        make_payloads(bytes(image))


def test_a_size_beyond_the_header_is_left_to_the_description() -> None:
    assert make_payloads(jpeg(2048, 8))[0][6:8] == b"\0\0"


@pytest.mark.parametrize(
    "image",
    [
        jpeg(mode="L"),
        jpeg(subsampling="4:4:4"),
        jpeg(progressive=True),
        jpeg(optimize=True),
        jpeg()[:300],
        b"\xff\xd8",
        b"GIF89a",
        b"",
    ],
    ids=["grey", "4:4:4", "progressive", "own Huffman", "cut", "empty", "GIF", "nothing"],
)
def test_frames_unsuitable_for_the_format_are_refused(image: bytes) -> None:
    with pytest.raises(ValueError, match=r"JPEG|Huffman"):
        make_payloads(image)


@given(st.integers(0, 1000), st.binary(min_size=1, max_size=8))
def test_a_damaged_header_is_carried_or_refused(at: int, damage: bytes) -> None:
    image = DAMAGED[:at] + damage + DAMAGED[at + len(damage) :]
    try:
        packets = make_payloads(image)
    except ValueError:
        return
    assert all(len(p) <= ROOM for p in packets)


DAMAGED = jpeg(64, 64)
