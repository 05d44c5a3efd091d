"""The Containerfile: hadolint finds nothing, and the camera in it is not root."""

import subprocess
import sysconfig
from pathlib import Path

FILE = Path(__file__).parents[2] / "packaging/Containerfile"


def test_hadolint_finds_nothing() -> None:
    hadolint = Path(sysconfig.get_path("scripts")) / "hadolint"
    done = subprocess.run([hadolint, FILE], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_container_does_not_run_as_root() -> None:
    lines = FILE.read_text().splitlines()
    assert lines.index("USER 900") < next(n for n, line in enumerate(lines) if line.startswith("ENTRYPOINT"))
