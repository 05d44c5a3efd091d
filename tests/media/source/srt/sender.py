"""ffmpeg as a sender of SRT."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

CLIP = ("-f", "lavfi", "-i", "testsrc=size=320x240:rate=20", "-f", "lavfi", "-i", "sine", "-pix_fmt", "yuv420p")
CODECS = ("-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "10", "-c:a", "aac")


@contextmanager
def sender(
    port: int, query: str = "", mode: str = "listener", host: str = "127.0.0.1"
) -> Iterator[subprocess.Popen[bytes]]:
    """Run ffmpeg, which waits for one caller, or calls."""
    url = f"srt://{host}:{port}?mode={mode}{query}"
    command = ["ffmpeg", "-v", "error", "-nostdin", "-re", *CLIP, *CODECS, "-f", "mpegts", url]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()
