"""Controls of the stand-in for a V4L2 camera (bench/fakecam): a file of records that its process and the test share."""

import mmap
import os
import shutil
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

BENCH = Path(__file__).parents[3] / "bench"

PAN_RELATIVE, TILT_RELATIVE, PAN_RESET, TILT_RESET, PAN, TILT, FOCUS = range(0x9A0904, 0x9A090B)
ZOOM, ZOOM_CONTINUOUS, PAN_SPEED, TILT_SPEED = 0x9A090D, 0x9A090F, 0x9A0920, 0x9A0921
IR_CUT = 0x980F00
_RECORD = struct.Struct("<II32s7iIQ")


class Control(NamedTuple):
    id: int
    name: str
    minimum: int
    maximum: int
    step: int = 1
    default: int = 0
    rate: int = 0
    """Units a second; 0: at once."""
    hidden: bool = False


class FakeControls:
    """The file, and the motors as the test sees them."""

    def __init__(self, folder: Path, *controls: Control) -> None:
        self.path, self.mishap = folder / "controls", folder / "mishap"
        self._controls = controls
        records = (
            _RECORD.pack(c.id, c.hidden, c.name.encode(), *c[2:6], c.rate, c.default, c.default, 0, 0) for c in controls
        )
        self.path.write_bytes(b"".join(records))
        with self.path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), 0)

    def value(self, control: int) -> int:
        """Return the present position of a motor."""
        *_, rate, start, target, _, since_ns = self._record(control)
        gone = int((time.monotonic_ns() - since_ns) / 1e9 * rate) if rate else abs(target - start)
        return target if gone >= abs(target - start) else start + (gone if target > start else -gone)

    def target(self, control: int) -> int:
        return self._record(control)[9]

    def set(self, control: int, value: int) -> None:
        """Move a motor there at once, as another program does."""
        index, record = self._find(control), list(self._record(control))
        record[8:10] = value, value
        _RECORD.pack_into(self._map, index * _RECORD.size, *record)

    def sets(self, control: int) -> int:
        """Return how often the control was set."""
        return self._record(control)[10]

    def environment(self, library: Path, path: str = "/dev/video77") -> dict[str, str]:
        return {
            "LD_PRELOAD": str(library),
            "FAKECAM_PATH": path,
            "FAKECAM_CONTROLS": str(self.path),
            "FAKECAM_MISHAP": str(self.mishap),
        }

    def run(self, library: Path, script: str) -> str:
        """Run lines of Python beside the camera ``/dev/video77``; return what they print."""
        done = subprocess.run(
            [sys.executable, "-c", script],
            env=os.environ | self.environment(library),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _record(self, control: int) -> tuple:
        return _RECORD.unpack_from(self._map, self._find(control) * _RECORD.size)

    def _find(self, control: int) -> int:
        return next(i for i, c in enumerate(self._controls) if c.id == control)


def build_stand_in(folder: Path, name: str) -> Path:
    """Compile a stand-in of ``bench/`` to be preloaded."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    assert compiler, "install a C compiler: the stand-ins for devices are built with it"
    library = folder / f"{name}.so"
    source = BENCH / name / f"{name}.c"
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", library, source, "-ldl", "-lpthread"], check=True)
    return library
