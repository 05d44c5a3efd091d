"""HTTPS and RTSPS: switched on and off while the camera runs, with the clients curl, ffmpeg and GStreamer."""

import subprocess

import pytest
from tests.conftest import StartCamera
from tests.e2e.camera import PASSWORD, CameraProcess, reachable
from tests.e2e.streams.test_players import run
from tests.ports import free_port

pytestmark = pytest.mark.slow

TLS_PORTS = ("HttpsPort", "RtspsPort")


def curl(camera: CameraProcess, port: str, *options: str) -> subprocess.CompletedProcess[str]:
    login = ("--user", f"admin:{PASSWORD}", "--cacert", str(camera.state / "tls.crt"))
    return run("curl", "-sS", *login, *options, f"https://localhost:{port}/cgi/admin/date.cgi?action=get")


@pytest.fixture
def ports() -> tuple[str, str]:
    return str(free_port()), str(free_port())


def test_it_is_switched_on_moved_and_switched_off(camera: CameraProcess, ports: tuple[str, str]) -> None:
    https, rtsps = ports
    group = "Network.Advanced.HTTPS"
    camera.client.update(group, HttpsPort=https, RtspsPort=rtsps)
    assert not reachable(int(https))
    camera.client.update(group, Enabled="yes")
    assert curl(camera, https).stdout.startswith("20")
    other = str(free_port())
    camera.client.update(group, HttpsPort=other)
    assert curl(camera, other, "--tls-max", "1.2").stdout.startswith("20")
    assert not reachable(int(https))
    taken = camera.client.get("/cgi/admin/param.cgi", action="update", group=group, HttpsPort=camera.port).text
    assert taken.startswith(f"Request failed: HttpsPort={camera.port}: ")
    assert curl(camera, other).stdout.startswith("20")
    camera.client.update(group, Enabled="no")
    assert not reachable(int(other))
    assert not reachable(int(rtsps))


def test_streams_over_tls(camera: CameraProcess, ports: tuple[str, str]) -> None:
    https, rtsps = ports
    camera.client.update("Network.Advanced.HTTPS", HttpsPort=https, RtspsPort=rtsps, Enabled="yes")
    login = f"admin:{PASSWORD.replace(' ', '%20')}@127.0.0.1"
    for url in (f"https://{login}:{https}/cgi/mjpg/mjpg.cgi", f"rtsps://{login}:{rtsps}/h264"):
        assert not run("ffmpeg", "-v", "error", "-i", url, "-frames:v", "20", "-f", "null", "-").stderr


def test_two_cameras_of_one_host_serve_tls_each_on_its_own_ports(start_camera: StartCamera) -> None:
    cameras = [start_camera("--source=scene", state=name) for name in ("first", "second")]
    for camera in cameras:
        camera.client.update("Network.Advanced.HTTPS", Enabled="yes")
    ports = [camera.client.value("Network.Advanced.HTTPS", name) for camera in cameras for name in TLS_PORTS]
    assert len({*ports}) == 4
    assert all(reachable(int(port)) for port in ports)


def test_the_option_is_the_factory_value(start_camera: StartCamera, ports: tuple[str, str]) -> None:
    https, rtsps = ports
    camera = start_camera("--source=scene", f"--https-port={https}", f"--rtsps-port={rtsps}")
    assert [camera.client.value("Network.Advanced.HTTPS", name) for name in TLS_PORTS] == [https, rtsps]
