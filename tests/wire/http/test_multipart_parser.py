"""Multipart bodies of old clients' talk and of cameras' pictures, in pieces of every size."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipcamd.wire.http import multipart_parser
from ipcamd.wire.http.multipart_parser import HEAD_LIMIT_BYTES, MultipartParser, PictureParser

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
    parts = MultipartParser()
    pieces = (body[at : at + size] for at in range(0, len(body), size))
    return b"".join([*(sound for piece in pieces for sound in parts.feed(piece)), parts.rest()])


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100, 10_000])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_the_body_without_framing_is_the_sound(body: bytes, size: int) -> None:
    assert unwrapped(body, size) == SOUND + OTHER


def test_bytes_similar_to_a_boundary_are_sound() -> None:
    for body in (b"-\x2c" + SOUND, b"--" + SOUND, b"\r\n\r\n--" + SOUND, b"\n" + SOUND):
        assert unwrapped(body, 1) == unwrapped(body, 1000) == body


def test_sound_is_sent_as_soon_as_its_order_is_certain() -> None:
    parts = MultipartParser()
    assert b"".join(parts.feed(b"--b\r\n\r\n" + SOUND)) == SOUND[:-7]
    assert b"".join(parts.feed(OTHER)) == SOUND[-7:] + OTHER[:-7]


@pytest.mark.parametrize("size", [1, 100, 5000])
def test_a_head_without_an_end_is_refused(size: int) -> None:
    with pytest.raises(ValueError):
        unwrapped(b"--b\r\n" + b"x" * (HEAD_LIMIT_BYTES + 5000), size)


@given(st.binary(max_size=300), st.integers(1, 300))
def test_any_bytes_in_any_pieces_are_taken(body: bytes, size: int) -> None:
    try:
        assert len(unwrapped(body, size)) <= len(body)
    except ValueError:
        assert body.startswith((b"--", b"\r", b"\n"))


@given(st.lists(st.binary(min_size=1, max_size=60).filter(lambda b: b"--b" not in b), max_size=5), st.integers(1, 50))
def test_parts_with_lengths_are_exact(parts: list[bytes], size: int) -> None:
    body = b"".join(b"--b\r\nContent-Length: %d\r\n\r\n%b" % (len(part), part) for part in parts)
    assert unwrapped(body, size) == b"".join(parts)


def jpeg(body: bytes = b"entropy\xff\x00coded\xff\xd3data", preview: bytes = b"") -> bytes:
    """A picture in form only: two segments, one of them with a preview, and a scan."""
    application = b"\xff\xe1" + (2 + len(preview)).to_bytes(2) + preview
    frame = b"\xff\xc0\x00\x0b\x08" + (48).to_bytes(2) + (64).to_bytes(2) + b"\x01\x11\x11\x00"
    return b"\xff\xd8" + application + frame + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + body + b"\xff\xd9"


A = jpeg()
B = jpeg(b"--\r\n\r\n--bx\r\n", preview=jpeg(b"small"))
SDK = bytes(range(28)) + b"payload"


def counted(part: bytes, length: int | None = None, end: bytes = b"\r\n", line: bytes = b"--b\r\n") -> bytes:
    return line + b"Content-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % (length or len(part)) + part + end


def uncounted(part: bytes, end: bytes = b"\r\n", line: bytes = b"--b\r\n") -> bytes:
    return line + b"Content-Type: image/jpeg\r\n\r\n" + part + end


ANSWERS = {
    "by the book": counted(A) + counted(B) + counted(A) + b"--b--\r\n",
    "no line break behind": counted(A, end=b"") + counted(B, end=b"") + counted(A, end=b""),
    "length counts the line break": b"".join(counted(part, len(part) + 2) for part in (A, B, A)) + b"--b\r\n",
    "no length": uncounted(A) + uncounted(B) + uncounted(A) + b"--b\r\n",
    "no length, no line break behind": uncounted(A, b"") + uncounted(B, b"") + uncounted(A, b""),
    "no head": b"".join(b"--b\r\n\r\n" + part + b"\r\n" for part in (A, B, A)),
    "neither head nor empty line": b"".join(b"--b\r\n" + part + b"\r\n" for part in (A, B, A)),
    "no empty line": b"".join(b"--b\r\nContent-Type: image/jpeg\r\n" + part + b"\r\n" for part in (A, B, A)),
    "line feeds alone": b"".join(b"--b\nContent-Length: %d\n\n%b\n" % (len(part), part) for part in (A, B, A)),
    "line feeds alone, no length": b"".join(b"--b\nX: y\n\n" + part + b"\n" for part in (A, B, A)),
    "first boundary missing": counted(A, line=b"") + counted(B) + counted(A),
    "first boundary missing, no length": uncounted(A, line=b"") + uncounted(B) + uncounted(A),
    "boundary behind each part alone": b"".join(counted(part, line=b"", end=b"\r\n--zz\r\n") for part in (A, B, A)),
    "no boundary at all": b"".join(counted(part, line=b"", end=b"\r\n") for part in (A, B, A)),
    "length too small": counted(A, 7) + counted(B, 3) + counted(A, 20) + b"--b\r\n",
    "length too large": counted(A, 5000) + counted(B, 5000) + counted(A, 5000),
    "length is no number": counted(A).replace(b"Length: ", b"Length: -0x") + counted(B) + counted(A),
    "length twice": counted(A).replace(b"Content-L", b"Content-Length: 3\r\nContent-L") + counted(B) + counted(A),
    "text before": b"This is a stream\r\nof a camera.\r\n\r\n" + counted(A) + counted(B) + counted(A),
    "empty lines before": b"\r\n\r\n" + counted(A) + counted(B) + counted(A),
    "many fields": b"".join(
        counted(part).replace(b"\r\n\r\n", b"\r\nX-Timestamp: 1.2\r\nX-Motion:\r\nDate: now\r\n\r\n", 1)
        for part in (A, B, A)
    ),
    "odd spelling": counted(A).replace(b"Content-Length:", b"CONTENT-length :") + counted(B) + counted(A),
    "another answer's head": counted(A).replace(b"Content-T", b"HTTP/1.1 200 OK\r\nContent-T")
    + counted(B)
    + counted(A),
    "boundary that changes": b"".join(uncounted(part, line=b"--b%d\r\n" % n) for n, part in enumerate((A, B, A))),
    "boundary with blanks": b"".join(counted(part, line=b"--b \t\r\n") for part in (A, B, A)),
    "boundary twice": b"".join(counted(part, line=b"--b\r\n--b\r\n") for part in (A, B, A)),
    "two empty lines": b"".join(counted(b"\r\n" + part, len(part)) for part in (A, B, A)),
    "padding behind": b"".join(counted(part + bytes(64), len(part) + 64) for part in (A, B, A)),
    "goes on after the last boundary": counted(A) + b"--b--\r\n" + counted(B) + b"--b--\r\n" + counted(A),
    "two pictures in a part": counted(A + jpeg(b"other eye")) + counted(B + jpeg(b"other eye")) + counted(A),
    "no framing": A + B + A,
    "no framing, line breaks between": A + b"\r\n" + B + b"\n" + A + b"\n",
    "no framing, no end of image": A[:-2] + B[:-2] + A,
}
WHOLE = {
    "no framing, no end of image": [A[:-2], B[:-2], A],
}


def cut(data: bytes, step: int, boundary: bytes = b"") -> list[bytes]:
    parser = PictureParser(boundary)
    return [part for at in range(0, len(data), step) for part in parser.feed(data[at : at + step])]


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize("step", [1, 2, 7, 64, 100_000])
def test_pictures_of_every_framing_are_found_however_they_arrive(name: str, step: int) -> None:
    assert cut(ANSWERS[name], step) == WHOLE.get(name, [A, B, A])


@pytest.mark.parametrize("declared", [b"", b"b", b"--b", b"other"])
@pytest.mark.parametrize("name", ["by the book", "no length", "line feeds alone", "first boundary missing"])
def test_a_declared_boundary_need_not_be_right(declared: bytes, name: str) -> None:
    assert cut(ANSWERS[name], 11, declared) == [A, B, A]


@pytest.mark.parametrize("step", [1, 13, 9000])
def test_a_boundary_line_without_dashes_is_taken_when_it_is_declared(step: int) -> None:
    data = b"".join(uncounted(part, line=b"frame\r\n") for part in (A, B, A))
    assert cut(data, step, b"frame") == [A, B, A]
    assert cut(data, step, b"--frame") == [A, B, A]


@pytest.mark.parametrize("step", [1, 5, 9000])
def test_parts_that_are_no_jpegs_end_by_length_or_boundary(step: int) -> None:
    frame = b"--myboundary\r\nContent-Length: 35\r\n\r\n" + SDK
    assert cut(frame * 3, step) == [SDK] * 3
    assert cut(uncounted(SDK) * 3 + b"--b\r\n", step) == [SDK] * 3
    assert cut(uncounted(b"<html>") + counted(A) + uncounted(SDK) + b"--b--\r\n", step) == [b"<html>", A, SDK]


def test_a_picture_without_an_end_is_cut_off_at_the_boundary() -> None:
    assert cut(uncounted(A[:-9]) + counted(B) + b"--b\r\n", 10) == [A[:-9], B]


def test_a_picture_is_given_out_with_its_last_byte() -> None:
    for head in (b"", b"--b\r\n\r\n", b"--b\r\nContent-Length: 9999\r\n\r\n"):
        assert cut(head + A, 1) == [A]


@pytest.mark.parametrize("length", range(4))
def test_a_length_too_short_for_a_jpeg_means_the_same_in_pieces(length: int) -> None:
    body = b"--b\r\nContent-Length: %d\r\n\r\n" % length + A + b"\r\n" + counted(B)
    assert cut(body, 1) == cut(body, len(body))


@given(st.lists(st.binary(max_size=200), max_size=6), st.integers(1, 50))
def test_parts_with_a_length_may_contain_anything_but_a_jpeg(parts: list[bytes], step: int) -> None:
    parts = [b"\x00" + part for part in parts]
    assert cut(b"".join(counted(part) for part in parts), step) == parts


@given(st.sampled_from(list(ANSWERS.values())), st.data())
def test_damage_breaks_nothing_and_pieces_make_no_difference(answer: bytes, data: st.DataObject) -> None:
    damaged = bytearray(answer)
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        damaged[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    try:
        whole = cut(bytes(damaged), len(damaged) or 1)
    except ValueError:
        with pytest.raises(ValueError):
            cut(bytes(damaged), 1)
    else:
        assert cut(bytes(damaged), 1) == whole


@given(st.binary(max_size=400), st.integers(1, 60))
def test_any_bytes_get_an_expected_answer(data: bytes, step: int) -> None:
    try:
        whole = cut(data, len(data) or 1)
    except ValueError:
        with pytest.raises(ValueError):
            cut(data, step)
    else:
        assert cut(data, step) == whole


@pytest.mark.parametrize(
    "data", [b"<html>" * 2000, b"--b\r\nX: " + b"y" * 9000, b"\r\n" * 3 + bytes(9000), b"X: y\r\n\r\nhello"]
)
def test_other_content_is_refused_as_multipart(data: bytes) -> None:
    with pytest.raises(ValueError):
        cut(data, 1000)


@pytest.mark.parametrize("head", [b"--b\r\n\r\n", b"--b\r\nContent-Length: 999999999\r\n\r\n", b"\xff\xd8"])
def test_a_part_without_an_end_is_given_up(head: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multipart_parser, "PART_LIMIT_BYTES", 1 << 20)
    parser = PictureParser()
    with pytest.raises(ValueError, match="a part of more than 1 MiB"):
        for piece in [head] + [bytes(1 << 17)] * 18:
            list(parser.feed(piece))
