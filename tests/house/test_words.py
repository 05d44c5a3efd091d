"""Rules about documentation for people."""

import re
from collections import Counter
from pathlib import Path

import pytest

from ipcamd.options.table import OPTIONS

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_every_option_is_explained_in_the_docs() -> None:
    text = (ROOT / "docs/use.md").read_text()
    assert [option.name for option in OPTIONS if f"`--{option.name}" not in text] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text())
    assert [link for link in links if not re.match("[a-z]+:", link) and not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_that_are_named_exist(page: Path) -> None:
    named = re.findall(r"`((?:src|tests|docs|bench)/[\w./-]+)`", page.read_text())
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("page", ["CHANGELOG.md", "docs/conformance.md", "docs/use.md"])
def test_no_line_of_a_list_stands_twice(page: str) -> None:
    """Two branches that changed the same entry both keep theirs when they are merged."""
    entries = Counter(
        line for line in (ROOT / page).read_text().splitlines() if line.startswith(("- ", "| ")) and len(line) > 60
    )
    assert [line for line, count in entries.items() if count > 1] == []


def test_the_walks_go_through_files_that_exist() -> None:
    named = re.findall(r"`([a-z0-9_]+(?:/[a-z0-9_.]+)*(?:\.py|/))`", (ROOT / "docs/design.md").read_text())
    assert len(named) > 40
    assert [name for name in named if not (ROOT / "src/ipcamd" / name).exists()] == []
