"""Modules of the source, parsed once for all rules."""

import ast
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src/ipcamd"


@cache
def parse_modules() -> dict[Path, ast.Module]:
    """Return each module by its path; never at import, which every process of the tests would wait for."""
    return {path.relative_to(SOURCE): ast.parse(path.read_text()) for path in sorted(SOURCE.rglob("*.py"))}
