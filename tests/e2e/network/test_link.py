"""A real camera whose link goes down and up: deliveries wait, and arrive once."""

from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.conftest import StartCamera
from tests.delivery.ftp.ftp_server import PASSWORD, USER, FtpServer
from tests.e2e.camera import CameraProcess, eventually
from tests.networks import Network, ip, needs_networks, network
from tests.wire.avi.avi_files import playable

__all__ = ["network"]
pytestmark = [pytest.mark.slow, needs_networks]

PATIENCE_S = 90.0
"""The camera tries again after 5 seconds, then after 10."""


def deliver_to(camera: CameraProcess, server: FtpServer, address: str) -> None:
    """Let the camera send a clip there at each input."""
    client, login = camera.client, {"UserName": USER, "Password": PASSWORD}
    client.update("Event.Server.General", PreEvent=0, PostEvent=1)
    target = {"Enable": "yes", "FTPServer": address, "Port": server.port}
    answer = client.get("/cgi/admin/param.cgi", action="update", group="Event.Server.FTP", **target, **login)
    assert answer.text.startswith("Event.Server.FTP.Enable=yes"), answer.text
    client.get("/cgi/event/schedule.cgi", action="add", Name="input", TriggerDI1="1", EnableFtp="1")


def test_a_clip_waits_for_the_link_and_arrives_once(
    network: Network, start_camera: StartCamera, tmp_path: Path
) -> None:
    host = network.add_neighbour()
    with ExitStack() as stack:
        with host.inside():
            server = stack.enter_context(FtpServer(tmp_path / "ftp", host=host.address))  # its thread stays there
        camera = start_camera("--source=scene", "--host=0.0.0.0")
        deliver_to(camera, server, host.address)
        spool = camera.state / "spool"
        ip("link", "set", host.camera_interface, "down")
        camera.client.get("/cgi/admin/virtual.cgi", di1="high")
        eventually(lambda: any(spool.iterdir()), "no clip waits")
        assert camera.client.get("/cgi/jpg/image.cgi").body.startswith(b"\xff\xd8")
        assert server.files() == {}
        ip("link", "set", host.camera_interface, "up")
        eventually(lambda: server.files() and not any(spool.iterdir()), "it does not arrive", PATIENCE_S)
        (name,) = server.files()
        assert playable(server.folder / name) == ""
