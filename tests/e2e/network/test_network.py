"""The group ``Network`` on a virtual device: addresses of this machine, the listen address, the virtual link."""

import http.client
import socket
from collections.abc import Callable

import pytest
from tests.e2e.camera import PASSWORD, CameraProcess, Client, basic, eventually

pytestmark = pytest.mark.slow

OTHER = "127.0.0.2"


def listed(address: str, port: int, parameters: str) -> tuple[int, str]:
    """Ask `param.cgi` at one of the machine's addresses."""
    connection = http.client.HTTPConnection(address, port, timeout=30)
    try:
        connection.request("GET", f"/cgi/admin/param.cgi?{parameters}", headers=basic("admin", PASSWORD))
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def listens(address: str, port: int) -> bool:
    try:
        socket.create_connection((address, port), 30).close()
    except OSError:
        return False
    return True


def test_the_interface_of_the_request_is_listed(client: Client) -> None:
    lines = client.get("/cgi/admin/param.cgi", action="list", group="Network").lines
    values = dict(line.removeprefix("Network.").split("=", 1) for line in lines[1:-1])
    assert (values["IPAddress"], values["SubnetMask"], values["DefaultRouter"]) == ("127.0.0.1", "255.0.0.0", "")
    assert len(values["MACAddress"].split(":")) == 6


def test_a_foreign_address_is_refused_with_those_of_the_machine(client: Client) -> None:
    for address in ("203.0.113.9", "0.0.0.0"):
        answer = client.get("/cgi/admin/param.cgi", action="update", group="Network", IPAddress=address)
        assert answer.text.startswith(f"Request failed: Network.IPAddress={address}: "), answer.text
        assert "127.0.0.1" in answer.text
    assert client.value("Network", "IPAddress") == "127.0.0.1"


def test_values_of_the_host_cannot_be_changed(client: Client) -> None:
    refused = client.get("/cgi/admin/param.cgi", action="update", group="Network", SubnetMask="255.255.255.252")
    assert refused.text.startswith("Request failed: Network.SubnetMask=255.255.255.252: not supported by this device")
    client.update("Network", SubnetMask="255.0.0.0")


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_every_service_moves_to_the_address_and_stays_there(
    start_camera: Callable[..., CameraProcess], host: str
) -> None:
    camera = start_camera("--source=scene", f"--host={host}")
    assert listed("127.0.0.1", camera.port, f"action=update&group=Network&IPAddress={OTHER}") == (
        200,
        f"Network.IPAddress={OTHER}\r\n",
    )
    for port in (camera.port, camera.rtsp):
        assert listens(OTHER, port) and not listens("127.0.0.1", port)
    assert listed(OTHER, camera.port, "action=list&group=Network&name=IPAddress")[1] == f"Network.IPAddress={OTHER}\r\n"
    # a bad change moves nothing
    assert "Request failed" in listed(OTHER, camera.port, "action=update&group=Network&IPAddress=203.0.113.9")[1]
    assert listens(OTHER, camera.port) and not listens("127.0.0.1", camera.port)
    camera.stop()
    again = start_camera("--source=scene", f"--host={host}")
    assert listens(OTHER, again.port) and not listens("127.0.0.1", again.port)
    # without an address the camera listens on that of --host
    listed(OTHER, again.port, "action=update&group=Network&IPAddress=")
    assert listens("127.0.0.1", again.port) and listens("127.0.0.1", again.rtsp)


def test_an_address_whose_port_is_taken_is_refused_and_nothing_moves(
    start_camera: Callable[..., CameraProcess],
) -> None:
    camera = start_camera("--source=scene")
    with socket.create_server((OTHER, camera.rtsp)):
        text = listed("127.0.0.1", camera.port, f"action=update&group=Network&IPAddress={OTHER}")[1]
    assert text.startswith(f"Request failed: RTSPPort={camera.rtsp}: port {camera.rtsp} is in use")
    assert listens("127.0.0.1", camera.port) and listens("127.0.0.1", camera.rtsp)
    assert not listens(OTHER, camera.port)
    assert camera.client.value("Network", "IPAddress") == "127.0.0.1"


def test_the_virtual_link_follows_its_parameters(start_camera: Callable[..., CameraProcess]) -> None:
    camera = start_camera("--source=scene")

    def link() -> str:
        lines = camera.client.get("/cgi/admin/virtual.cgi").lines
        return next(line.partition("=")[2] for line in lines if line.startswith("link="))

    def becomes(state: str) -> None:
        eventually(lambda: link() == state, f"link is {link()}, not {state}")

    becomes("up auto")
    camera.client.update("Network", Media="100full")
    becomes("up 100full")
    camera.client.update("Network", InterfaceSelectMode="wireless")
    becomes("up wireless")
    camera.client.update("Network.PPPoE", UserName="alice@isp")
    camera.client.update("Network", BootProto="pppoe")
    becomes("pppoe up alice@isp")
    camera.stop()
    camera = start_camera("--source=scene")
    becomes("pppoe up alice@isp")
