"""Factory default of the real camera (SDK 2.1)."""

from pathlib import Path

import pytest
from tests.conftest import StartCamera
from tests.e2e.camera import CameraProcess, Client, eventually

pytestmark = pytest.mark.slow

FACTORY_DEFAULT = "/cgi/admin/factorydefault.cgi"


def use(camera: CameraProcess, client: Client) -> None:
    """Leave traces in settings, accounts, schedules, PTZ memory, queue and card."""
    client.update("Time", TimeZone=22)
    client.update("Image.MJPEG", Framerate=8)
    client.update("Event.Server.FTP", Enable="yes", FTPServer="192.0.2.1", UserName="camera")
    client.get("/cgi/admin/pwdgrp.cgi", action="add", user="boss", pwd="sunflower-7", grp="admin")
    client.get("/cgi/event/schedule.cgi", action="add", Name="always", ScheduleTimeMode=1, EnableSDCard=1)
    client.get("/cgi/event/schedule.cgi", action="add", Name="in", TriggerDI1=1, EnableFtp=1)
    client.get("/cgi/ptz/ptz.cgi", position="30|10|2")
    client.get("/cgi/ptz/ptz.cgi?ptzpresetupdate=1|1|8|Door")
    eventually(lambda: list((camera.state / "sdcard" / "record").glob("*.avi")), "nothing is recorded")


def wait_for_restart(camera: CameraProcess) -> None:
    camera._read_ready()


def test_mode_1_forgets_everything_but_card_and_identity(start_camera: StartCamera, tmp_path: Path) -> None:
    config = tmp_path / "ipcamd.toml"
    config.write_text("")
    camera = start_camera("--source=scene", f"--config={config}")  # no password given: one is printed
    assert camera.first_start
    first = camera.first_start.split()[-1]
    old = Client(camera.port, password=first)
    rest = position(old)
    use(camera, old)
    eventually(lambda: position(old) != rest, "it does not move")
    mac, serial = old.value("System.Info", "MACAddress"), report(old, "Serial Number")
    recordings = {path.name for path in (camera.state / "sdcard" / "record").glob("*.avi")}
    assert old.get(FACTORY_DEFAULT, mode=1).text == "OK\r\n"
    wait_for_restart(camera)
    second = camera.first_start.split()[-1]
    assert camera.first_start == f"first start: user admin password {second}"
    assert second != first
    new = Client(camera.port, password=second)
    assert old.get("/cgi/admin/serverreport.cgi").status == 401
    assert Client(camera.port, password="admin").get("/cgi/admin/serverreport.cgi").status == 401
    assert new.get("/cgi/admin/pwdgrp.cgi", action="get").lines == ['admin="admin"', 'users=""', 'guest=""']
    assert new.value("Time", "TimeZone") == "21"
    assert new.value("Image.MJPEG", "Framerate") != "8"
    assert new.value("PTZ.PresetList", "Preset1").startswith("0|")
    assert position(new) == rest
    assert new.get("/cgi/event/schedule.cgi", action="alllist").lines in ([], [""])
    assert (new.value("System.Info", "MACAddress"), report(new, "Serial Number")) == (mac, serial)
    assert recordings <= {path.name for path in (camera.state / "sdcard" / "record").glob("*.avi")}
    assert list((camera.state / "spool").iterdir()) == []
    (line,) = [line for line in new.get("/cgi/admin/eventlog.cgi").lines if "factory default" in line]
    assert line.split("|")[1:] == ["factory default", "", "mode 1 by admin (127.0.0.1)", ""]


def test_mode_2_keeps_network_zone_and_the_account_that_asks(camera: CameraProcess) -> None:
    use(camera, camera.client)
    boss = Client(camera.port, "boss", "sunflower-7")
    assert boss.get(FACTORY_DEFAULT, mode=2).text == "OK\r\n"
    wait_for_restart(camera)
    assert boss.value("Time", "TimeZone") == "22"
    assert boss.value("Image.MJPEG", "Framerate") != "8"
    assert boss.get("/cgi/admin/pwdgrp.cgi", action="get").lines == ['admin="boss"', 'users=""', 'guest=""']
    assert camera.client.get("/cgi/admin/serverreport.cgi").status == 401


def test_a_given_password_is_the_factory_password(camera: CameraProcess) -> None:
    camera.client.get("/cgi/admin/pwdgrp.cgi", action="update", user="admin", pwd="sunflower-7")
    assert Client(camera.port, password="sunflower-7").get(FACTORY_DEFAULT, mode=1).text == "OK\r\n"
    wait_for_restart(camera)
    assert camera.first_start is None
    assert camera.client.get("/cgi/admin/serverreport.cgi").status == 200


def test_another_site_cannot_reset_it(client: Client) -> None:
    target = f"{FACTORY_DEFAULT}?mode=1"
    assert client.ask("GET", target, Sec_Fetch_Site="cross-site").status == 403
    assert client.ask("POST", target, Origin="http://evil.example").status == 403


def position(client: Client) -> list[str]:
    lines = client.get("/cgi/admin/virtual.cgi").lines
    return [line for line in lines if line.startswith(("pan=", "tilt=", "zoom="))]


def report(client: Client, title: str) -> str:
    lines = client.get("/cgi/admin/serverreport.cgi").lines
    return next(line for line in lines if line.startswith(f"{title}:"))
