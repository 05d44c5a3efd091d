"""Arguments: the table of an endpoint checks and reads them; messages are one line of bounded length."""

from collections.abc import Callable

import pytest

from ipcamd.cgi.arguments import NO_ARGUMENTS, NO_VALUE, Argument, Arguments, Undeclared
from ipcamd.errors import RequestFailed
from ipcamd.params.kinds.choice import YES_NO, OneOf
from ipcamd.params.kinds.number import Integer
from ipcamd.wire.http.query import Query

LONG = "x%E2%80%A8Set-Cookie:%20a=b" + "y" * 5000
ARGUMENTS = Arguments(
    Argument("action", "", OneOf(("list", "remove"))),
    Argument("dir", "", OneOf(("record", "event")), ("list",), "record"),
    Argument("sTime", "", None, ("list",)),
    Argument("page", "", Integer(1, 9), ("list",)),
    Argument("count", "", Integer(1, 200), ("list",), "100"),
    Argument("force", "", YES_NO, default="no"),
    Argument("bare", "", NO_VALUE),
)


def checked(query: str, arguments: Arguments = ARGUMENTS) -> Query:
    parsed = Query.parse(query)
    arguments.check(parsed)
    return parsed


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "action=: allowed: list, remove"),
        ("action=add", "action=add: allowed: list, remove"),
        ("action=list&x=1", "x: unknown parameter; allowed: action, dir, sTime, page, count, force, bare"),
        ("action=remove&dir=event", "dir: unknown parameter; allowed: action, force, bare"),
        ("action=list&dir=x", "dir=x: allowed: record, event"),
        ("action=list&page=10", "page=10: allowed: 1 to 9"),
        ("action=list&page=", "page=: allowed: 1 to 9"),
        ("action=list&page=+1", "page= 1: allowed: 1 to 9"),
        ("action=list&force=maybe", "force=maybe: allowed: yes, no"),
        ("action=list&bare=1", "bare=1: allowed: no value"),
    ],
)
def test_values_outside_the_table_are_refused(query: str, message: str) -> None:
    with pytest.raises(RequestFailed) as refused:
        checked(query)
    assert str(refused.value) == message


def test_names_and_words_are_matched_without_regard_to_case() -> None:
    query = checked("ACTION=List&STIME=2&Dir=EVENT&Page=007&bare&Force=")
    assert (ARGUMENTS.word(query, "action"), ARGUMENTS.word(query, "dir")) == ("list", "event")
    assert ARGUMENTS.number(query, "page") == 7
    assert not ARGUMENTS.flag(query, "force")


def test_an_argument_that_is_not_sent_has_its_default_or_none() -> None:
    query = checked("action=list&dir=&count=")
    assert (ARGUMENTS.word(query, "dir"), ARGUMENTS.number(query, "count")) == ("record", 100)
    assert ARGUMENTS.number(query, "page") is None


def test_undeclared_arguments_are_refused_ignored_or_parameters() -> None:
    with pytest.raises(RequestFailed, match="x: unknown parameter; there are none"):
        checked("x", NO_ARGUMENTS)
    for undeclared in (Undeclared.IGNORED, Undeclared.PARAMETERS):
        checked("dummy=1&n=3", Arguments(Argument("n", "", Integer(1, 3)), undeclared=undeclared))
        with pytest.raises(RequestFailed, match="n=4: allowed: 1 to 3"):
            checked("dummy=1&n=4", Arguments(Argument("n", "", Integer(1, 3)), undeclared=undeclared))


def test_blanks_around_a_value_are_ignored_where_the_table_allows_it() -> None:
    checked("n=+2+", Arguments(Argument("n", "", Integer(1, 3)), ignores_blanks=True))


@pytest.mark.parametrize(
    "check",
    [
        lambda: checked(LONG, NO_ARGUMENTS),
        lambda: checked(f"action={LONG}"),
        lambda: checked(f"action=list&page={LONG}"),
    ],
    ids=["name", "word", "number"],
)
def test_sent_text_is_quoted_on_one_line_and_truncated(check: Callable[[], object]) -> None:
    with pytest.raises(RequestFailed) as refused:
        check()
    message = str(refused.value)
    assert message.isprintable()
    assert len(message) < 160


def test_a_wrong_query_is_refused_each_time() -> None:
    for _ in range(2):
        checked("action=list&page=9")
        for _ in range(2):
            with pytest.raises(RequestFailed):
                checked("action=list&page=10")
