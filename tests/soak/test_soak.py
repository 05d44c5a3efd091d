"""The runs of `make soak`, in their shortest form."""

import os
from pathlib import Path

import pytest
from soak.report import Row, write
from tests.wire.parsers import MESSAGES

from soak import endurance, envelopes, fuzzing, kills, power_cuts

pytestmark = pytest.mark.slow


def failed(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row.passed is False]


def test_kills_lose_no_acknowledged_setting(tmp_path: Path) -> None:
    rows = kills.run(tmp_path, 3)
    assert failed(rows) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="a file system is mounted")
def test_power_cuts_lose_no_acknowledged_setting(tmp_path: Path) -> None:
    rows = power_cuts.run(tmp_path, 3)
    assert failed(rows) == []


def test_a_moment_of_endurance(tmp_path: Path) -> None:
    rows = endurance.run(tmp_path, 0.05)
    assert failed(rows) == []
    write(tmp_path / "soak.md", rows, "here")
    assert (
        "| endurance, 0.05 minutes: SIGTERM | exit code 0 | exit code 0 | passed |"
        in (tmp_path / "soak.md").read_text()
    )


def test_a_moment_of_fuzzing() -> None:
    assert failed(fuzzing.run(20)) == []


def test_a_moment_of_envelopes(tmp_path: Path) -> None:
    assert failed(envelopes.run(tmp_path, 200)) == []


def test_fuzzing_reports_the_failing_input(monkeypatch: pytest.MonkeyPatch) -> None:
    def fragile(data: bytes) -> object:
        raise ZeroDivisionError

    monkeypatch.setitem(MESSAGES, "query", fragile)
    assert fuzzing.fuzz("query", 0, 1).startswith("run 0 of query: ZeroDivisionError")
