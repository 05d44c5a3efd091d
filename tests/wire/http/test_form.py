"""Parameters in multipart/form-data."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipcamd.errors import HttpError
from ipcamd.wire.http.form import PARTS_LIMIT, form_pairs

TYPE = "multipart/form-data; boundary=AsCg5y"


def part(name: str, value: str) -> bytes:
    return f'--AsCg5y\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()


@pytest.mark.parametrize(
    ("body", "pairs"),
    [
        (part("a", "1") + part("b", "x y+%41ü") + b"--AsCg5y--\r\n", [("a", "1"), ("b", "x y+%41ü")]),
        (part("a", "1") + b"--AsCg5y\r\n", [("a", "1")]),
        (part("a", "1"), [("a", "1")]),
        (b"preamble\r\n" + part("a", "") + b"--AsCg5y--", [("a", "")]),
        (b"--AsCg5y--\r\n", []),
        (b"", []),
        (
            b'--AsCg5y\r\nX: y\r\ncontent-disposition:form-data; filename="f"; name="a"\r\n\r\n1\r\n\r\n2',
            [("a", "1\r\n\r\n2")],
        ),
    ],
)
def test_pairs(body: bytes, pairs: list[tuple[str, str]]) -> None:
    assert form_pairs(TYPE, body) == pairs


@pytest.mark.parametrize("content_type", [TYPE, 'multipart/form-data;charset=x;BOUNDARY="AsCg5y"', TYPE + " ; x=y"])
def test_spellings_of_the_boundary(content_type: str) -> None:
    assert form_pairs(content_type, part("a", "1")) == [("a", "1")]


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", part("a", "1")),
        ("multipart/form-data; boundary=", part("a", "1")),
        ("multipart/form-data; boundary=" + "x" * 71, b""),
        ("multipart/form-data; xboundary=AsCg5y", part("a", "1")),
        (TYPE, b"--AsCg5y\r\nContent-Disposition: form-data\r\n\r\n1\r\n"),
        (TYPE, b'--AsCg5y\r\nContent-Disposition: attachment; name="a"\r\n\r\n1\r\n'),
        (TYPE, b'--AsCg5y\r\nContent-Disposition: form-data; name="a"\r\n'),
        (TYPE, b"--AsCg5y\r\n" + b"X: y\r\n" * 2000 + part("a", "1")[10:]),
        (TYPE, part("a", "1").replace(b"1", b"\xff")),
        (TYPE, part("a", "1") * (PARTS_LIMIT + 1)),
    ],
)
def test_refused(content_type: str, body: bytes) -> None:
    with pytest.raises(HttpError) as refused:
        form_pairs(content_type, body)
    assert refused.value.status == 400


@given(st.lists(st.sampled_from([part("a", "1"), b"--AsCg5y", b"--", b"\r\n", b"name=", b'"', b"x"]), max_size=12))
def test_any_body_gives_text_or_400(pieces: list[bytes]) -> None:
    try:
        pairs = form_pairs(TYPE, b"".join(pieces))
    except HttpError as refused:
        assert refused.status == 400
    else:
        assert all(isinstance(text, str) for pair in pairs for text in pair)
