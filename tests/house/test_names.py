"""Names and descriptions: one meaning for each public class, small folders, docstrings that begin with a noun."""

import ast
import re
from collections import defaultdict

from tests.house.modules import SOURCE, parse_modules

ROOT = SOURCE.parents[1]
FILES_IN_A_FOLDER = 15


def test_no_two_public_classes_share_a_name() -> None:
    found: dict[str, list[str]] = defaultdict(list)
    for path, module in parse_modules().items():
        for node in module.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(str(path))
    assert {name: paths for name, paths in found.items() if len(paths) > 1} == {}


def test_no_folder_holds_too_many_files() -> None:
    folders = [folder for folder in (SOURCE, *SOURCE.rglob("*")) if folder.is_dir() and folder.name != "__pycache__"]
    counts = {str(f.relative_to(SOURCE)): sum(path.is_file() for path in f.iterdir()) for f in folders}
    assert {folder: count for folder, count in counts.items() if count > FILES_IN_A_FOLDER} == {}


def test_docstrings_begin_with_what_they_describe() -> None:
    described = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    found = [
        f"{path}: {first}"
        for path, module in parse_modules().items()
        for node in ast.walk(module)
        if isinstance(node, described)
        and re.match(r"(Who|What|Where|Which|How)\b", first := (ast.get_docstring(node) or ""))
    ]
    assert found == []


def test_no_docstring_begins_with_who_or_what() -> None:
    """Also those of attributes, tests and benchmarks."""
    question = re.compile(r'^\s*"""(Who|What)(?:ever)?\b', re.MULTILINE)
    paths = [path for folder in ("src", "tests", "bench", "soak", "docs") for path in (ROOT / folder).rglob("*.py")]
    found = {str(path.relative_to(ROOT)): question.findall(path.read_text()) for path in paths}
    assert {path: words for path, words in found.items() if words} == {}


def test_every_public_thing_is_described() -> None:
    """The linter demands docstrings of public modules, classes and functions; no file may switch that off."""
    for path in sorted(SOURCE.rglob("*.py")):
        assert not re.search(r"noqa:[^\n]*\bD1", path.read_text()), path
