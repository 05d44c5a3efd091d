import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipcamd.wire.http.ranges import Range, Unsatisfiable, parse


@pytest.mark.parametrize(
    ("field", "part"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=0-", (0, 100)),
        ("bytes=10-19", (10, 10)),
        ("BYTES = 90-200", (90, 10)),
        ("bytes=-5", (95, 5)),
        ("bytes=-500", (0, 100)),
        ("bytes=99-", (99, 1)),
    ],
)
def test_parts(field: str, part: tuple[int, int]) -> None:
    assert parse(field, 100) == Range(*part)


@pytest.mark.parametrize(
    "field",
    ["", "bytes=", "bytes=-", "bytes=5-4", "bytes=0-1,5-6", "chunks=0-1", "bytes=a-b", "bytes=1_0-", "bytes=\u0665-"],
)
def test_invalid_ranges_get_the_whole_file(field: str) -> None:
    assert parse(field, 100) is None


@pytest.mark.parametrize(
    ("field", "size"), [("bytes=100-", 100), ("bytes=100-200", 100), ("bytes=-0", 9), ("bytes=0-", 0)]
)
def test_bytes_that_are_not_there(field: str, size: int) -> None:
    with pytest.raises(Unsatisfiable):
        parse(field, size)


@given(st.text(max_size=40) | st.from_regex(r"bytes=[0-9]{0,20}-[0-9]{0,20}", fullmatch=True), st.integers(0, 10**9))
def test_a_part_is_always_within_the_file(field: str, size: int) -> None:
    try:
        part = parse(field, size)
    except Unsatisfiable:
        return
    assert part is None or (part.length > 0 and part.start >= 0 and part.start + part.length <= size)


def test_the_field_of_the_answer() -> None:
    assert Range(5, 5).content_range(100) == "bytes 5-9/100"
