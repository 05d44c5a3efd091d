"""Pages about the code agree with the code."""

import importlib.util
import re
import shutil
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
ROW = re.compile(r"^\| (?P<decision>.+) \| (?P<files>\S.*) \| (?P<proof>\S.*) \|$")


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    sys.path.insert(0, str(DOCS))  # where a program finds its own modules
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_pages_are_up_to_date(generate: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert generate.main("--check") == 0, capsys.readouterr().err


def test_an_outdated_page_is_reported_and_regenerated(
    generate: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(DOCS / "conformance-onvif.md", tmp_path)
    (tmp_path / "reference.md").write_text("old")
    monkeypatch.setattr(generate, "DOCS", tmp_path)
    monkeypatch.setattr(generate, "SHARE", tmp_path / "share")
    assert generate.main("--check") == 1
    assert "reference.md is out of date" in capsys.readouterr().err
    assert generate.main() == 0
    assert generate.main("--check") == 0


def rows() -> list[re.Match[str]]:
    """Return the rows of the hand-written tables of the conformance page."""
    found = [match for line in (DOCS / "conformance.md").read_text().splitlines() if (match := ROW.match(line))]
    return [row for row in found if row["decision"] not in ("decision", "---")]


def test_each_decision_names_the_file_that_makes_it() -> None:
    files = [name for row in rows() if row["files"] != "-" for name in re.findall("`([^`]+)`", row["files"])]
    assert len(files) > 50
    assert [name for name in files if not (ROOT / "src/ipcamd" / name).exists()] == []


def test_each_decision_names_an_existing_test_or_not_yet() -> None:
    tests = {f"{path.relative_to(ROOT / 'tests')}::{name}" for path in files_of_tests() for name in names(path)}
    for row in rows():
        proofs = re.findall("`([^`]+)`", row["proof"])
        assert bool(proofs) != row["proof"].startswith("not yet"), row["decision"]
        assert [proof for proof in proofs if proof not in tests] == [], row["decision"]


def test_each_fault_names_existing_tests_or_a_reason() -> None:
    tests = {f"{path.relative_to(ROOT / 'tests')}::{name}" for path in files_of_tests() for name in names(path)}
    faults = re.findall(r"^\| (\d+) \| .* \| (.*) \|$", (DOCS / "reliability.md").read_text(), re.MULTILINE)
    assert [int(number) for number, _ in faults] == list(range(1, 37))
    for number, proof in faults:
        proofs = re.findall("`([^`]+::[^`]+)`", proof)
        assert bool(proofs) != proof.startswith("not tested: "), number
        assert [proof for proof in proofs if proof not in tests] == [], number


def test_no_decision_stands_twice() -> None:
    """Two branches that reword a row can both leave it: the first words are compared."""
    decisions = Counter(row["decision"][:60] for row in rows())
    assert [decision for decision, count in decisions.items() if count > 1] == []


def files_of_tests() -> list[Path]:
    return sorted((ROOT / "tests").rglob("test_*.py"))


def names(path: Path) -> list[str]:
    return re.findall(r"^(?:async )?def (test_\w+)", path.read_text(), re.MULTILINE)


def test_no_change_stands_twice() -> None:
    entries = re.findall(r"^- .{30}", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert len(entries) > 50
    assert [words for words, count in Counter(entries).items() if count > 1] == []
