"""The camera with a count of what it holds: at each SIGUSR2 it writes its tasks, the timers of its servers, and the
objects of WebRTC sessions to a file.

usage: counted_camera.py run OPTIONS...; COUNTS names the file, which gets one line of JSON.
"""

import asyncio
import gc
import json
import os
import runpy
import signal
import sys
from pathlib import Path

CLASSES = (
    "webrtc_session.WebRtcSession", "dtls.DtlsServer", "srtp.SrtpSession", "webrtc_viewer.WebRtcViewer",
    "udp.UdpPath", "tcp.WebRtcTcpConnection",
)  # fmt: skip
"""Classes of which a session has objects."""
_counts = Path(os.environ["COUNTS"])


def write_counts(*_: object) -> None:
    """Replace the file."""
    loop = asyncio.get_running_loop()
    timers = [timer for timer in loop._scheduled if not timer.cancelled() and is_of_server(timer)]  # type: ignore[attr-defined]
    counts = {"tasks": len(asyncio.all_tasks(loop)), "timers": len(timers)} | {name: count(name) for name in CLASSES}
    new = _counts.with_suffix(".new")
    new.write_text(json.dumps(counts))
    new.rename(_counts)


def is_of_server(timer: asyncio.TimerHandle) -> bool:
    """Whether a timer is one of a session, a stream or a connection; others come and go all the time."""
    owner = getattr(timer._callback, "__self__", None)  # type: ignore[attr-defined]
    return type(owner).__module__.startswith("ipcamd.server")


def count(name: str) -> int:
    """Return the number of objects of a class, those that wait for the garbage collector among them."""
    module, _, kind = name.partition(".")
    loaded = getattr(sys.modules.get(f"ipcamd.server.webrtc.{module}"), kind, None)
    # a list of all objects would hold tuples that another thread is still making
    return sum(type(each) is loaded for each in gc.get_referrers(loaded)) if loaded else 0


signal.signal(signal.SIGUSR2, write_counts)
runpy.run_module("ipcamd", run_name="__main__", alter_sys=True)
