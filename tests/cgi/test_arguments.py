"""Checks of arguments: their messages are one line, of bounded length, whatever was sent."""

from collections.abc import Callable

import pytest

from ipcamd.cgi.arguments import number_of, refuse_unknown, word_of
from ipcamd.errors import RequestFailed
from ipcamd.params.kinds.number import Integer
from ipcamd.wire.http.query import Query

LONG = "x%E2%80%A8Set-Cookie:%20a=b" + "y" * 5000


def test_names_are_matched_without_regard_to_case() -> None:
    refuse_unknown(Query.parse("Action=1&STIME=2"), "action", "sTime")
    with pytest.raises(RequestFailed, match="x: unknown parameter; allowed: action, sTime"):
        refuse_unknown(Query.parse("action=1&x=2"), "action", "sTime")
    with pytest.raises(RequestFailed, match="x: unknown parameter; there are none"):
        refuse_unknown(Query.parse("x"))


def test_words_and_numbers() -> None:
    query = Query.parse("dir=Event&page=007&empty=")
    assert word_of(query, "dir", ("record", "event")) == "event"
    assert word_of(query, "empty", ("yes", "no"), "yes") == word_of(query, "none", ("yes", "no"), "yes") == "yes"
    assert (number_of(query, "page", Integer(1, 9)), number_of(query, "none", Integer(1, 9))) == (7, None)
    with pytest.raises(RequestFailed, match="dir=Event: allowed: a, b"):
        word_of(query, "dir", ("a", "b"))
    with pytest.raises(RequestFailed, match="empty=: allowed: 1 to 9"):
        number_of(query, "empty", Integer(1, 9))


@pytest.mark.parametrize(
    "check",
    [
        lambda: refuse_unknown(Query.parse(LONG)),
        lambda: word_of(Query.parse(f"a={LONG}"), "a", ("x",)),
        lambda: number_of(Query.parse(f"a={LONG}"), "a", Integer(1, 9)),
    ],
    ids=["name", "word", "number"],
)
def test_what_was_sent_is_repeated_on_one_line_and_cut(check: Callable[[], object]) -> None:
    with pytest.raises(RequestFailed) as refused:
        check()
    message = str(refused.value)
    assert message.isprintable()
    assert len(message) < 120
