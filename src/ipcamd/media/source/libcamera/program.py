"""Program of libcamera: ``rpicam-vid``, which older systems call ``libcamera-vid``, and its command lines.

Source: rpicam-apps (github.com/raspberrypi/rpicam-apps), core/options.cpp and core/video_options.hpp.
"""

import re
import shutil
import subprocess

from ipcamd.errors import SourceError
from ipcamd.media.quality import JPEG_QUALITY
from ipcamd.media.source.capture_device.mode_choice import CaptureMode
from ipcamd.media.stream.stream_settings import StreamSettings

NAMES = ("rpicam-vid", "libcamera-vid")
"""Names of the program, the present one first."""
CODECS = {"YU12": "yuv420", "MJPG": "mjpeg", "H264": "h264"}
"""The program's names of the formats, by the kernel's FourCC."""

_ANSWER_S = 10.0
"""Time limit for lists and help: the program opens each camera."""
_CAMERA = re.compile(r"^(\d{1,3}) : (\S+)", re.MULTILINE)
"""Line of a camera in the list, with its number and the name of its sensor."""
_ERROR = re.compile(r"ERROR: \*\*\* (.+?) \*\*\*")


def find_program() -> str:
    """Return the path of the program. Raises `SourceError` if it is not installed."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        raise SourceError(f"neither {' nor '.join(NAMES)} is installed; install the package rpicam-apps")
    return found


def list_cameras(program: str) -> dict[int, str]:
    """Return the numbers of the connected cameras, and the names of their sensors. Raises `SourceError`."""
    return {int(number): name for number, name in _CAMERA.findall(_ask(program, "--list-cameras"))}


def can_reduce_delay(program: str) -> bool:
    """Return whether the program can encode H.264 without B-frames on a processor without an encoder."""
    return "--low-latency" in _ask(program, "--help")


def capture_command(
    program: str, number: int, mode: CaptureMode, settings: StreamSettings | None, low_latency: bool
) -> list[str]:
    """Return the command that writes a camera's pictures to standard output until it is ended."""
    width, height = mode.size
    options: dict[str, object] = {
        "--camera": number,
        "--codec": CODECS[mode.format],
        "--width": width,
        "--height": height,
        "--framerate": f"{mode.rate:g}",
        "--timeout": 0,
        "--output": "-",
    }
    flags = ["--nopreview", "--flush"]
    if settings and mode.format == "H264":
        options |= {"--bitrate": settings.expected_bitrate, "--intra": settings.gop}
        flags += ["--inline", *(["--low-latency"] if low_latency else [])]
    elif settings and mode.format == "MJPG":
        options |= {"--quality": JPEG_QUALITY[settings.quality]}
    return [program, *(str(part) for option in options.items() for part in option), *flags]


def explain_end(status: int | None, output: bytes) -> str:
    """Return why the program ended, from its exit status and the end of its standard error."""
    text = output.decode(errors="replace")
    if errors := _ERROR.findall(text):
        return f"the camera program says: {errors[-1]}"
    if status is None:
        return "the camera program sends nothing any more"
    if status < 0:
        return f"the camera program was ended by signal {-status}"
    last = text.strip().rpartition("\n")[2]
    return f"the camera program ended with exit code {status}" + (f": {last}" if last and status else "")


def _ask(program: str, option: str) -> str:
    """Return the output of the program for an option."""
    try:
        answer = subprocess.run(
            [program, option], stdin=subprocess.DEVNULL, capture_output=True, timeout=_ANSWER_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise SourceError(f"{program} {option} does not answer for {_ANSWER_S:g} s") from None
    except OSError as error:
        raise SourceError(f"{program} cannot be started: {error.strerror}") from None
    if answer.returncode:
        raise SourceError(explain_end(answer.returncode, answer.stderr))
    return answer.stdout.decode(errors="replace")
