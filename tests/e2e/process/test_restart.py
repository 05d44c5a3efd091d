"""Ports that change while running, restarts, and a power cut right after an OK."""

import contextlib
import itertools
import socket
import sqlite3

import pytest
from tests.conftest import StartCamera
from tests.e2e.camera import PATIENCE, CameraProcess, Client, eventually, reachable
from tests.e2e.parts import sdk_parts
from tests.e2e.unhurried import SMALL, UNHURRIED_RATE
from tests.ports import free_port

pytestmark = pytest.mark.slow

MJPEG = "/cgi/mjpg/mjpeg.cgi"


def test_the_http_port_changes_while_a_stream_runs(camera: CameraProcess) -> None:
    client, port = camera.client, free_port()
    client.update("Image.MJPEG", Resolution=SMALL, Framerate=UNHURRIED_RATE)
    with client.open(MJPEG) as viewer:
        parts = sdk_parts(viewer)
        next(parts)
        client.update("System", HTTPPort=port)
        assert Client(port).get("/cgi/jpg/image.cgi").status == 200
        eventually(lambda: not reachable(client.port), "the old port still listens")
        counters = [part.counter for part in itertools.islice(parts, 20)]
    assert counters[-1] - counters[0] == 19


def test_a_taken_port_is_refused_and_nothing_changes(camera: CameraProcess) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        answer = camera.client.get("/cgi/admin/param.cgi", action="update", group="System", HTTPPort=taken)
    assert answer.status == 200
    assert answer.text.startswith("Request failed: ")
    assert str(taken) in answer.text
    assert camera.client.value("System", "HTTPPort") == str(camera.port)


def test_restart_answers_and_is_back_on_the_same_ports(camera: CameraProcess) -> None:
    client = camera.client
    with client.open(MJPEG) as viewer:
        viewer.read(1000)
        assert client.get("/cgi/admin/restart.cgi").text == "OK\r\n"
        with pytest.raises(Exception):  # noqa: B017 - however the stream ends, it must end
            while viewer.read(1 << 16):
                pass
            raise EOFError
    eventually(lambda: reachable(camera.port) and client.get("/cgi/jpg/image.cgi").status == 200)
    assert camera.running
    assert client.value("System", "HTTPPort") == str(camera.port)


def test_no_connection_survives_a_restart(camera: CameraProcess) -> None:
    login = "".join(f"{name}: {value}\r\n" for name, value in camera.client.login().items())
    camera.client.update("Network.Advanced.HTTPS", Enabled="yes")
    https = int(camera.client.value("Network.Advanced.HTTPS", "HttpsPort"))
    stalled = [
        (camera.port, f"GET {MJPEG} HTTP/1.1\r\n{login}\r\n"),
        (camera.port, f"POST /cgi/audio/talk.cgi HTTP/1.1\r\n{login}Content-Length: 999999\r\n\r\n"),
        (camera.port, "GET / HT"),
        (https, "\x16"),
        (https, ""),
        (camera.rtsp, "OPTIONS"),
    ]
    socks = []
    for port, data in stalled:
        assert port
        socks.append(sock := socket.create_connection(("127.0.0.1", port), PATIENCE))
        sock.sendall(data.encode())
    eventually(lambda: "\r\nViewers:1\r\n" in camera.client.get("/cgi/admin/serverreport.cgi").text)
    assert camera.client.get("/cgi/admin/restart.cgi").text == "OK\r\n"
    for sock in socks:
        with sock, contextlib.suppress(ConnectionResetError):
            while sock.recv(1 << 16):
                pass
    eventually(lambda: reachable(camera.port) and camera.client.get("/cgi/jpg/image.cgi").status == 200)


def test_a_restart_changes_nothing_around_the_camera(camera: CameraProcess) -> None:
    client = camera.client
    schedule = "action=add&Name=in&TriggerDI1=1&TriggerDI1Type=1&TriggerDI2=1&EnableDigitalOutput=1"
    client.get("/cgi/admin/virtual.cgi?di1=low&di2=high&sdcard=remove&source=lost&scene=still&light=7")
    client.get(f"/cgi/event/schedule.cgi?{schedule}")
    eventually(lambda: "ircut=off" in client.get("/cgi/admin/virtual.cgi").lines, "it does not get night")
    before = client.get("/cgi/admin/virtual.cgi").lines
    log = client.get("/cgi/admin/eventlog.cgi").lines
    with socket.create_connection(("127.0.0.1", camera.port), PATIENCE) as held:
        client.get("/cgi/admin/restart.cgi")
        assert held.recv(1) == b""
    eventually(lambda: reachable(camera.port) and client.get("/cgi/jpg/image.cgi").status == 200)
    assert client.get("/cgi/admin/virtual.cgi").lines == before
    assert client.value("Event.Server.External.Storage", "Mount") == "no"
    assert client.get("/cgi/admin/eventlog.cgi").lines == log


def test_another_site_cannot_restart_it(client: Client) -> None:
    answer = client.ask("GET", "/cgi/admin/restart.cgi", Sec_Fetch_Site="cross-site")
    assert answer.status == 403
    answer = client.ask("GET", "/cgi/admin/restart.cgi", Origin="http://evil.example")
    assert answer.status == 403
    assert client.get("/cgi/jpg/image.cgi").status == 200


def test_no_acknowledged_setting_is_lost_by_power_cuts(start_camera: StartCamera) -> None:
    for round_ in range(8):
        camera = start_camera("--source=scene", "--log-level=error")
        if round_:
            assert camera.client.value("System.Info", "ServerLocation") == f"round {round_ - 1}"
        answer = camera.client.get(
            "/cgi/admin/param.cgi", action="update", group="System.Info", ServerLocation=f"round {round_}"
        )
        assert answer.text == f"System.Info.ServerLocation=round {round_}\r\n"
        camera.kill()
    with sqlite3.connect(next(camera.state.glob("*.db"))) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
