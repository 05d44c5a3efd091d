"""SIGTERM: the process shuts down properly, with complete recordings, regardless of parts that hang."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from tests.conftest import StartCamera
from tests.e2e.camera import CameraProcess, eventually
from tests.slow_disk.disk import SlowDisk
from tests.wire.avi.avi_files import avi_file, pictures, playable

from ipcamd.media import codecs
from ipcamd.wire.avi import reader
from ipcamd.wire.avi.layout import HEAD

pytestmark = pytest.mark.slow

EXIT_S = 15.0
"""Seconds that a test waits for an exit that takes three at most: machines under load are slow."""


@pytest.fixture
def hanging() -> Iterator[ExitStack]:
    """Holds hanging calls until the end of the test."""
    with ExitStack() as stack:
        yield stack


def record(camera: CameraProcess, card: Path) -> None:
    """Record to the card, and wait until there is something on it."""
    fields = {"action": "add", "Name": "always", "ScheduleTimeMode": "1", "EnableSDCard": "1"}
    assert camera.client.get("/cgi/event/schedule.cgi", **fields).text.startswith("[Event.Schedule.")
    eventually(lambda: any(path.stat().st_size > HEAD for path in card.glob("record/*.avi")), "nothing is recorded")


def terminate(camera: CameraProcess) -> None:
    """Send SIGTERM; fail unless the process exits properly."""
    camera.signal(signal.SIGTERM)
    try:
        assert camera.process.wait(EXIT_S) == 0, camera.log
    except subprocess.TimeoutExpired:
        raise AssertionError(f"SIGTERM did not end it; log:\n{camera.log}") from None
    finally:
        camera.kill()
    assert "Traceback" not in camera.log, camera.log


def handles_sigterm(camera: CameraProcess) -> bool:
    """Whether its runner has begun."""
    status = Path(f"/proc/{camera.process.pid}/status").read_text()
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt"))
    return bool(int(caught.split()[1], 16) & 1 << signal.SIGTERM - 1)


def assert_whole(card: Path) -> None:
    """Every recording is closed, and plays."""
    paths = list(card.glob("record/*.avi"))
    assert paths
    for path in paths:
        with path.open("rb") as file:
            assert reader.read_head(file.read(HEAD), path.stat().st_size, codecs.key_tests()).closed
        assert playable(path) == ""


def silent_server(hanging: ExitStack) -> socket.socket:
    """Return a server that accepts connections and never sends anything."""
    return hanging.enter_context(closing(socket.create_server(("127.0.0.1", 0))))


def test_with_silent_servers(start_camera: StartCamera, hanging: ExitStack) -> None:
    camera = start_camera("--source=scene", "--allow-local-targets")
    client, servers = camera.client, [silent_server(hanging) for _ in range(3)]
    ftp, mail, samba = (server.getsockname()[1] for server in servers)
    here, mailbox = "127.0.0.1", {"FromEmail": "a@example.com", "EmailTo": "b@example.com"}
    client.update("Event.Server.General", PreEvent=0, PostEvent=1)
    client.update("Event.Server.FTP", Enable="yes", FTPServer=here, Port=ftp, UserName="u")
    client.update("Event.Server.SMTP", Enable="yes", MailServer1=here, Smtpport=mail, **mailbox)
    client.update("Event.Server.NetStorage", Enable="yes", SambaServer=here, Port=samba, Share="s", UserName="u")
    record(camera, camera.state / "sdcard")
    wants = {"TriggerDI1": "1", "EnableFtp": "1", "EnableEmail": "1", "EnableSamba": "1"}
    client.get("/cgi/event/schedule.cgi", action="add", Name="input", **wants)
    client.get("/cgi/admin/virtual.cgi", di1="high")
    for server in servers:
        server.settimeout(20)
        hanging.enter_context(server.accept()[0])
    terminate(camera)
    assert_whole(camera.state / "sdcard")
    assert len(list((camera.state / "spool").iterdir())) == 3, "a clip that waits is lost"


def test_with_viewers_and_downloads_that_take_nothing(camera: CameraProcess, hanging: ExitStack) -> None:
    record(camera, camera.state / "sdcard")
    for path in ("/cgi/mjpg/mjpeg.cgi", "/cgi/mjpg/mjpg.cgi", "/cgi/jpg/image.cgi") * 3:
        viewer = hanging.enter_context(closing(socket.socket()))
        viewer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        viewer.connect(("127.0.0.1", camera.port))
        login = "".join(f"{name}: {value}\r\n" for name, value in camera.client.login().items())
        viewer.sendall(f"GET {path} HTTP/1.1\r\nHost: h\r\n{login}\r\n".encode())
        assert viewer.recv(12) == b"HTTP/1.1 200"
    terminate(camera)
    assert_whole(camera.state / "sdcard")


ENDLESS_MJPEG = """
import socket
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
jpeg = open({jpeg!r}, "rb").read()
part = b"--b\\r\\nContent-Type: image/jpeg\\r\\nContent-Length: %d\\r\\n\\r\\n%b\\r\\n" % (len(jpeg), jpeg)
while True:
    peer = server.accept()[0]
    try:
        peer.recv(4096)
        peer.sendall(b"HTTP/1.0 200 OK\\r\\nContent-Type: multipart/x-mixed-replace; boundary=b\\r\\n\\r\\n")
        while True:
            peer.sendall(part)
    except OSError:
        peer.close()
