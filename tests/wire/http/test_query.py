"""The parameters of a request, with the oddities of old clients (clarifications, Every CGI)."""

from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipcamd.errors import HttpError
from ipcamd.wire.http.query import PAIRS_LIMIT, Query


@pytest.mark.parametrize(
    ("raw", "pairs"),
    [
        ("", ()),
        ("a=1&b=2", (("a", "1"), ("b", "2"))),
        ("a=1?b=2&c=3", (("a", "1"), ("b", "2"), ("c", "3"))),
        ("focusplus", (("focusplus", ""),)),
        ("action=status&", (("action", "status"),)),
        ("&&?&", ()),
        ("a=", (("a", ""),)),
        ("a=b=c", (("a", "b=c"),)),
        ("a=x+y%20z", (("a", "x y z"),)),
        ("a=x%2By%26z", (("a", "x+y&z"),)),
        ("%61ction=l%69st", (("action", "list"),)),
        ("ptzpresetupdate=1|1|8|test1", (("ptzpresetupdate", "1|1|8|test1"),)),
        ("HttpUrl=http://1.2.3.4:80/a.cgi", (("HttpUrl", "http://1.2.3.4:80/a.cgi"),)),
        ("mddata=1,0,0,640,480,10|1,0,0,0,0,20", (("mddata", "1,0,0,640,480,10|1,0,0,0,0,20"),)),
        ("name=my camera", (("name", "my camera"),)),
        ("name=B\xc3\xbcro", (("name", "Büro"),)),
        ("name=B%c3%BCro", (("name", "Büro"),)),
        ("a=50%", (("a", "50%"),)),
        ("a=%zz%4", (("a", "%zz%4"),)),
        ("a=%2541", (("a", "%41"),)),
        ("a=1&b=2&A=3", (("b", "2"), ("A", "3"))),
        ("=x", (("", "x"),)),
        (".mjpeg", ((".mjpeg", ""),)),
    ],
)
def test_pairs(raw: str, pairs: tuple[tuple[str, str], ...]) -> None:
    assert Query.parse(raw).pairs == pairs
    assert Query.parse("", raw.encode("latin-1")).pairs == pairs


@pytest.mark.parametrize(
    "raw",
    [
        "a=%00",
        "a=x%0d%0ay",
        "%0a=1",
        "a=%7f",
        "a=%09",
        "a=%ff",
        "a=\xff",
        "%c0%af=1",
        "a=%ed%a0%80",
        "a=%c3",
        "a\x7f=1",
    ],
)
def test_refused(raw: str) -> None:
    with pytest.raises(HttpError) as refused:
        Query.parse(raw)
    assert refused.value.status == 400
    with pytest.raises(HttpError):
        Query.parse("ok=1", raw.encode("latin-1"))


def test_limit_on_the_number() -> None:
    raw = "&".join(f"a{n}=" for n in range(PAIRS_LIMIT))
    assert len(Query.parse(raw).pairs) == PAIRS_LIMIT
    with pytest.raises(HttpError):
        Query.parse(raw, b"b")
    with pytest.raises(HttpError):
        Query.parse("a&" * (PAIRS_LIMIT + 1))


def test_get_is_blind_to_case_and_takes_the_last() -> None:
    query = Query.parse("Action=list&x=1", b"action=update")
    assert (query.get("ACTION"), query.get("x"), query.get("y")) == ("update", "1", None)
    assert Query((("a", "1"), ("A", "2"))).get("a") == "2"


TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12)


@given(
    st.dictionaries(TEXT.filter(bool).map(str.lower).filter(lambda t: t == t.lower()), TEXT, max_size=8), st.booleans()
)
def test_encoded_text_is_decoded_unchanged(pairs: dict[str, str], plus: bool) -> None:
    encode = quote_plus if plus else quote
    raw = "&".join(f"{encode(name, safe='')}={encode(value, safe='')}" for name, value in pairs.items())
    assert dict(Query.parse(raw).pairs) == pairs


@given(st.binary(max_size=60))
def test_any_bytes_give_clean_text_or_400(raw: bytes) -> None:
    try:
        query = Query.parse(raw.decode("latin-1"))
    except HttpError as refused:
        assert refused.status == 400
        return
    names = [name.lower() for name, _ in query.pairs]
    assert len(names) == len(set(names))
    assert all(c >= " " and c != "\x7f" for pair in query.pairs for text in pair for c in text)


def test_values_of_several_lines_are_read_where_they_are_expected() -> None:
    form = b"a=1%0D%0A2%093&b=4"
    assert Query.parse("", form, lines=True).get("a") == "1\r\n2\t3"
    for bad, lines in ((form, False), (b"a=%00", True), (b"a%0A=1", True), (b"a=%1b", True)):
        with pytest.raises(HttpError):
            Query.parse("", bad, lines=lines)
