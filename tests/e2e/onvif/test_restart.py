"""Restart and factory default by ONVIF: the camera restarts, and keeps the right settings."""

import pytest
from tests.conftest import StartCamera
from tests.e2e.camera import CameraProcess, Client
from tests.onvif.client import OnvifClient
from tests.onvif.official import official

pytestmark = pytest.mark.slow

MJPEG = "/cgi/mjpg/mjpeg.cgi"


def wait_for_restart(camera: CameraProcess) -> None:
    """Read the ready line of the next start."""
    camera._read_ready()


@pytest.fixture
def camera(start_camera: StartCamera) -> CameraProcess:
    """A camera that is not as it left the factory: host name, time zone and accounts are set."""
    camera = start_camera("--source=scene")
    onvif = OnvifClient(camera.client)
    onvif.change("tds:SetHostname", "<tds:Name>hall</tds:Name>")
    camera.client.update("Time", TimeZone=22)
    user = "<tt:Username>guest1</tt:Username><tt:Password>horse 42</tt:Password><tt:UserLevel>User</tt:UserLevel>"
    onvif.change("tds:CreateUsers", f"<tds:User>{user}</tds:User>")
    return camera


def kept(camera: CameraProcess) -> tuple[bool, bool, list[str]]:
    """Return whether host name and time zone are as they were set, and the accounts."""
    onvif = OnvifClient(camera.client)
    name = onvif.change("tds:GetHostname").text("tt:Name")
    zone = camera.client.value("Time", "TimeZone")
    return name == "hall", zone == "22", onvif.change("tds:GetUsers").texts("tt:Username")


@official("DEVICE-3-1-8", "tds:SystemReboot")
def test_a_restart_ends_streams_and_keeps_everything(camera: CameraProcess) -> None:
    onvif = OnvifClient(camera.client)
    with camera.client.open(MJPEG) as viewer:
        viewer.read(1000)
        assert onvif.change("tds:SystemReboot").text("tds:Message")
        wait_for_restart(camera)
        with pytest.raises(Exception):  # noqa: B017 - however the stream ends, it must end
            while viewer.read(1 << 16):
                pass
            raise EOFError
    assert kept(camera) == (True, True, ["admin", "guest1"])
    assert "the last restart was" in onvif.refuse("tds:SystemReboot")[-1]
    guest = OnvifClient(Client(camera.port, "guest1", "horse 42"))
    assert guest.refuse("tds:SystemReboot")[0] == "ter:NotAuthorized"


@official("DEVICE-3-1-7", "tds:SetSystemFactoryDefault")
def test_a_soft_factory_default_keeps_address_zone_and_the_caller(camera: CameraProcess) -> None:
    onvif = OnvifClient(camera.client)
    onvif.change("tds:SetSystemFactoryDefault", "<tds:FactoryDefault>Soft</tds:FactoryDefault>")
    wait_for_restart(camera)
    assert kept(camera) == (False, True, ["admin"])


@official("DEVICE-3-1-6", "tds:SetSystemFactoryDefault")
def test_a_hard_factory_default_forgets_all_but_the_identity(camera: CameraProcess) -> None:
    onvif = OnvifClient(camera.client)
    before = onvif.change("tds:GetDeviceInformation").text("tds:SerialNumber")
    assert onvif.refuse("tds:SetSystemFactoryDefault", "<tds:FactoryDefault>Some</tds:FactoryDefault>")
    onvif.change("tds:SetSystemFactoryDefault", "<tds:FactoryDefault>Hard</tds:FactoryDefault>")
    wait_for_restart(camera)
    assert kept(camera) == (False, False, ["admin"])
    assert onvif.change("tds:GetDeviceInformation").text("tds:SerialNumber") == before
