"""Support archive of the real camera: complete, and without a secret."""

import io
import resource
import zipfile

import pytest
from tests.conftest import StartCamera
from tests.e2e.camera import PASSWORD, Client

from ipcamd.params import GROUPS

pytestmark = pytest.mark.slow

SECRET = "UNMISTAKABLE-8f3a"
ARCHIVE = "/cgi/admin/support.cgi"


def unpacked(client: Client) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(client.get(ARCHIVE).body)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_it_holds_no_secret_that_was_planted(start_camera: StartCamera) -> None:
    client = start_camera("--source=scene", "--allow-local-targets").client
    planted = [(group.name, p.name) for group in GROUPS for p in group.params if p.secret and p.set is not None]
    for group, name in planted:
        client.get("/cgi/admin/param.cgi", action="update", group=group, **{name: SECRET})
    url = f"http://camera:{SECRET}@127.0.0.1:9/"
    client.get("/EventHttpNotify.cgi", HttpUrl=url, Message="motion,Time=0")
    client.get("/cgi/admin/pwdgrp.cgi", action="add", user="boss", pwd=SECRET, grp="admin")
    client.get("/cgi/admin/param.cgi", action="update", group="System.Info", ServerLocation="door")
    Client(client.port, SECRET, "a password in the place of the name").get(ARCHIVE)
    Client(client.port, "admin", SECRET).get(ARCHIVE)
    files = unpacked(client)
    assert len(planted) >= 5
    assert [name for name, text in files.items() if SECRET in text or PASSWORD in text] == []
    assert files["settings.txt"].count("=********\n") >= 3
    assert "System.Info.ServerLocation=door\n" in files["settings.txt"]
    assert "ipcamd 0." in files["versions.txt"]
    assert "|login_failed|" in files["audit.txt"]
    assert "viewers=0\n" in files["counters.txt"]
    assert "wrong login as '********' from 127.0.0.1" in files["log.txt"]


def test_a_full_disk_is_reported(start_camera: StartCamera) -> None:
    camera = start_camera()
    hard = resource.prlimit(camera.pid, resource.RLIMIT_FSIZE)[1]
    resource.prlimit(camera.pid, resource.RLIMIT_FSIZE, (1000, hard))
    assert camera.client.get(ARCHIVE).text == "Request failed: the archive cannot be written: File too large\r\n"
    resource.prlimit(camera.pid, resource.RLIMIT_FSIZE, (hard, hard))
    assert "log.txt" in unpacked(camera.client)
    assert not [file for file in camera.state.iterdir() if file.name.startswith("tmp")]
