"""Delivery from an input of the real camera to the disk of a server."""

from pathlib import Path

import pytest
from tests.conftest import StartCamera
from tests.delivery.ftp.ftp_server import PASSWORD, USER, FtpServer
from tests.delivery.ftp.proftpd import CREATE_ONLY, ProFtpd, proftpd
from tests.delivery.ftp.proftpd import PASSWORD as PROFTPD_PASSWORD
from tests.e2e.camera import CameraProcess, eventually
from tests.ports import free_port

pytestmark = pytest.mark.slow

OPTIONS = ("--source=scene", "--allow-local-targets")


def set_up(camera: CameraProcess, port: int, password: str = PASSWORD) -> None:
    """Let the doorbell send a short clip to an FTP server."""
    ask = camera.client.get
    login = {"FTPServer": "127.0.0.1", "Port": port, "UserName": USER, "Password": password}
    for group, values in {"FTP": {"Enable": "yes", **login}, "General": {"PreEvent": 0, "PostEvent": 0}}.items():
        answer = ask("/cgi/admin/param.cgi", action="update", group=f"Event.Server.{group}", **values)
        assert not answer.text.startswith("Request failed")
    ask("/cgi/event/schedule.cgi", action="add", Name="bell", TriggerDI1=1, EnableFtp=1)


def ring(camera: CameraProcess) -> None:
    for level in ("low", "high"):
        camera.client.get("/cgi/admin/virtual.cgi", di1=level)


def log(camera: CameraProcess) -> str:
    return camera.client.get("/cgi/admin/eventlog.cgi").text


def clips(server: FtpServer | ProFtpd) -> list[bytes]:
    return [data for name, data in server.files().items() if name.endswith(".avi")]


def test_a_clip_of_the_doorbell_arrives(start_camera: StartCamera, tmp_path: Path) -> None:
    camera = start_camera(*OPTIONS)
    with FtpServer(tmp_path / "far") as server:
        set_up(camera, server.port)
        assert camera.client.get("/cgi/event/test.cgi", target="ftp").text == "OK\r\n"
        ring(camera)
        (clip,) = eventually(lambda: clips(server), "no clip arrived")
        assert clip.startswith(b"RIFF")
        eventually(lambda: "delivered" in log(camera))
    assert "|FTP|bell|ipcamd-" in log(camera)
    assert ", 1 delivered, 0 dropped" in camera.client.get("/cgi/admin/serverreport.cgi").text


def test_an_account_that_may_only_create_files_gets_the_clip(start_camera: StartCamera, tmp_path: Path) -> None:
    camera = start_camera(*OPTIONS)
    with proftpd(tmp_path / "far", CREATE_ONLY) as server:
        set_up(camera, server.port, PROFTPD_PASSWORD)
        answer = camera.client.get("/cgi/event/test.cgi", target="ftp").text
        assert answer.startswith("OK\r\n")
        assert "the target allows no renaming of files" in answer
        ring(camera)
        eventually(lambda: "delivered" in log(camera), "no clip arrived")
        (clip,) = clips(server)
        assert clip.startswith(b"RIFF")


def test_a_killed_camera_delivers_after_its_restart(start_camera: StartCamera, tmp_path: Path) -> None:
    port = free_port()
    camera = start_camera(*OPTIONS)
    set_up(camera, port)
    ring(camera)
    eventually(lambda: "nothing answers at 127.0.0.1" in log(camera), "the failure is not in the log")
    camera.kill()
    with FtpServer(tmp_path / "far", port=port) as server:
        again = start_camera(*OPTIONS)
        (clip,) = eventually(lambda: clips(server), "no clip arrived")
        assert clip.startswith(b"RIFF")
        eventually(lambda: "delivered" in log(again))
    for secret in (PASSWORD, "sesame"):
        assert secret not in camera.log + again.log + log(again)
