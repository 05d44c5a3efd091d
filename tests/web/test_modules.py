"""The pages' modules, tested by Node: each ``*.mjs`` file here contains tests."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from ipcamd.web import pages

NODE = shutil.which("node")
HERE = Path(__file__).parent

pytestmark = pytest.mark.skipif(NODE is None, reason="node is not installed (Debian: nodejs)")


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the modules in a folder whose package.json says that they are modules; browsers need no such file."""
    folder = tmp_path_factory.mktemp("modules")
    shutil.copytree(Path(pages.__file__).with_name("static"), folder, dirs_exist_ok=True)
    (folder / "package.json").write_text('{"type": "module"}')
    return folder


@pytest.mark.parametrize("name", sorted(path.name for path in HERE.glob("*.mjs")))
def test_module(modules: Path, name: str) -> None:
    environment = {**os.environ, "MODULES": str(modules)}
    done = subprocess.run([str(NODE), HERE / name], check=False, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
