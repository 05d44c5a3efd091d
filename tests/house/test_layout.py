"""Rules about the code that no linter checks."""

import ast
import importlib
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.house import endpoints
from tests.house.modules import parse_modules

import ipcamd.web
from ipcamd import cgi
from ipcamd.cgi.endpoint import ANY
from ipcamd.cgi.endpoint_module import EndpointModule
from ipcamd.web.endpoints import MODULES, load_endpoints

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src/ipcamd"
FILES = sorted(
    path
    for folder in ("src", "tests", "bench", "docs")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in {".py", ".js", ".css", ".html", ".c", ".h"} and "build" not in path.relative_to(ROOT).parts
)


def imports(path: Path) -> set[str]:
    """Return the modules that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_no_file_is_longer_than_400_lines() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in FILES}
    assert {path: length for path, length in lengths.items() if length > 400} == {}


def test_no_file_is_a_drawer_for_anything() -> None:
    drawers = re.compile("(utils?|helpers?|common|misc|managers?)")
    names = [path for path in FILES if any(drawers.fullmatch(part.split(".")[0]) for part in path.parts[-4:])]
    # camload keeps the name that it came with
    assert [path for path in names if path.stem != "common" or path.suffix not in {".c", ".h"}] == []


def test_no_module_holds_state() -> None:
    """Cameras may share a process: their state is in objects. Caches of functions without side effects are no state."""
    makers = {"dict", "list", "set", "defaultdict", "deque", "Counter", "OrderedDict", "WeakKeyDictionary", "WeakSet"}

    def is_state(value: ast.expr | None) -> bool:
        if isinstance(value, ast.Dict | ast.List):
            return not (value.keys if isinstance(value, ast.Dict) else value.elts)
        name = value.func if isinstance(value, ast.Call) and not value.args else None
        return isinstance(name, ast.Name) and name.id in makers

    found = [
        f"{path}:{node.lineno}"
        for path, module in parse_modules().items()
        for node in ast.walk(module)
        if isinstance(node, ast.Global)
        or (isinstance(node, ast.Assign | ast.AnnAssign) and node.col_offset == 0 and is_state(node.value))
    ]
    ends_with_the_process = "server/connection_registry.py"
    assert [place.rpartition(":")[0] for place in found] == [ends_with_the_process], found


def test_the_path_of_an_endpoint_names_its_file() -> None:
    for module in endpoints.modules():
        names = {e.path.rpartition("/")[2].removesuffix(".cgi") for e in endpoints.declared(module)}
        assert names == {module.__name__.rpartition(".")[2]}


def test_every_endpoint_is_in_the_table() -> None:
    loaded = [endpoint for module in cgi.MODULES for endpoint in module.load()]
    assert [e.path for e in endpoints.everything() if e not in loaded] == []
    assert len(loaded) == len(endpoints.everything())


def test_every_endpoint_is_served_and_described() -> None:
    names = [found.name for found in pkgutil.walk_packages(ipcamd.web.__path__, "ipcamd.web.")]
    declared = {e for name in names for e in endpoints.declared(importlib.import_module(name))}
    served = load_endpoints()
    assert [e.path for e in (*declared, *endpoints.everything()) if e not in served] == []


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_the_table_has_the_paths_of_every_module(module: EndpointModule) -> None:
    declared = {path for endpoint in module.load() for path in (endpoint.path, *endpoint.aliases)}
    folders = {path.removesuffix(ANY) for path in module.paths if path.endswith(ANY)}
    single = {path for path in declared if f"{path.rpartition('/')[0]}/" not in folders}
    assert single == {path for path in module.paths if not path.endswith(ANY)}
    assert folders == {f"{path.rpartition('/')[0]}/" for path in declared - single}


def test_no_two_endpoints_share_a_path() -> None:
    paths = [path for endpoint in endpoints.everything() for path in (endpoint.path, *endpoint.aliases)]
    assert len(paths) == len(set(paths))
    assert [path for path in paths if path != path.lower() or not path.startswith("/")] == []


def test_endpoints_do_not_import_each_other() -> None:
    files = {module.__name__: Path(str(module.__file__)) for module in endpoints.modules()}
    assert {name: found for name, file in files.items() if (found := imports(file) & files.keys() - {name})} == {}


def test_starting_up_imports_nothing_heavy_and_does_nothing() -> None:
    script = (
        "import sys, threading, ipcamd.cli\n"
        "heavy = {'av', 'numpy', 'PIL', 'simplejpeg'} & sys.modules.keys()\n"
        "assert not heavy, heavy\n"
        "assert threading.active_count() == 1\n"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("module", sorted(path.stem for path in (ROOT / "bench").glob("*.py")))
def test_benchmarks_use_what_is_there(module: str) -> None:
    """No other test runs them; those for which something is not installed are left out."""
    if module in ("__main__", "bare", "gstreamer_rtsp"):
        pytest.skip("it needs more than the tests do")
    importlib.import_module(f"bench.{module}")
