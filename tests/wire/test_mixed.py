"""What old clients wrap around their talk comes off, whatever the pieces it arrives in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipcamd.errors import HttpError
from ipcamd.wire.mixed import HEAD_LIMIT, Mixed

SOUND = bytes(range(256)) * 3
OTHER = SOUND[::-1]

BODIES = {
    "bare": SOUND + OTHER,
    "with lengths": b"".join(
        b"--myboundary\r\nContent-Type: audio/L16\r\nContent-Length: 768\r\n\r\n" + part for part in (SOUND, OTHER)
    ),
    "with lengths and line ends": b"".join(
        b"--b\r\ncontent-length:768\r\n\r\n" + part + b"\r\n" for part in (SOUND, OTHER)
    ),
    "without lengths": b"".join(
        b"--myboundary\r\nContent-Type: audio/basic\r\n\r\n" + part + b"\r\n" for part in (SOUND, OTHER)
    )
    + b"--myboundary--\r\n",
    "without heads": b"--x\n\n" + SOUND + b"\n--x\n\n" + OTHER + b"\n--x--\n",
    "one part for ever": b"--myboundary\r\nContent-Type: audio/L16\r\n\r\n" + SOUND + OTHER + b"\r\n--myboundary\r\n",
    "one part to the end": b"--myboundary\r\nContent-Type: audio/L16\r\n\r\n" + SOUND + OTHER,
    "one part and a last boundary": b"--myboundary\r\n\r\n" + SOUND + OTHER + b"\r\n--myboundary--",
    "with a line end in front": b"\r\n--b\r\nContent-Length: 1536\r\n\r\n" + SOUND + OTHER,
}


def unwrapped(body: bytes, size: int) -> bytes:
    parts = Mixed()
    pieces = (body[at : at + size] for at in range(0, len(body), size))
    return b"".join([*(sound for piece in pieces for sound in parts.feed(piece)), parts.rest()])


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100, 10_000])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_what_is_left_is_the_sound(body: bytes, size: int) -> None:
    assert unwrapped(body, size) == SOUND + OTHER


def test_what_begins_almost_like_a_boundary_is_sound() -> None:
    for body in (b"-\x2c" + SOUND, b"--" + SOUND, b"\r\n\r\n--" + SOUND, b"\n" + SOUND):
        assert unwrapped(body, 1) == unwrapped(body, 1000) == body


def test_sound_goes_out_as_soon_as_it_is_certain() -> None:
    parts = Mixed()
    assert b"".join(parts.feed(b"--b\r\n\r\n" + SOUND)) == SOUND[:-7]
    assert b"".join(parts.feed(OTHER)) == SOUND[-7:] + OTHER[:-7]


@pytest.mark.parametrize("size", [1, 100, 5000])
def test_a_head_without_an_end_is_refused(size: int) -> None:
    with pytest.raises(HttpError):
        unwrapped(b"--b\r\n" + b"x" * (HEAD_LIMIT + 5000), size)


@given(st.binary(max_size=300), st.integers(1, 300))
def test_any_bytes_in_any_pieces_are_taken(body: bytes, size: int) -> None:
    try:
        assert len(unwrapped(body, size)) <= len(body)
    except HttpError:
        assert body.startswith((b"--", b"\r", b"\n"))


@given(st.lists(st.binary(min_size=1, max_size=60).filter(lambda b: b"--b" not in b), max_size=5), st.integers(1, 50))
def test_parts_with_lengths_are_exact(parts: list[bytes], size: int) -> None:
    body = b"".join(b"--b\r\nContent-Length: %d\r\n\r\n%b" % (len(part), part) for part in parts)
    assert unwrapped(body, size) == b"".join(parts)
