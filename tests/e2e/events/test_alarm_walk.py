"""The walk of an alarm in docs/design.md is the one that an alarm takes."""

import re
from pathlib import Path

import pytest
from tests.delivery.ftp.ftp_server import PASSWORD, USER, FtpServer
from tests.e2e.camera import CameraProcess, eventually

pytestmark = pytest.mark.slow

DESIGN = Path(__file__).parents[3] / "docs" / "design.md"
PROGRAM = Path(__file__).with_name("traced_camera.py")


def alarm_walk() -> list[str]:
    """Return the files of the walk, in its order."""
    walk = DESIGN.read_text().partition("**An alarm**")[2].partition("\n## ")[0]
    steps = "\n".join(line for line in walk.splitlines() if re.match(r"\d\.|   ", line))
    return re.findall(r"`([a-z_/]+\.py)`", steps)


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
    walk, trace = alarm_walk(), tmp_path / "trace"
    assert len(walk) == 10
    environment = {"TRACED": ",".join(walk), "TRACE": str(trace)}
    options = ("--source=scene", "--allow-local-targets")
    camera = CameraProcess(tmp_path / "state", *options, environment=environment, program=(str(PROGRAM),)).start()
    try:
        with FtpServer(tmp_path / "far") as server:
            trace.write_text("")
            set_up(camera, server.port)
            eventually(lambda: [name for name in server.files() if name.endswith(".avi")], "no clip arrived")
    finally:
        camera.kill()
    calls = iter(trace.read_text().splitlines())
    assert [file for file in walk if file in calls] == walk
