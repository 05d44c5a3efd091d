"""Memory with failing allocations, controlled by the test, for a camera in a process of its own."""

import struct
import subprocess
from pathlib import Path

SOURCE = Path(__file__).with_name("preload.c")
_GATE = struct.Struct("=3Q")
"""See `SOURCE`."""
_LIMITS = struct.Struct("=2Q")


class ShortMemory:
    """Enough memory, until `refuse`."""

    def __init__(self, folder: Path) -> None:
        """`folder` is for the files of the fake."""
        folder.mkdir()
        self._library, self._gate = folder / "short.so", folder / "gate"
        self._gate.write_bytes(bytes(_GATE.size))
        subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", str(self._library), str(SOURCE)], check=True)

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment of a process that is short of memory."""
        return {"LD_PRELOAD": str(self._library), "SHORT_MEMORY_GATE": str(self._gate)}

    @property
    def failed(self) -> int:
        """Allocations that have failed."""
        return int(_GATE.unpack(self._gate.read_bytes())[2])

    def refuse(self, least: int, greatest: int) -> None:
        """Let allocations of `least` to `greatest` bytes fail from now on."""
        with self._gate.open("r+b") as file:
            file.write(_LIMITS.pack(least, greatest))

    def recover(self) -> None:
        """Let all allocations succeed again."""
        self.refuse(0, 0)
