"""The security page names tests that exist."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_each_defence_names_a_test_that_exists() -> None:
    text = (ROOT / "docs/security.md").read_text()
    named = re.findall(r"`([a-z0-9_/]+\.py)(?:::(\w+))?`", text)
    assert len(named) > 25
    missing = [
        f"{file}::{name}"
        for file, name in named
        if not (path := ROOT / "tests" / file).exists() or (name and f"def {name}(" not in path.read_text())
    ]
    assert missing == []
