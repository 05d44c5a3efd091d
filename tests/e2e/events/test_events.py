"""The whole way of an event on a running camera: trigger, schedule, clip, delivery, notification, log."""

import http.server
import json
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import av
import pytest
from tests.conftest import StartCamera
from tests.delivery.ftp.ftp_server import PASSWORD, USER, FtpServer
from tests.e2e.camera import CameraProcess, eventually
from tests.e2e.parts import wait_in_stream
from tests.e2e.received_stream import RATE, Flash, beginnings, flashes, linear
from tests.wire.avi.avi_files import probe

from ipcamd.media.source.scene.plan import Plan

pytestmark = pytest.mark.slow


class Receiver(http.server.HTTPServer):
    """Records the requests."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Receiver)
        self.server.paths.append(self.path)
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Suppress the log."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def laboratory(start_camera: StartCamera) -> CameraProcess:
    return start_camera("--source=scene", "--allow-local-targets")


def log(camera: CameraProcess) -> list[dict[str, str]]:
    lines = camera.client.get("/cgi/admin/eventlog.cgi", format="json").text.splitlines()
    return [json.loads(line) for line in lines]


def schedule(camera: CameraProcess, **fields: object) -> None:
    assert camera.client.get("/cgi/event/schedule.cgi", action="add", **fields).text.startswith("[Event.Schedule.")


def outside(camera: CameraProcess, **deeds: str) -> None:
    assert camera.client.get("/cgi/admin/virtual.cgi", **deeds).text == "OK\r\n"


def duration(clip: Path) -> float:
    command = ("ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", clip)
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=30)
    assert not done.stderr
    return float(done.stdout)


def test_a_clip_reaches_the_ftp_server_when_that_comes_back(laboratory: CameraProcess, tmp_path: Path) -> None:
    client = laboratory.client
    with FtpServer(tmp_path / "first") as server:
        port = server.port  # where no server listens
    login = {"FTPServer": "127.0.0.1", "UserName": USER, "Path": "cam/door"}
    client.update("Event.Server.FTP", Enable="yes", Port=port, **login)
    client.get("/cgi/admin/param.cgi", action="update", group="Event.Server.FTP", Password=PASSWORD)
    client.update("Event.Server.General", PreEvent=0, PostEvent=2)
    schedule(laboratory, Name="door", TriggerDI1=1, EnableFtp=1)
    time.sleep(1)  # the encoder begins only now
    outside(laboratory, di1="high")
    eventually(lambda: [e for e in log(laboratory) if e["schedule"] == "door" and e["failed"]])
    laboratory.kill()
    laboratory.start()
    with FtpServer(tmp_path / "second") as server:
        laboratory.client.update("Event.Server.FTP", Port=server.port)
        eventually(lambda: any(name.endswith(".avi") for name in server.files()))
        (name,) = server.files()
    assert name.startswith("cam/door/ipcamd-")
    assert duration(tmp_path / "second" / name) == pytest.approx(2, abs=0.1)


@pytest.mark.parametrize(
    ("event", "deeds", "told"),
    [
        ("di1_0", [{"di1": "high"}, {"di1": "low"}], ["di1_0"]),
        ("input2_2", [{"di2": "high"}, {"di2": "low"}], ["input2_2", "input2_2"]),
    ],
)
def test_a_notice_is_sent_and_noted(
    laboratory: CameraProcess, receiver: Receiver, event: str, deeds: list[dict[str, str]], told: list[str]
) -> None:
    url = f"http://127.0.0.1:{receiver.server_port}/event/handler.cgi"
    answer = laboratory.client.get(f"/EventHttpNotify.cgi?HttpUrl={url}&Message={event},Time:1234567890")
    assert answer.text == "OK\r\n"
    for deed in deeds:
        outside(laboratory, **deed)
    eventually(lambda: len(receiver.paths) >= len(told))
    assert [path.rpartition(",Time:")[0] for path in receiver.paths] == [
        f"/event/handler.cgi?Message={name}" for name in told
    ]
    eventually(lambda: sum("HTTP notification" in entry["done"] for entry in log(laboratory)) == len(told))


def test_motion_is_a_trigger_without_viewers(laboratory: CameraProcess, receiver: Receiver) -> None:
    client = laboratory.client
    outside(laboratory, scene="still")
    window = "1,0,100,640,480,80|0,0,0,0,0,50|0,0,0,0,0,50"
    answer = client.get(f"/setup.cgi?mddata={window}&mdpercent=5|50|50&motionenable=1").lines
    assert answer == ["OK mddata", "OK mdpercent", "OK motionenable"]
    schedule(laboratory, Name="walk", TriggerMotion=1, EnableDigitalOutput=1, DigitalOutputTime=60)
    outside(laboratory, scene="walk")
    eventually(lambda: "do1=high" in client.get("/cgi/admin/virtual.cgi").lines)
    assert {(e["what"], e["schedule"]) for e in log(laboratory)} == {("motion 1", "walk")}


def test_another_time_zone_counts_at_once(laboratory: CameraProcess) -> None:
    client = laboratory.client
    hour = datetime.now(UTC).hour
    limits = {"ScheduleTimeStatus": 1, "ScheduleTimeStartHour": (hour + 3) % 24, "ScheduleTimeEndHour": (hour + 6) % 24}
    schedule(laboratory, Name="east", ScheduleTimeMode=1, EnableDigitalOutput=1, DigitalOutputTime=1, **limits)
    for _ in range(3):
        client.update("Time", TimeZone=36)  # four hours east
        eventually(lambda: "do1=high" in client.get("/cgi/admin/virtual.cgi").lines)
        client.update("Time", TimeZone=20)
        eventually(lambda: "do1=low" in client.get("/cgi/admin/virtual.cgi").lines)


def test_a_clock_that_is_set_counts_at_once(laboratory: CameraProcess) -> None:
    client = laboratory.client
    limits = {"ScheduleTimeStatus": 1, "ScheduleTimeStartHour": 3, "ScheduleTimeEndHour": 3}
    schedule(laboratory, Name="night", ScheduleTimeMode=1, EnableDigitalOutput=1, DigitalOutputTime=1, **limits)
    for _ in range(3):
        client.get("/cgi/admin/date.cgi?action=set&hour=3&minute=10&second=10")
        eventually(lambda: "do1=high" in client.get("/cgi/admin/virtual.cgi").lines)
        client.get("/cgi/admin/date.cgi?action=set&hour=5&minute=10&second=10")
        eventually(lambda: "do1=low" in client.get("/cgi/admin/virtual.cgi").lines)


def light(clip: Path) -> list[Flash]:
    """Return when the scene's lamp is switched on, in seconds of the clip."""
    lamp = Plan((640, 480)).lamp
    box = slice(lamp.top + 3, lamp.top + lamp.height - 3), slice(lamp.left + 3, lamp.left + lamp.width - 3)
    with av.open(str(clip)) as opened:
        shown = opened.decode(video=0)
        return flashes([(float(f.dts * f.time_base), float(f.to_ndarray(format="gray")[box].mean())) for f in shown])


