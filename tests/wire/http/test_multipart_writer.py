"""The bytes of stream parts (clarifications, 3)."""

from ipcamd.wire.http.multipart_writer import OPENING, PLAIN_TYPE, SDK_TYPE, plain_part, sdk_part

HEADER = bytes(range(28))
JPEG = b"\xff\xd8 picture \xff\xd9"


def test_sdk_stream() -> None:
    stream = OPENING + b"".join(sdk_part(HEADER, JPEG)) + b"".join(sdk_part(HEADER, b"more"))
    assert stream == (
        b"--myboundary\r\nContent-Length: 41\r\n\r\n" + HEADER + JPEG
        + b"--myboundary\r\nContent-Length: 32\r\n\r\n" + HEADER + b"more"
        + b"--myboundary\r\n"
    )  # fmt: skip


def test_plain_stream() -> None:
    stream = OPENING + b"".join(plain_part(JPEG)) + b"".join(plain_part(JPEG))
    part = b"--myboundary\r\nContent-Type: image/jpeg\r\nContent-Length: 13\r\n\r\n" + JPEG + b"\r\n"
    assert stream == part * 2 + b"--myboundary\r\n"


def test_the_vendors_viewer_finds_its_way() -> None:
    """It takes 28 bytes behind the empty line and all up to the next boundary, which must end in FFD9."""
    stream = OPENING + b"".join(sdk_part(HEADER, JPEG)) * 2
    parts = stream.split(b"--myboundary")[1:-1]
    assert [part.partition(b"\r\n\r\n")[2][28:] for part in parts] == [JPEG, JPEG]


def test_content_types() -> None:
    assert SDK_TYPE == "multipart/mixed;boundary=myboundary"
    assert PLAIN_TYPE == "multipart/x-mixed-replace;boundary=myboundary"
