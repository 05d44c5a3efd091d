"""GStreamer runner: a process of its own that runs the pipeline on its standard input.

The pipeline may contain passwords, which ``gst-launch-1.0`` would show in the process list.
"""

import ctypes
import signal
import sys

RUNNER = (sys.executable, "-P", "-m", "ipcamd.media.source.gstreamer.runner")
"""Command that runs this program."""

_PLAYING = 4
"""``GST_STATE_PLAYING``."""
_END, _ERROR = 1 << 0, 1 << 1
"""``GST_MESSAGE_EOS`` and ``GST_MESSAGE_ERROR``."""
_DEATH_SIGNAL = 1
"""``PR_SET_PDEATHSIG`` (prctl(2))."""


class _GError(ctypes.Structure):
    _fields_ = (("domain", ctypes.c_uint32), ("code", ctypes.c_int), ("message", ctypes.c_char_p))


def main() -> int:
    """Run the pipeline until it ends, or only parse it (argument ``check``); return the exit code. The reason of a
    failure goes to standard error."""
    ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGTERM)
    try:
        library = ctypes.CDLL("libgstreamer-1.0.so.0")
    except OSError:
        return _fail("GStreamer is not installed; install gstreamer1.0-plugins-good, which needs it (Debian, Ubuntu)")
    library.gst_init(None, None)
    error = ctypes.POINTER(_GError)()
    library.gst_parse_launch.restype = library.gst_element_get_bus.restype = ctypes.c_void_p
    pipeline = ctypes.c_void_p(library.gst_parse_launch(sys.stdin.buffer.read(), ctypes.byref(error)))
    if error:
        return _fail(error.contents.message.decode(errors="replace"))
    return 0 if "check" in sys.argv else _run(library, pipeline)


def _run(library: ctypes.CDLL, pipeline: ctypes.c_void_p) -> int:
    library.gst_element_set_state(pipeline, _PLAYING)
    bus = ctypes.c_void_p(library.gst_element_get_bus(pipeline))
    library.gst_bus_timed_pop_filtered.restype = library.gst_message_get_structure.restype = ctypes.c_void_p
    message = ctypes.c_void_p(library.gst_bus_timed_pop_filtered(bus, ctypes.c_uint64(-1), _END | _ERROR))
    if not library.gst_message_get_structure(message):
        return 0
    error = ctypes.POINTER(_GError)()
    library.gst_message_parse_error(message, ctypes.byref(error), None)
    return _fail(error.contents.message.decode(errors="replace"))


def _fail(reason: str) -> int:
    print(reason, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
