"""The camera with a trace: each call into one of some files is a line of another file.

usage: traced_camera.py run OPTIONS...; TRACED holds the files, relative to src/ipcamd, and TRACE is written.
"""

import os
import runpy
import sys
import threading
from pathlib import Path
from types import FrameType

FOLDER = f"{os.sep}src{os.sep}ipcamd{os.sep}"
TRACED = frozenset(os.environ["TRACED"].split(","))
_trace = Path(os.environ["TRACE"]).open("a", buffering=1)  # noqa: SIM115 - as long as the process


def note_call(frame: FrameType, event: str, _argument: object) -> None:
    """Write the file of a call, if it is traced."""
    if event == "call":
        file = frame.f_code.co_filename.rpartition(FOLDER)[2]
        if file in TRACED:
            _trace.write(f"{file}\n")


threading.setprofile(note_call)
sys.setprofile(note_call)
runpy.run_module("ipcamd", run_name="__main__", alter_sys=True)
