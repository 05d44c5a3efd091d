"""A slow card and a slow state directory delay no other request."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.conftest import StartCamera
from tests.e2e.camera import CameraProcess, Client, eventually
from tests.slow_disk.disk import SlowDisk
from tests.wire.avi.avi_files import avi_file, pictures

from ipcamd.media import codecs

pytestmark = pytest.mark.slow

NAME = "ipcamd-06152025-150640.avi"


@pytest.fixture
def disk(tmp_path: Path) -> SlowDisk:
    """The card and the state directory of this test's camera, with a recording."""
    path = tmp_path / "state" / "sdcard" / "record" / NAME
    path.parent.mkdir(parents=True, mode=0o700)
    path.write_bytes(avi_file(pictures(codecs.H264), codecs.H264))
    return SlowDisk(tmp_path / "slow", tmp_path / "state")


@pytest.fixture
def camera(start_camera: StartCamera, disk: SlowDisk) -> CameraProcess:
    return start_camera("--source=scene", environment=disk.environment)


def schedule(client: Client, **fields: str) -> None:
    assert client.get("/cgi/event/schedule.cgi", action="add", **fields).text.startswith("[Event.Schedule.")


def listed(client: Client, folder: str) -> list[str]:
    answer = client.get("/sdcard.cgi", action="list", dir=folder).text.rstrip("\r\n")
    return [entry.split("|")[0] for entry in answer.split(",")[4:]]


def test_the_event_loop_never_calls_the_file_system(camera: CameraProcess, disk: SlowDisk) -> None:
    client = camera.client
    eventually(lambda: NAME in listed(client, "record"), "the card is not read")
    disk.watch()
    client.update("Event.Server.General", PreEvent=1, PostEvent=1)
    schedule(client, Name="always", ScheduleTimeMode="1", EnableSDCard="1")
    schedule(client, Name="input", TriggerDI1="1", EnableSDCard="1")
    eventually(lambda: len(listed(client, "record")) == 2, "nothing is recorded")
    client.get("/cgi/admin/virtual.cgi", di1="high")
    (clip,) = eventually(lambda: listed(client, "event"), "no clip")
    for action in ("status", "space", "list"):
        assert client.get("/sdcard.cgi", action=action).status == 200
    assert client.value("Event.Server.External.Storage", "Mount") == "yes"
    assert client.get("/sdcard.cgi", action="download", dir="event", fname=clip).status == 200
    for path in ("recordings", "video", "thumbnail", "segments"):
        assert client.get(f"/web/{path}", dir="record", fname=NAME).status == 200, path
    assert client.get("/cgi/admin/serverreport.cgi").status == 200
    assert client.get("/cgi/admin/eventlog.cgi").status == 200
    assert client.get("/sdcard.cgi", action="delete", dir="event", fname=clip).text == "1\r\n"
    client.get("/cgi/admin/virtual.cgi", sdcard="remove")
    client.get("/cgi/admin/virtual.cgi", sdcard="insert")
    assert NAME in listed(client, "record")
    client.get("/cgi/event/schedule.cgi", action="remove", Name="always")
    assert client.get("/sdcard.cgi", action="format").text == "1\r\n"
    assert disk.main_thread == []


def test_a_hanging_card_delays_no_other_request(camera: CameraProcess, disk: SlowDisk) -> None:
    client = camera.client
    schedule(client, Name="always", ScheduleTimeMode="1", EnableSDCard="1")
    eventually(lambda: len(listed(client, "record")) == 2, "nothing is recorded")
    with ThreadPoolExecutor(12) as others:
        disk.hang()
        asking = [others.submit(client.get, "/sdcard.cgi", action="download", fname=NAME) for _ in range(12)]
        time.sleep(0.2)
        for _ in range(20):
            assert client.get("/cgi/jpg/image.cgi").status == 200
            assert client.value("System.Info", "ServerName")
        assert client.get("/sdcard.cgi", action="status").text == "1\r\n"
        assert not any(one.done() for one in asking)
        disk.recover()
        assert [one.result().status for one in asking] == [200] * 12


def test_a_card_that_hangs_when_the_camera_starts(start_camera: StartCamera, disk: SlowDisk) -> None:
    disk = SlowDisk(disk.root.with_name("slow"), disk.root / "sdcard")
    disk.hang()
    camera = start_camera("--source=scene", environment=disk.environment)
    client = camera.client
    assert client.get("/cgi/jpg/image.cgi").status == 200
    with ThreadPoolExecutor(1) as other:
        listing = other.submit(listed, client, "record")
        assert client.get("/cgi/jpg/image.cgi").status == 200
        assert client.get("/sdcard.cgi", action="status").text == "1\r\n", "it is not known yet that there is no card"
        assert not listing.done()
        disk.recover()
        assert listing.result() == [NAME]
