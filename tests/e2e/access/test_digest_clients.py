"""Digest logins of foreign HTTP clients: those that use the first challenge, and those that choose one."""

import urllib.request

import pytest
import requests
from requests.auth import HTTPDigestAuth
from tests.e2e.camera import PASSWORD, CameraProcess
from tests.e2e.streams.test_players import run

pytestmark = pytest.mark.slow

TARGET = "/cgi/admin/param.cgi?action=list&group=System.Info&name=ServerName"


def test_urllib_of_python(shared_camera: CameraProcess) -> None:
    url = f"http://127.0.0.1:{shared_camera.port}"
    passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    passwords.add_password(None, url, "admin", PASSWORD)
    opener = urllib.request.build_opener(urllib.request.HTTPDigestAuthHandler(passwords))
    for _ in range(2):
        assert opener.open(url + TARGET, timeout=20).read().startswith(b"System.Info.ServerName=")


def test_requests(shared_camera: CameraProcess) -> None:
    with requests.Session() as session:
        session.auth = HTTPDigestAuth("admin", PASSWORD)
        for _ in range(2):
            answer = session.get(f"http://127.0.0.1:{shared_camera.port}{TARGET}", timeout=20)
            assert answer.text.startswith("System.Info.ServerName=")
            assert answer.request.headers["Authorization"].startswith("Digest ")


def test_curl(shared_camera: CameraProcess) -> None:
    url = f"http://127.0.0.1:{shared_camera.port}//{TARGET.replace('/admin', '//admin')}"
    done = run("curl", "-sS", "--digest", "--user", f"admin:{PASSWORD}", url, url)
    assert done.stdout.count("System.Info.ServerName=") == 2
