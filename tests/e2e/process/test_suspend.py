"""A camera that was stopped for a while, as by a suspended computer, continues normally."""

import itertools
import signal
import time

import pytest
from tests.e2e.camera import CameraProcess
from tests.e2e.parts import sdk_parts

pytestmark = pytest.mark.slow

STREAMS = ("/cgi/mjpg/mjpeg.cgi", "/cgi/mpeg/stream1.cgi")
PAUSE_S = 4


@pytest.mark.parametrize("path", STREAMS)
def test_viewers_go_on_without_a_burst_of_old_pictures(camera: CameraProcess, path: str) -> None:
    client = camera.client
    with client.open(path) as answer:
        pictures = (part for part in sdk_parts(answer) if part.type != ord("A"))
        next(pictures)
        camera.signal(signal.SIGSTOP)
        stopped = time.time()
        time.sleep(PAUSE_S)
        camera.signal(signal.SIGCONT)
        times = [part.captured for part in itertools.islice((p for p in pictures if p.captured > stopped + 1), 20)]
    assert times == sorted(times)
    assert times[0] >= stopped + PAUSE_S - 0.1, "a picture of the time when it was stopped"
    client.update("System.Info", ServerLocation="after")
    assert client.value("System.Info", "ServerLocation") == "after"