"""


def test_with_a_source_whose_server_is_stopped(start_camera: StartCamera, hanging: ExitStack, tmp_path: Path) -> None:
    (tmp_path / "one.jpg").write_bytes(pictures(codecs.JPEG, 1)[0].payload)
    script = ENDLESS_MJPEG.format(jpeg=str(tmp_path / "one.jpg"))
    server = hanging.enter_context(subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True))
    hanging.callback(server.kill)
    assert server.stdout
    camera = start_camera(f"--source=http://127.0.0.1:{int(server.stdout.readline())}/video")
    record(camera, camera.state / "sdcard")
    server.send_signal(signal.SIGSTOP)
    time.sleep(0.5)
    terminate(camera)
    assert_whole(camera.state / "sdcard")


def test_with_a_source_on_a_disk_that_hangs(start_camera: StartCamera, tmp_path: Path) -> None:
    (tmp_path / "videos").mkdir()
    (tmp_path / "videos" / "video.avi").write_bytes(avi_file(pictures(codecs.JPEG, 300), codecs.JPEG))
    disk = SlowDisk(tmp_path / "slow", tmp_path / "videos")
    camera = start_camera(f"--source={tmp_path / 'videos' / 'video.avi'}", environment=disk.environment)
    record(camera, camera.state / "sdcard")
    disk.hang()
    time.sleep(0.5)
    terminate(camera)
    assert_whole(camera.state / "sdcard")


def test_with_a_card_that_hangs(start_camera: StartCamera, tmp_path: Path) -> None:
    disk = SlowDisk(tmp_path / "slow", tmp_path / "card")
    camera = start_camera("--source=scene", f"--sdcard={tmp_path / 'card'}", environment=disk.environment)
    record(camera, disk.root)
    disk.hang()
    terminate(camera)
    disk.recover()
    camera = start_camera("--source=scene", f"--sdcard={tmp_path / 'card'}")
    camera.client.get("/cgi/event/schedule.cgi", action="remove", Name="always")
    assert camera.client.get("/sdcard.cgi", action="list").status == 200  # by then it works again
    terminate(camera)
    assert_whole(disk.root)


def hang_for_good(disk: SlowDisk) -> None:
    disk.hang()


def answer_slowly(disk: SlowDisk) -> None:
    disk.slow(200)


@pytest.mark.parametrize("trouble", [hang_for_good, answer_slowly])
def test_with_a_state_directory_on_a_bad_disk(
    start_camera: StartCamera, tmp_path: Path, trouble: Callable[[SlowDisk], None]
) -> None:
    disk, card = SlowDisk(tmp_path / "slow", tmp_path / "state"), tmp_path / "card"
    camera = start_camera("--source=scene", f"--sdcard={card}", environment=disk.environment)
    record(camera, card)
    camera.client.update("System.Info", ServerName="acknowledged")
    trouble(disk)
    terminate(camera)
    assert_whole(card)
    disk.recover()
    camera = start_camera("--source=scene", f"--sdcard={card}")
    assert camera.client.value("System.Info", "ServerName") == "acknowledged"


def test_while_it_starts_on_a_disk_that_hangs(start_camera: StartCamera, tmp_path: Path) -> None:
    disk = SlowDisk(tmp_path / "slow", tmp_path / "state")
    start_camera("--source=scene", environment=disk.environment).stop()
    disk.hang()
    camera = CameraProcess(tmp_path / "state", "--source=scene", environment=disk.environment)
    camera.launch()
    eventually(lambda: handles_sigterm(camera), "it does not start")
    terminate(camera)


def test_while_it_starts_with_a_source_that_hangs(start_camera: StartCamera, tmp_path: Path) -> None:
    (tmp_path / "videos").mkdir()
    (tmp_path / "videos" / "video.avi").write_bytes(avi_file(pictures(codecs.JPEG, 30), codecs.JPEG))
    disk = SlowDisk(tmp_path / "slow", tmp_path / "videos")
    disk.hang()
    source = f"--source={tmp_path / 'videos' / 'video.avi'}"
    camera = CameraProcess(tmp_path / "state", source, environment=disk.environment)
    camera.launch()
    eventually(lambda: handles_sigterm(camera), "it does not start")
    terminate(camera)
