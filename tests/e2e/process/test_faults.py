"""Faults of the machine under a running camera: it reports them, serves its viewers, and recovers by itself."""

import resource
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path

import pytest
from tests.conftest import StartCamera, stop_all
from tests.e2e.camera import PATIENCE, CameraProcess, Client, eventually
from tests.e2e.parts import sdk_parts
from tests.e2e.recording.test_power_cut import DetachableDisk, stick
from tests.small_file_system import small_file_system

__all__ = ["stick"]
pytestmark = pytest.mark.slow

PARAMETERS = "/cgi/admin/param.cgi"
WAITING = 16
"""Connections: more than the descriptors that become free meanwhile."""


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CameraProcess]:
    """One camera for all tests; each test ends the fault that it causes."""
    camera = CameraProcess(tmp_path_factory.mktemp("faults") / "state", "--source=scene").start()
    yield camera
    stop_all([camera])


@contextmanager
def limited(camera: CameraProcess, kind: int, limit: int) -> Iterator[None]:
    before = resource.prlimit(camera.pid, kind)
    resource.prlimit(camera.pid, kind, (limit, before[1]))
    try:
        yield
    finally:
        resource.prlimit(camera.pid, kind, before)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MB."""
    with small_file_system(tmp_path / "small", "4m") as place:
        yield place


def fill(place: Path) -> Path:
    """Fill a file system; return the file that fills it."""
    with (place / "filler").open("wb", buffering=0) as filler, suppress(OSError):
        while filler.write(bytes(4096)):
            pass
    return place / "filler"


def test_a_full_state_disk_refuses_updates_and_streams_go_on(small_disk: Path, start_camera: StartCamera) -> None:
    client = start_camera("--source=scene", "--sdcard=none", state="small/state").client
    client.update("System.Info", ServerLocation="acknowledged")
    with client.open("/cgi/mjpg/mjpeg.cgi") as viewer:
        pictures = sdk_parts(viewer)
        filler = fill(small_disk)
        acknowledged = "acknowledged"
        for number in range(1000):
            answer = client.get(PARAMETERS, action="update", group="System.Info", ServerLocation=number)
            if answer.text.startswith("Request failed: "):
                break
            acknowledged = str(number)
        assert "could not be saved" in answer.text
        assert client.value("System.Info", "ServerLocation") == acknowledged
        first = next(pictures).counter
        assert [next(pictures).counter for _ in range(10)] == list(range(first + 1, first + 11))
    filler.unlink()
    client.update("System.Info", ServerLocation="after")


def first_free_number(camera: CameraProcess) -> int:
    """Return the number that the camera's next file would have."""
    used = {int(entry.name) for entry in Path(f"/proc/{camera.pid}/fd").iterdir()}
    return min(set(range(len(used) + 1)) - used)


def test_without_file_descriptors_clients_wait_and_are_answered_later(camera: CameraProcess) -> None:
    assert is_a_picture(camera.client.get("/cgi/jpg/image.cgi").body)  # by then all is imported
    with ExitStack() as stack:
        with limited(camera, resource.RLIMIT_NOFILE, first_free_number(camera)):
            waiting = [stack.enter_context(closing(connected(camera))) for _ in range(WAITING)]
            eventually(lambda: "accepts no connections" in camera.log, "it does not report that it has no descriptors")
        for connection in waiting:
            connection.request("GET", "/cgi/jpg/image.cgi", headers=camera.client.login())
            assert is_a_picture(connection.getresponse().read())
    with camera.client.open("/cgi/mjpg/mjpeg.cgi") as viewer:
        pictures = sdk_parts(viewer)
        assert all(is_a_picture(next(pictures).payload) for _ in range(3))


def connected(camera: CameraProcess) -> HTTPConnection:
    connection = HTTPConnection("127.0.0.1", camera.port, timeout=PATIENCE)
    connection.connect()
    return connection


def test_an_unusable_certificate_is_replaced_and_plain_http_continues(camera: CameraProcess) -> None:
    camera.client.update("Network.Advanced.HTTPS", Enabled="yes")
    eventually((camera.state / "tls.key").exists, "there is no key")
    camera.stop()
    (camera.state / "tls.key").write_text("rubbish")
    camera.start()
    assert camera.https
    for client in (camera.client, Client(camera.https, tls=True)):
        assert client.get(PARAMETERS, action="list", group="System.Info").status == 200
    assert (camera.state / "tls.key.unusable").read_text() == "rubbish"
    assert "the TLS certificate cannot be used (" in camera.log


def test_a_source_that_is_absent_at_the_start_is_no_signal(start_camera: StartCamera) -> None:
    camera = start_camera("--source=http://127.0.0.1:1/x")
    with camera.client.open("/cgi/mjpg/mjpeg.cgi") as viewer:
        assert is_a_picture(next(sdk_parts(viewer)).payload)
    assert is_a_picture(camera.client.get("/cgi/jpg/image.cgi").body)


def is_a_picture(data: bytes) -> bool:
    return data.startswith(b"\xff\xd8")


def test_recording_begins_when_a_read_only_card_becomes_writable(
    stick: DetachableDisk, start_camera: StartCamera
) -> None:
    card = stick.place / "card"
    card.mkdir()
    remount(stick.place, "ro")
    camera = start_camera("--source=scene", f"--sdcard={card}")
    camera.client.get("/cgi/event/schedule.cgi", action="add", Name="always", ScheduleTimeMode="1", EnableSDCard="1")
    eventually(lambda: "cannot be the SD card: it cannot be written" in camera.log, "the reason is not logged")
    assert camera.client.get("/sdcard.cgi", action="status").text == "0\r\n"
    remount(stick.place, "rw")
    eventually(lambda: list((card / "record").glob("*.avi")), "nothing is recorded")
    assert camera.client.get("/sdcard.cgi", action="status").text == "1\r\n"
    camera.stop()


def remount(place: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(place)], check=True)
