"""Messages of GStreamer's player at its end that do not concern the camera."""

import re

RACE = re.compile(
    r"(\n?\(gst-launch-1\.0:[0-9]+\): GStreamer-CRITICAL [^\n]*gst_event_set_seqnum[^\n]*\n)"
    r"|(\n?\(gst-launch-1\.0:[0-9]+\): GStreamer-CRITICAL [^\n]*\nTrying to dispose element [^\n]*\n(?:[^\n]+\n)*\n?)"
    r"|(ERROR: from element [^\n]*\nAdditional debug info:\n"
    r"[^\n]*gst_rtspsrc_(?:try_send|pause) \(\)[^\n]*\nCould not send message\. \(Received end-of-file\)\n)"
)
"""At its end rtspsrc sends PAUSE, and at times interrupts that itself to close (in its log: "flush busy PAUSE"). Its
connection reports an interrupted send as "Received end-of-file" (``writev_bytes`` in ``gstrtspconnection.c``, GStreamer
1.22), although no server has closed it: PAUSE is not sent, and the TEARDOWN after it is answered on the same
connection. This happens once in 40 to 100 plays, and as often with GStreamer's own server. It sends PAUSE only when it
has played, so this hides no failure of playing. At times an element that it has added while the pipeline stops is still
playing when gst-launch disposes of it."""


def settled(code: int, output: str) -> tuple[int, str]:
    """Return exit code and output without these messages; other errors remain."""
    rest = RACE.sub("", output)
    stumbled = code == 1 and "gst_rtspsrc_pause ()" in output and "ERROR" not in rest
    return (0 if stumbled else code), rest
