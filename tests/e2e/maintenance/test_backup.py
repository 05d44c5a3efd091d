"""Backup and restore of the real camera."""

import pytest
from tests.conftest import StartCamera
from tests.e2e.camera import Client

pytestmark = pytest.mark.slow

BACKUP = "/cgi/admin/backup.cgi"
PASSPHRASE = "correct horse battery"
FORM = {"Content_Type": "application/x-www-form-urlencoded"}


def restore(client: Client, file: bytes, **fields: str) -> str:
    parts = "".join(
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    )
    head = '--b\r\nContent-Disposition: form-data; name="file"; filename="backup.json"\r\n\r\n'
    body = parts.encode() + head.encode() + file + b"\r\n--b--\r\n"
    return client.ask("POST", BACKUP, body, Content_Type="multipart/form-data; boundary=b").text


def test_a_backup_makes_a_second_camera_like_the_first(start_camera: StartCamera) -> None:
    first, second = (start_camera("--source=scene", state=name).client for name in ("first", "second"))
    first.update("System.Info", ServerLocation="door")
    first.get("/cgi/admin/param.cgi", action="update", group="Event.Server.FTP", Password="UNMISTAKABLE-8f3a")
    first.get("/cgi/admin/pwdgrp.cgi", action="add", user="boss", pwd="sunflower-7", grp="admin")
    answer = first.ask("POST", BACKUP, f"action=save&passphrase={PASSPHRASE}".replace(" ", "+").encode(), **FORM)
    assert answer.fields["Content-Disposition"].startswith('attachment; filename="ipcamd-')
    assert b"UNMISTAKABLE" not in answer.body
    assert restore(second, answer.body, passphrase="another one").startswith("Request failed: passphrase: it is wrong")
    assert second.value("System.Info", "ServerLocation") == ""
    assert restore(second, answer.body, passphrase=PASSPHRASE, action="restore") == "OK\r\n"
    boss = Client(second.port, "boss", "sunflower-7")
    assert boss.value("System.Info", "ServerLocation") == "door"
    assert boss.value("Event.Server.FTP", "Password") == "********"
    assert "restored" in boss.get("/cgi/admin/auditlog.cgi").text


def test_a_file_is_not_restored_by_another_action(client: Client) -> None:
    file = client.get(BACKUP).body
    refusal = "Request failed: action=save: a form without a file is needed; action=restore restores a file\r\n"
    assert restore(client, file, action="save") == refusal
    assert restore(client, file, action="eat").startswith("Request failed: action=eat: allowed: ")


def test_requests_that_are_refused(client: Client) -> None:
    assert "not in a URL" in client.get(BACKUP, action="save", passphrase=PASSPHRASE).text
    assert (
        client.get(BACKUP, action="restore").text == "Request failed: action=restore: a form with a file is needed\r\n"
    )
    assert client.get(BACKUP, action="eat").text.startswith("Request failed: ")
    assert client.get(BACKUP, colour="red").text.startswith("Request failed: ")
    for fields in ({}, {"action": ""}, {"action": "restore"}):
        assert restore(client, b"x", **fields).startswith("Request failed: the file is not a backup of ipcamd")
    assert client.ask("POST", BACKUP, b"x" * (1 << 21), **FORM).status == 413
    assert client.get(BACKUP).body.startswith(b'{\n "ipcamd-backup": 1')
