"""A stand-in for rpicam-vid on the PATH of a test, and the pictures that it wrote."""

import os
import shlex
import struct
import sys
from contextlib import suppress
from pathlib import Path

PROGRAM = Path(__file__).parents[1] / "bench/fakerpicam/rpicam_vid.py"


class FakeRpicam:
    """One installation, with the cameras of one computer."""

    def __init__(self, folder: Path, name: str = "rpicam-vid") -> None:
        self._mishap, self._record = folder / "mishap", folder / "record"
        programs, script = folder / "bin", folder / "script" / name
        for each in (self._record, programs, script.parent):
            each.mkdir()
        script.symlink_to(PROGRAM)  # under the name that the script is to see
        self.program = programs / name
        self.program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {shlex.quote(str(script))} "$@"\n')
        self.program.chmod(0o755)
        self._script = str(script)
        self.environment = {
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "RPICAM_VID_MISHAP": str(self._mishap),
            "RPICAM_VID_RECORD": str(self._record),
            "RPICAM_VID_CAMERAS": "imx708,ov5647",
        }

    def suffer(self, word: str) -> None:
        """Let something go wrong; "" for nothing."""
        self._mishap.write_text(word)

    def is_running(self) -> bool:
        """Return whether a process of the program runs."""
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):
                if self._script in path.read_text():
                    return True
        return False

    def runs(self) -> list[tuple[list[str], list[bytes]]]:
        """Return the options and the encoded pictures of each run."""
        found = []
        for path in sorted(self._record.iterdir(), key=lambda path: int(path.name)):
            data, items = path.read_bytes(), list[bytes]()
            while len(data) >= 4 and len(data) >= 4 + (length := struct.unpack_from("<I", data)[0]):
                items.append(data[4 : 4 + length])
                data = data[4 + length :]
            if items:
                found.append((items[0].decode().split("\0"), items[1:]))
        return found
