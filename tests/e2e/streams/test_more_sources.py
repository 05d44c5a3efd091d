"""Whole cameras with sources of other programs and servers: viewers see them, and their logins appear nowhere."""

import os
import re
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import islice
from pathlib import Path

import pytest
from PIL import Image
from tests.conftest import StartCamera
from tests.e2e.camera import CameraProcess, eventually
from tests.e2e.parts import sdk_parts
from tests.e2e.pictures import brightness, decode_jpeg
from tests.media.source.clips import clip
from tests.media.source.peers import LOGIN, PASSWORD, Peer, Server
from tests.media.source.srt.sender import sender
from tests.ports import free_port

pytestmark = pytest.mark.slow

SECRET = "top-secret-1"
BRIGHT = 60
"""Brightness that the picture for "no signal" does not have."""
FAILURE = re.compile(r"source (http|srt|gst|pipe):.*: \w")
WHITE = "color=white:size=320x240:rate=20"

Begin = Callable[[Path], AbstractContextManager[str]]
"""Prepares a source in a folder, and returns its name."""


@contextmanager
def hls(folder: Path) -> Iterator[str]:
    """A playlist that needs a login."""
    clip(folder / "stream.ts", (150,) * 30, "libx264", size=(320, 240), rate=20)
    Peer.folder, Peer.gone = folder, threading.Event()
    with Server(("127.0.0.1", 0), Peer) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://{LOGIN}@127.0.0.1:{server.server_port}/hls/list"
        Peer.gone.set()
        server.shutdown()


@contextmanager
def srt(_: Path) -> Iterator[str]:
    """A sender that needs a passphrase."""
    port = free_port()
    with sender(port, f"&passphrase={SECRET}"):
        yield f"srt://127.0.0.1:{port}?passphrase={SECRET}"


@contextmanager
def gst(_: Path) -> Iterator[str]:
    """A pipeline with an element whose name is secret."""
    yield f"gst:videotestsrc is-live=true pattern=white ! video/x-raw,width=320,height=240 ! identity name={SECRET}"


@contextmanager
def directory(folder: Path) -> Iterator[str]:
    for name in ("1.png", "2.png"):
        Image.new("L", (320, 240), 150).save(folder / name)
    yield f"{folder}?rate=25"


@contextmanager
def pipe(folder: Path) -> Iterator[str]:
    """A named pipe that another program writes."""
    os.mkfifo(path := folder / "frames")
    command = ["ffmpeg", "-y", "-v", "error", "-nostdin", "-re", "-f", "lavfi", "-i", WHITE, "-f", "mjpeg", str(path)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            yield f"pipe:{path}?format=mjpeg"
        finally:
            process.kill()


def take_brightness(camera: CameraProcess) -> float:
    """Return the brightness of a viewer's third picture."""
    with camera.client.open("/cgi/mjpg/mjpeg.cgi") as answer:
        pictures = (part for part in sdk_parts(answer) if part.type != ord("A"))
        return brightness(decode_jpeg(list(islice(pictures, 3))[-1].payload))


def find_children(pid: int) -> list[int]:
    return [int(each) for path in Path(f"/proc/{pid}/task").glob("*/children") for each in path.read_text().split()]


@pytest.mark.parametrize("begin", [hls, srt, gst, directory, pipe])
def test_viewers_see_it_and_its_login_is_nowhere(start_camera: StartCamera, tmp_path: Path, begin: Begin) -> None:
    (folder := tmp_path / "source").mkdir()
    with begin(folder) as source:
        camera = start_camera("--log-level=debug", environment={"IPCAMD_SOURCE": source})
        eventually(lambda: take_brightness(camera) > BRIGHT, "no picture comes")
        shown = "".join(Path(f"/proc/{pid}/cmdline").read_text() for pid in (camera.pid, *find_children(camera.pid)))
    if begin is not directory:
        for pid in find_children(camera.pid):
            os.kill(pid, signal.SIGKILL)
        eventually(lambda: take_brightness(camera) and FAILURE.search(camera.log), "its end is not logged")
    for path in ("/cgi/admin/serverreport.cgi", "/cgi/admin/param.cgi?action=list", "/web/log.txt"):
        shown += camera.client.get(path).text
    assert [secret for secret in (SECRET, PASSWORD, LOGIN) if secret in shown + camera.log] == []
