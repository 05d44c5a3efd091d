"""Walks of docs/design.md, and a camera that notes the files which it passes."""

import re
from collections.abc import Sequence
from pathlib import Path

from tests.e2e.camera import CameraProcess

DESIGN = Path(__file__).parents[2] / "docs" / "design.md"
TABLES = ("camera.py", "media/codecs.py")
"""Files that nothing calls: their attributes are used."""
PROGRAM = Path(__file__).with_name("traced_camera.py")


def files_of_walk(name: str) -> list[str]:
    """Return the files of the steps of a walk, in its order; folders and other files that it mentions are left out."""
    walk = DESIGN.read_text().partition(f"**{name}**")[2].partition("\n**")[0].partition("\n## ")[0]
    steps = "\n".join(line for line in walk.splitlines() if re.match(r"\d\.|   ", line))
    files = dict.fromkeys(re.findall(r"`([a-z0-9_/]+/[a-z0-9_]+\.py|[a-z0-9_]+\.py)`", steps))
    return [file for file in files if file not in TABLES]


class TracedCamera:
    """Camera of which each call into one of some files is a line of a trace."""

    def __init__(self, folder: Path, files: Sequence[str], *options: str) -> None:
        self._trace = folder / "trace"
        environment = {"TRACED": ",".join(files), "TRACE": str(self._trace)}
        self.process = CameraProcess(folder / "state", *options, environment=environment, program=(str(PROGRAM),))

    def forget(self) -> None:
        """Restart the trace."""
        self._trace.write_text("")

    def calls(self) -> list[str]:
        """Return the files of the calls so far."""
        return self._trace.read_text().splitlines()


def in_order(walk: Sequence[str], calls: Sequence[str]) -> list[str]:
    """Return the files of the walk up to the first one that the calls do not pass after the one before."""
    rest = iter(calls)
    return [file for file in walk if file in rest]
