"""The walk of an alarm in docs/design.md is the one that an alarm takes."""

from pathlib import Path

import pytest
from tests.delivery.ftp.ftp_server import PASSWORD, USER, FtpServer
from tests.e2e.camera import CameraProcess, eventually
from tests.e2e.walks import TracedCamera, files_of_walk, in_order

pytestmark = pytest.mark.slow


def set_up(camera: CameraProcess, port: int) -> None:
    """Let motion send a short clip to an FTP server."""
    ask = camera.client.get
    login = {"FTPServer": "127.0.0.1", "Port": port, "UserName": USER, "Password": PASSWORD}
    for group, values in {"FTP": {"Enable": "yes", **login}, "General": {"PreEvent": 0, "PostEvent": 0}}.items():
        assert (
            "failed" not in ask("/cgi/admin/param.cgi", action="update", group=f"Event.Server.{group}", **values).text
        )
    windows = "1,0,0,640,480,100|0,0,0,1,1,50|0,0,0,1,1,50"
    assert ask("/setup.cgi", motionenable=1, mddata=windows, mdpercent="1|50|50").status == 200
    ask("/cgi/event/schedule.cgi", action="add", Name="m", TriggerMotion=1, EnableFtp=1)


def test_an_alarm_passes_the_files_of_its_walk_in_their_order(tmp_path: Path) -> None:
    walk = files_of_walk("An alarm")
    assert len(walk) == 10
    traced = TracedCamera(tmp_path, walk, "--source=scene", "--allow-local-targets")
    camera = traced.process.start()
    try:
        with FtpServer(tmp_path / "far") as server:
            traced.forget()
            set_up(camera, server.port)
            eventually(lambda: [name for name in server.files() if name.endswith(".avi")], "no clip arrived")
    finally:
        camera.kill()
    assert in_order(walk, traced.calls()) == walk
