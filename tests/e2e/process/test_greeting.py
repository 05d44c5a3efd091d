"""The greeting in a terminal: addresses, and a QR code that another project's decoder reads from the characters."""

import fcntl
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image
from tests.e2e.camera import ANY_PORT, PASSWORD, PATIENCE, clean_environment
from tests.networks import Network, needs_networks, network

__all__ = ["network"]
pytestmark = pytest.mark.slow

MODULE = 8
"""Pixels of one module of a QR code."""
SHADES = {"30": 0, "37": 200, "40": 0, "47": 200}
"""Brightness of the terminal's colours."""


@contextmanager
def running(state: Path, *options: str, last: str = "Players:", columns: int = 100) -> Iterator[tuple[str, str]]:
    """Run a camera in a terminal; give its ready line and the terminal's output, which ends with `last`."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    arguments = ("-m", "ipcamd", "run", *ANY_PORT, f"--state={state}", f"--admin-password={PASSWORD}", *options)
    environment = clean_environment({"TERM": "xterm", "PYTHONIOENCODING": "utf-8"})
    process = subprocess.Popen(
        [sys.executable, *arguments], stdout=subprocess.PIPE, stderr=theirs, env=environment, text=True
    )
    os.close(theirs)
    try:
        assert process.stdout
        ready = process.stdout.readline()
        shown = read_until(ours, last)
        process.terminate()
        yield ready, shown + read_until(ours, None)
    finally:
        process.kill()
        process.wait(PATIENCE)
        os.close(ours)


def read_until(terminal: int, last: str | None) -> str:
    """Return the output to a terminal up to `last`; None: until no process has it open."""
    shown = b""
    while last is None or last.encode() not in shown:
        assert select.select([terminal], [], [], PATIENCE)[0], shown
        try:
            shown += os.read(terminal, 65536)
        except OSError:  # no process has it open
            break
    return shown.decode().replace("\r\n", "\n")


def photograph(shown: str, background: int) -> Image.Image:
    """Return a phone's picture of the terminal's block characters; `background` is the terminal's own brightness."""
    lines = [line for line in shown.splitlines() if "\u2580" in line]
    cells = [re.findall("\x1b\\[(3[07]);(4[07])m(\u2580)", line) for line in lines]
    size = (len(cells[0]) + 4, 2 * len(cells) + 4)
    picture = Image.new("L", size, background)
    for y, line in enumerate(cells):
        for x, (upper, lower, _) in enumerate(line):
            picture.putpixel((x + 2, 2 * y + 2), SHADES[upper])
            picture.putpixel((x + 2, 2 * y + 3), SHADES[lower])
    return picture.resize((size[0] * MODULE, size[1] * MODULE), Image.Resampling.NEAREST)


def decode(picture: Image.Image, folder: Path) -> str:
    """Return the text of a QR code, as ZBar reads it."""
    picture.save(folder / "code.png")
    source = f"filesrc location={folder}/code.png ! pngdec ! imagefreeze num-buffers=2"
    command = f"gst-launch-1.0 -m {source} ! videoconvert ! zbar ! fakesink"
    done = subprocess.run(command.split(), capture_output=True, text=True, check=False, timeout=60)
    found = re.search(r"symbol=\(string\)(\S+?)[,;]", done.stdout)
    assert found, done.stdout + done.stderr
    return found[1].strip('"').replace("\\", "")


@needs_networks
def test_a_telephone_reads_the_address_off_a_dark_and_a_light_terminal(tmp_path: Path, network: Network) -> None:
    assert shutil.which("gst-launch-1.0"), "install GStreamer (Debian: gstreamer1.0-tools, -plugins-bad)"
    neighbour = network.add_neighbour()
    with running(tmp_path / "state", "--discovery=off") as (ready, shown):
        port = re.match(r"ready http=(\d+) https=- rtsp=(\d+) ", ready)
    assert port
    page = f"http://{neighbour.camera_address}:{port[1]}/"
    assert f"  {page}\n" in shown
    assert f"  rtsp://{neighbour.camera_address}:{port[2]}/\n" in shown
    for background in (0, 255):
        assert decode(photograph(shown, background), tmp_path) == page
    with running(tmp_path / "state", "--discovery=off", columns=20) as (_, shown):
        assert "\u2580" not in shown


@pytest.mark.parametrize("options", [("--quiet",), ()])
def test_a_loopback_address_has_no_qr_code_and_quiet_prints_nothing(tmp_path: Path, options: tuple[str, ...]) -> None:
    last = "" if options else "Players:"
    with running(tmp_path / "state", "--host=127.0.0.1", "--discovery=off", *options, last=last) as (ready, shown):
        assert ready.startswith("ready http=")
        assert ("Open the camera:" in shown) is not bool(options)
        assert "\u2580" not in shown
