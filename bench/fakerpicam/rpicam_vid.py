"""rpicam-vid stand-in: takes the options of the real program, and writes real H.264, JPEGs or YUV 4:2:0.

It has the name ``rpicam-vid``, or ``libcamera-vid``, which has no option ``--low-latency``. Environment variables:

``RPICAM_VID_CAMERAS``
    connected cameras: names of their sensors, separated by commas (``imx708,ov5647``)
``RPICAM_VID_MISHAP``
    file with a word: ``gone`` (no camera is connected), ``busy`` (another program uses it), ``crash`` (SIGSEGV after 5
    pictures), ``dead`` (``gone`` and ``crash``), ``frozen`` (sends no picture), ``deaf`` (also ignores SIGTERM)
``RPICAM_VID_MAX``
    largest picture of the camera (``3280x2464``)
``RPICAM_VID_RECORD``
    directory into which each run writes its command line and its encoded pictures

As on a Raspberry Pi 5, H.264 has B-frames without ``--low-latency``, and the rows of raw pictures are padded.
"""

import os
import re
import signal
import struct
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    import av

VALUES = [
    "camera",
    "verbose:v",
    "config:c",
    "info-text",
    "width",
    "height",
    "timeout:t",
    "output:o",
    "post-process-file",
    "post-process-libs",
    "preview:p",
    "preview-libs",
    "preview-backend",
    "rotation",
    "roi",
    "shutter",
    "analoggain",
    "gain",
    "metering",
    "exposure",
    "ev",
    "awb",
    "awbgains",
    "ccm",
    "wrap",
    "brightness",
    "contrast",
    "saturation",
    "sharpness",
    "framerate",
    "denoise",
    "viewfinder-width",
    "viewfinder-height",
    "tuning-file",
    "lores-width",
    "lores-height",
    "mode",
    "viewfinder-mode",
    "buffer-count",
    "viewfinder-buffer-count",
    "autofocus-mode",
    "autofocus-range",
    "autofocus-speed",
    "autofocus-window",
    "lens-position",
    "hdr",
    "metadata",
    "metadata-format",
    "flicker-period",
    "bitrate:b",
    "profile",
    "level",
    "intra:g",
    "codec",
    "encoder-libs",
    "save-pts",
    "quality:q",
    "initial:i",
    "segment",
    "circular",
    "frames",
    "libav-video-codec",
    "libav-video-codec-opts",
    "libav-format",
    "audio-codec",
    "audio-source",
    "audio-device",
    "audio-channels",
    "audio-bitrate",
    "audio-samplerate",
    "av-sync",
    "sync",
]
"""Options with a value, each with its letter, if any."""
FLAGS = [
    "help:h",
    "version",
    "list-cameras",
    "nopreview:n",
    "fullscreen:f",
    "qt-preview",
    "hflip",
    "vflip",
    "flush",
    "lores-par",
    "no-raw",
    "inline",
    "listen:l",
    "keypress:k",
    "signal:s",
    "split",
    "libav-audio",
    "low-latency",
]
"""Options without a value."""
NUMBERS = ("camera", "width", "height", "intra", "quality", "frames")
ROW_BYTES = 128
"""Raw rows are padded to a multiple of this length."""
LIST = "Available cameras\n-----------------"
MODES = """    Modes: 'SRGGB10_CSI2P' : 1536x864 [120.13 fps - (768, 432)/3072x1728 crop]
                             2304x1296 [56.03 fps - (0, 0)/4608x2592 crop]
                             4608x2592 [14.35 fps - (0, 0)/4608x2592 crop]
"""


def fail(words: str) -> NoReturn:
    print(f"ERROR: *** {words} ***", file=sys.stderr)
    sys.exit(255)


def mishap() -> str:
    try:
        return Path(os.environ["RPICAM_VID_MISHAP"]).read_text()
    except (KeyError, OSError):
        return ""


def cameras() -> list[str]:
    names = os.environ.get("RPICAM_VID_CAMERAS", "imx708").split(",")
    return [] if mishap() in ("gone", "dead") else [name for name in names if name]


