"""The end and the size of a JPEG follow from its markers, however it arrives."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ipcamd.wire.jpeg_scanner import JpegScanner


def jpeg(size: tuple[int, int] = (48, 32), thumbnail: bytes = b"", **options: object) -> bytes:
    file = BytesIO()
    image = Image.effect_noise(size, 90)
    image.save(file, "JPEG", comment=thumbnail, **options)
    return file.getvalue()


KINDS = {
    "baseline": jpeg(),
    "progressive": jpeg(progressive=True),
    "with restarts": jpeg(restart_marker_blocks=1),
    "with a picture inside": jpeg(thumbnail=jpeg((8, 8))),
    "with fill bytes": jpeg().replace(b"\xff\xc0", b"\xff\xff\xff\xc0", 1),
}


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("behind", [b"", b"\r\n--b\r\n", b"\xff\xd8\xff", b"\0\0"])
def test_the_end_is_found_with_its_last_byte(name: str, behind: bytes) -> None:
    data, scanner = KINDS[name], JpegScanner()
    assert all(scanner.find_end(data[:length]) == -1 for length in range(2, len(data)))
    assert scanner.find_end(data + behind) == len(data)
    assert scanner.size == (48, 32)
    assert scanner.is_progressive == (name == "progressive")


@pytest.mark.parametrize("name", KINDS)
def test_it_makes_no_difference_whether_it_comes_at_once(name: str) -> None:
    assert JpegScanner().find_end(KINDS[name] + b"more") == len(KINDS[name])


def test_without_an_end_marker_the_next_picture_ends_it() -> None:
    assert JpegScanner().find_end(KINDS["baseline"][:-2] + KINDS["baseline"]) == len(KINDS["baseline"]) - 2


@given(st.binary(max_size=200), st.integers(1, 20))
def test_any_bytes_get_an_expected_answer(data: bytes, step: int) -> None:
    data, scanner, ends = b"\xff\xd8" + data, JpegScanner(), []
    for length in range(2, len(data) + step, step):
        ends.append(scanner.find_end(data[:length]))
        if ends[-1] >= 0:
            break
    assert ends[-1] == JpegScanner().find_end(data)
