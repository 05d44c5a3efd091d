"""A file system with slow or hanging calls, controlled by the test, for a camera in a process of its own."""

import subprocess
from pathlib import Path

SOURCE = Path(__file__).with_name("preload.c")


class SlowDisk:
    """File system below `root`: fast until `slow` or `hang`; `main_thread` lists later calls of the main thread."""

    def __init__(self, folder: Path, root: Path) -> None:
        """`folder` is for the files of the fake."""
        folder.mkdir(exist_ok=True)
        self._library, self._gate, self._log = (folder / name for name in ("slow.so", "gate", "log"))
        self.root = root
        build = ["gcc", "-shared", "-fPIC", "-O1", "-o", str(self._library), str(SOURCE), "-ldl"]
        subprocess.run(build, check=True)

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment variables that a process needs to use it."""
        return {
            "LD_PRELOAD": str(self._library),
            "SLOW_DISK_ROOT": str(self.root),
            "SLOW_DISK_GATE": str(self._gate),
            "SLOW_DISK_LOG": str(self._log),
        }

    def watch(self) -> None:
        """Record the calls of the main thread from now on."""
        self._set("0")

    def slow(self, wait_ms: int) -> None:
        """Let each call take so long from now on."""
        self._set(str(wait_ms))

    def hang(self) -> None:
        """Let no call return from now on."""
        self._set("hang")

    def recover(self) -> None:
        """End the delay."""
        self._gate.unlink()

    @property
    def main_thread(self) -> list[str]:
        """The calls of the process's main thread."""
        return self._log.read_text().splitlines() if self._log.exists() else []

    def _set(self, text: str) -> None:
        draft = self._gate.with_suffix(".new")
        draft.write_text(text)
        draft.replace(self._gate)