def parse(words: list[str]) -> dict[str, str]:
    """Return the options; as in the real program, an unknown option or a wrong value is an error."""
    letters = {f"-{word[-1]}": f"--{word[:-2]}" for word in (*VALUES, *FLAGS) if word[-2] == ":"}
    values, flags = ({f"--{word.partition(':')[0]}" for word in kind} for kind in (VALUES, FLAGS))
    if Path(sys.argv[0]).name == "libcamera-vid":
        flags.remove("--low-latency")
    given, rest = dict[str, str](), [letters.get(word, word) for word in words]
    while rest:
        name, equals, value = rest.pop(0).partition("=")
        if name in flags:
            given[name[2:]] = "1"
        elif name not in values:
            fail(f"unrecognised option '{name}'")
        elif not equals and not rest:
            fail(f"the required argument for option '{name}' is missing")
        else:
            given[name[2:]] = value if equals else rest.pop(0)
    for name in NUMBERS:
        if not given.get(name, "0").isdigit():
            fail(f"the argument ('{given[name]}') for option '--{name}' is invalid")
    return given


def show_help() -> None:
    flags = [flag for flag in FLAGS if flag != "low-latency" or Path(sys.argv[0]).name == "rpicam-vid"]
    print("Valid options are:")
    for word in (*VALUES, *flags):
        name, _, letter = word.partition(":")
        print(f"  {f'-{letter} [ --{name} ]' if letter else f'--{name}'} arg")


def list_cameras() -> None:
    if not cameras():
        print("No cameras available!")
        return
    print(LIST)
    for number, name in enumerate(cameras()):
        print(f"{number} : {name} [4608x2592 10-bit RGGB] (/base/axi/pcie@1000120000/rp1/i2c@88000/{name}@1a)")
        print(MODES)


def configure(given: dict[str, str]) -> tuple[int, int]:
    """Open the camera, print its messages, and return its size."""
    number = int(given.get("camera", "0"))
    if not cameras():
        fail("no cameras available")
    if number >= len(cameras()):
        fail("selected camera is not available")
    if mishap() == "busy":
        fail(f"failed to acquire camera /base/axi/pcie@1000120000/rp1/i2c@88000/{cameras()[number]}@1a")
    most = [int(side) for side in os.environ.get("RPICAM_VID_MAX", "4608x2592").split("x")]
    asked = int(given.get("width", "640")), int(given.get("height", "480"))
    width, height = (min(side & ~1, limit) for side, limit in zip(asked, most, strict=True))
    if (width, height) != asked:
        print("Stream configuration adjusted", file=sys.stderr)
    print(
        "[0:10:16.123456789] [1234]  INFO Camera camera.cpp:1202 configuring streams: "
        f"(0) {width}x{height}-YUV420/sYCC (1) 2304x1296-BGGR_PISP_COMP1/RAW",
        file=sys.stderr,
        flush=True,
    )
    return width, height