def beeps(clip: Path) -> list[float]:
    """Return when beeps begin, in seconds of the clip."""
    with av.open(str(clip)) as opened:
        samples = linear(b"".join(bytes(packet) for packet in opened.demux(audio=0)))
    return [at / RATE for at in beginnings(samples)]


def nearest_second(at: float, began: datetime) -> float:
    """Return the whole second of the clock that is nearest to a moment of the clip, in seconds of the clip."""
    return round(began.timestamp() + at) - began.timestamp()


@pytest.mark.parametrize("encoding", ["H264", "MPEG4"])
def test_a_clip_begins_at_its_stated_start(laboratory: CameraProcess, encoding: str) -> None:
    """The scene flashes and beeps at each whole second of the camera's clock."""
    client = laboratory.client
    client.update("Audio", MicEnabled="yes")
    client.update(f"Image.{encoding}", Resolution=0)
    client.update("Event.Server.General", EncodeFormat=encoding, PreEvent=2, PostEvent=1)
    schedule(laboratory, Name="door", TriggerDI1=1, EnableSDCard=1)
    wait_in_stream(client, 3, encoding)
    asked = time.time()
    outside(laboratory, di1="high")
    eventually(lambda: [entry for entry in log(laboratory) if entry["done"]], "no clip")
    (clip,) = (laboratory.state / "sdcard" / "event").iterdir()
    began = datetime.fromisoformat(probe(clip)["format"]["tags"]["date"])  # type: ignore[index]
    assert began.timestamp() == pytest.approx(asked - 2, abs=0.5)
    assert clip.name == f"ipcamd-{began:%m%d%Y-%H%M%S}.avi"
    # at the very beginning a beep may be going on, and in the first second pictures catch up
    heard, seen = [at for at in beeps(clip) if at > 0.2], [flash for flash in light(clip) if flash.dark > 1]
    assert len(heard) >= 2
    assert len(seen) >= 1
    assert max(abs(at - nearest_second(at, began)) for at in heard) < 0.02
    assert max(flash.apart(nearest_second(flash.light, began), 1 / 30) for flash in seen) < 1 / 30
