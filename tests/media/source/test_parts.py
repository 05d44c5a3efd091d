"""Multipart answers, as cameras send them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipcamd.media.source.parts import LARGEST, Parts

A, B = b"\xff\xd8" + bytes(range(256)) + b"\xff\xd9", b"\xff\xd8second--\r\n\r\n\xff\xd9"


def cut(data: bytes, step: int) -> list[bytes]:
    parts = Parts()
    return [part for at in range(0, len(data), step) for part in parts.feed(data[at : at + step])]


FORMS = {
    "counted": b"--b\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%b\r\n",
    "counted, no line break behind": b"--b\r\nContent-Length: %d\r\n\r\n%b",
    "lower case, no blank": b"--b\r\ncontent-length:%d\r\n\r\n%b\r\n",
    "line feeds alone": b"--b\nContent-Length: %d\n\n%b\n",
    "not counted": b"--b\r\nContent-Type: image/jpeg; n=%d\r\n\r\n%b\r\n",
    "not counted, line feeds alone": b"--b\nX: %d\n\n%b\n",
    "blank lines before": b"\r\n\r\n--b\r\nContent-Length: %d\r\n\r\n%b\r\n",
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("step", [1, 2, 7, 64, 100_000])
def test_parts_of_every_form_are_found_however_they_arrive(form: bytes, step: int) -> None:
    parts = [A, B, A]
    data = b"".join(form % (len(part), part) for part in parts) + b"--b\r\n"
    assert cut(data, step) == parts


@given(st.lists(st.binary(max_size=300), max_size=6), st.sampled_from(list(FORMS.values())[:4]), st.integers(1, 50))
def test_what_is_counted_may_hold_anything(parts: list[bytes], form: bytes, step: int) -> None:
    assert cut(b"".join(form % (len(part), part) for part in parts), step) == parts


@given(st.binary(max_size=400), st.integers(1, 60))
def test_any_bytes_do_no_harm(data: bytes, step: int) -> None:
    try:
        whole = cut(data, len(data) or 1)
    except ValueError:
        return
    try:
        assert cut(data, step) == whole
    except ValueError:
        pytest.fail("the same bytes were taken when they came at once")


def test_the_boundary_in_the_stream_counts() -> None:
    assert cut(b"--real\r\n\r\n" + A + b"\r\n--real\r\n\r\n" + A + b"\r\n--real\r\n\r\n", 50) == [A, A]


@pytest.mark.parametrize(
    "data",
    [
        b"<html>" * 2000,
        b"HTTP/1.1 200 OK\r\n\r\nhello",
        b"--b\r\nContent-Length: %d\r\n\r\n" % (LARGEST + 1),
        b"--b\r\nX: " + b"y" * 9000,
        b"--\r\n\r\n",
    ],
)
def test_what_is_no_multipart_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        cut(data, 1000)


def test_a_part_without_an_end_is_given_up() -> None:
    parts = Parts()
    with pytest.raises(ValueError, match="without an end"):
        for piece in [b"--b\r\n\r\n"] + [bytes(1 << 20)] * 18:
            list(parts.feed(piece))


@pytest.mark.parametrize("number", [b"-5", b"1_0", b"\xd9\xa5", b"0x10", b"9" * 40, b"5 5", b""])
def test_a_length_that_is_no_number_does_not_count(number: bytes) -> None:
    assert cut(b"--b\r\nContent-Length: " + number + b"\r\n\r\n" + A + b"\r\n--b\r\n", 9) == [A]