def draw(number: int, size: tuple[int, int], mirrored: bool) -> "av.VideoFrame":
    """Return a picture whose brightness increases with its number; its left half is darker than its right half."""
    import av
    import numpy as np

    frame = av.VideoFrame(*size, "yuvj420p")
    level = 40 + number * 8 % 160
    for index, (plane, base) in enumerate(zip(frame.planes, (level, 128, 128), strict=True)):
        samples = np.full((plane.height, plane.line_size), base, np.uint8)
        if not index:
            samples[:, : plane.width // 2] -= 20
            samples[:, : plane.width] = samples[:, plane.width - 1 :: -1] if mirrored else samples[:, : plane.width]
        plane.update(samples.tobytes())
    return frame


def encoder(given: dict[str, str], size: tuple[int, int], rate: float) -> "Callable[[av.VideoFrame], bytes]":
    """Return the encoder of the codec in the options."""
    import av

    codec = given.get("codec", "h264")
    if codec == "yuv420":
        return padded
    if codec not in ("mjpeg", "h264"):
        fail(f"Unrecognised codec {codec}")
    context = av.VideoCodecContext.create("libx264" if codec == "h264" else "mjpeg", "w")
    context.width, context.height, context.time_base = *size, Fraction(1, 30)
    context.framerate = Fraction(rate).limit_denominator(1000)
    context.thread_count = 1
    if codec == "mjpeg":
        scale = str(max(1, (100 - int(given.get("quality", "50"))) // 4))
        context.pix_fmt, context.options = "yuvj420p", {"qmin": scale, "qmax": scale}
        return lambda frame: b"".join(map(bytes, context.encode(frame)))
    low_latency = "low-latency" in given
    context.pix_fmt, context.gop_size = "yuv420p", int(given.get("intra", "0")) or 60
    context.bit_rate = int(given.get("bitrate", "0").removesuffix("bps")) or 10_000_000
    context.options = {
        "preset": "superfast",
        "sc_threshold": "0",
        **({"tune": "zerolatency"} if low_latency else {"bf": "1"}),
    }
    started = False

    def encode(frame: "av.VideoFrame") -> bytes:
        nonlocal started
        packets = context.encode(frame.reformat(format="yuv420p"))
        data = b"".join(map(bytes, packets))
        if started and "inline" not in given:  # without --inline, parameter sets are sent only once
            data = re.sub(rb"\0\0\0?\1[\x27\x67\x28\x68].*?(?=\0\0\0?\1)", b"", data, flags=re.DOTALL)
        started = started or bool(data)
        return data

    return encode


def padded(frame: "av.VideoFrame") -> bytes:
    """Return the planes with padded rows."""
    import numpy as np

    parts = []
    for plane, row in zip(frame.planes, (ROW_BYTES, ROW_BYTES // 2, ROW_BYTES // 2), strict=True):
        samples = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]
        parts.append(np.pad(samples, ((0, 0), (0, -plane.width % row))).tobytes())
    return b"".join(parts)


class Record:
    """Writes the pictures of this run to a file: the command line, then each with its length."""

    def __init__(self) -> None:
        folder = os.environ.get("RPICAM_VID_RECORD")
        self._file = (Path(folder) / f"{time.monotonic_ns()}").open("wb") if folder else None
        self.add("\0".join(sys.argv[1:]).encode())

    def add(self, data: bytes) -> None:
        if self._file:
            self._file.write(struct.pack("<I", len(data)) + data)
            self._file.flush()


def capture(given: dict[str, str]) -> None:
    stopped: list[int] = []
    for number in (signal.SIGINT, signal.SIGUSR1, signal.SIGUSR2):
        signal.signal(number, lambda received, _: stopped.append(received))
    if mishap() == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    size, rate = configure(given), float(given.get("framerate", "30"))
    encode, record, count = encoder(given, size, rate), Record(), 0
    if given.get("output") != "-":
        fail("the stand-in writes to standard output only")
    limit_s = float(given.get("timeout", "5000")) / 1000
    draw(0, size, False)  # like the real program, import and draw before the time starts
    begin = time.monotonic()
    while signal.SIGINT not in stopped and not 0 < limit_s < time.monotonic() - begin:
        time.sleep(max(0.0, begin + count / rate - time.monotonic()))
        word = mishap()
        if word in ("crash", "dead") and count >= 5:
            os.kill(os.getpid(), signal.SIGSEGV)
        if word not in ("frozen", "deaf"):
            data = encode(draw(count, size, "hflip" in given))
            if given.get("codec") != "yuv420" and data:
                record.add(data)
            sys.stdout.buffer.write(data)
            sys.stdout.flush()
        count += 1


def main() -> Any:
    given = parse(sys.argv[1:])
    if "help" in given:
        return show_help()
    if "version" in given:
        return print("rpicam-apps build: v1.6.0 (stand-in)")
    if "list-cameras" in given:
        return list_cameras()
    return capture(given)


if __name__ == "__main__":
    main()
