"""Recipes in docs/with: each is in the index, with its state of testing and a sign of success."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "docs/with"
RECIPES = sorted(path.name for path in FOLDER.glob("*.md") if path.name != "README.md")


def test_the_index_has_every_recipe_and_marks_the_untested() -> None:
    rows = re.findall(r"^\| \[.*\]\((.*)\) \| .* \| (.*) \|$", (FOLDER / "README.md").read_text(), re.MULTILINE)
    assert [name for name, _ in rows] == sorted((name for name, _ in rows), key=str.casefold)
    assert sorted(name for name, _ in rows) == RECIPES
    untested = {name for name, tried in rows if tried.startswith("untested")}
    assert untested == {name for name in RECIPES if "Untested" in (FOLDER / name).read_text()}


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_names_its_version_and_date_and_the_sign_of_success(name: str) -> None:
    text = (FOLDER / name).read_text()
    assert re.search(r"^(\*\*)?Untested|^Tried (by hand )?with .* on 20\d\d-\d\d-\d\d", text, re.MULTILINE)
    assert "**It works** if" in text
    assert len(text.splitlines()) < 70
