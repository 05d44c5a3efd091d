"""The audit log of a real camera: it contains acknowledged changes, also after a kill, and no secret."""

import contextlib
import http.client
import json
import socket

import pytest
from tests.conftest import StartCamera
from tests.e2e.camera import PASSWORD, PATIENCE, CameraProcess, Client, basic, eventually

pytestmark = pytest.mark.slow

LOG = "/cgi/admin/auditlog.cgi"
SECRET = "UNMISTAKABLE-8f3a"
FILE = b'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nof no use\r\n--b--\r\n'


def records(camera: CameraProcess, **chosen: object) -> list[dict[str, object]]:
    """Return the records, oldest first."""
    answer = camera.client.get(LOG, format="json", **chosen)
    assert answer.status == 200
    return [json.loads(line) for line in reversed(answer.lines)]


def describe(port: int, user: str, password: str = SECRET) -> bytes:
    """Return the first bytes of RTSP's answer to this login, by default a wrong one."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as sock:
        login = basic(user, password)["Authorization"]
        sock.sendall(f"DESCRIBE rtsp://x/ RTSP/1.0\r\nCSeq: 1\r\nAuthorization: {login}\r\n\r\n".encode())
        return sock.recv(100)


def test_each_acknowledged_change_is_recorded_although_the_camera_is_killed(start_camera: StartCamera) -> None:
    camera = start_camera()
    assert (
        camera.client.get("/cgi/admin/pwdgrp.cgi", action="add", user="paul", pwd=SECRET, grp="users").text == "OK\r\n"
    )
    for number in range(5):
        camera.client.update("System.Info", ServerName=f"Yard {number}")
    camera.kill()
    camera.start()
    changes = records(camera, kind="change", account="admin")
    assert [record["what"] for record in changes] == [
        "account paul: added, group users",
        *(f"System.Info.ServerName=Yard {number}" for number in range(5)),
    ]
    assert {record["address"] for record in changes} == {"127.0.0.1"}


def test_logins_by_every_service_and_refused_changes(start_camera: StartCamera) -> None:
    camera = start_camera()
    assert Client(camera.port, "mallory", SECRET).get("/").status == 401
    assert describe(camera.rtsp or 0, "operator").startswith(b"RTSP/1.0 401")
    camera.client.get("/cgi/admin/pwdgrp.cgi", action="add", user="viewer", pwd="of streams only", grp="guest")
    assert describe(camera.rtsp or 0, "viewer", "of streams only").startswith(b"RTSP/1.0 200")
    refused = camera.client.get("/cgi/admin/param.cgi", action="update", group="Event.Server.FTP", Password=SECRET * 12)
    assert "Request failed" in refused.text
    camera.client.get("/cgi/admin/restart.cgi")

    by_admin = {("login", "admin"), ("change_refused", "admin"), ("change", "admin")}
    wanted = {("login_failed", "mallory"), ("login_failed", "operator"), ("login", "viewer"), *by_admin}

    def complete() -> str:
        """Return the records when all are there."""
        with contextlib.suppress(OSError, http.client.HTTPException):  # it restarts
            found = records(camera)
            if wanted <= {(record["kind"], record["account"]) for record in found}:
                return json.dumps(found)
        return ""

    kept = eventually(complete) + camera.log
    assert SECRET not in kept
    assert PASSWORD not in kept


def test_maintenance_is_recorded_done_or_refused(start_camera: StartCamera) -> None:
    camera = start_camera()
    client, certificate = camera.client, "/cgi/admin/certificate.cgi"
    for path in ("/cgi/admin/backup.cgi", "/cgi/admin/firmwareupgrade.cgi"):
        kind = "multipart/form-data; boundary=b"
        assert client.ask("POST", path, FILE, Content_Type=kind).text.startswith("Request failed")
    assert client.get(certificate, action="upload", certificate="x").text.startswith("Request failed")
    assert client.get(certificate, action="request", names="a..b").text.startswith("Request failed")
    assert "BEGIN CERTIFICATE REQUEST" in client.get(certificate, action="request", names="a.example").text
    assert client.get(certificate, action="selfsigned").text == "OK\r\n"
    done = [(record["kind"], record["what"]) for record in records(camera) if record["kind"] != "login"]
    assert done[-6:] == [
        ("change_refused", "backup restored"),
        ("change_refused", "firmware"),
        ("change_refused", "TLS certificate uploaded"),
        ("change_refused", "TLS signing request made"),
        ("change", "TLS signing request made"),
        ("change", "TLS certificate signed by the camera itself"),
    ]
