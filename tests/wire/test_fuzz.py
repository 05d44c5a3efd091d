"""Each parser of external input withstands random damage; `make soak` makes a million runs of each."""

import pytest
from tests.wire.fuzzer import Fuzzer
from tests.wire.parsers import MESSAGES, STREAMS

RUNS = 50_000
"""Of each parser: some fifty seconds of processor time in all."""


@pytest.mark.slow
@pytest.mark.parametrize("name", [*STREAMS, *MESSAGES])
def test_damage_breaks_nothing(name: str) -> None:
    Fuzzer(name).run(0, RUNS)


def test_a_parser_that_breaks_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def fragile(data: bytes) -> object:
        return data.index(b":") and 1 // len(data.partition(b":")[2])

    monkeypatch.setitem(MESSAGES, "query", fragile)
    with pytest.raises(AssertionError, match=r"run [0-9]+ of query: ZeroDivisionError"):
        Fuzzer("query").run(0, 10_000)
