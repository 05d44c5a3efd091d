"""Ranks: each path is requested without a login, as guest, user and administrator."""

from collections.abc import Iterator

import pytest
from tests.conftest import StartCamera
from tests.e2e.camera import CameraProcess, Client
from tests.house import endpoints

from ipcamd.cgi.endpoint import Endpoint
from ipcamd.params.group import Rank

pytestmark = pytest.mark.slow

UPHEAVAL = {"restart", "factorydefault", "firmwareupgrade"}
"""Requests that are not sent as an administrator here, because they would stop the camera."""

ACCOUNTS = {"paul": Rank.GUEST, "rita": Rank.USERS, "anna": Rank.ADMIN}
PASSWORD = "sunflower-7"


@pytest.fixture(scope="module")
def camera_with_accounts(shared_camera: CameraProcess) -> Iterator[CameraProcess]:
    for name, rank in ACCOUNTS.items():
        answer = shared_camera.client.get(
            "/cgi/admin/pwdgrp.cgi", action="add", user=name, pwd=PASSWORD, grp=rank.name.lower()
        )
        assert answer.text == "OK\r\n"
    shared_camera.client.update("Audio", MicEnabled="yes", SpeakerEnabled="yes")
    yield shared_camera
    shared_camera.client.update("Audio", MicEnabled="no", SpeakerEnabled="no")
    for name in ACCOUNTS:
        shared_camera.client.get("/cgi/admin/pwdgrp.cgi", action="remove", user=name)


def status(client: Client, path: str, method: str = "GET") -> int:
    """Ask; only the head of the answer is looked at, since it may be endless."""
    with client.open(path, method) as answer:
        return answer.status


def paths(endpoint: Endpoint) -> tuple[str, ...]:
    return (endpoint.path, *endpoint.aliases)


ALL = [(path, endpoint) for endpoint in endpoints.everything() for path in paths(endpoint)]


@pytest.mark.parametrize(("path", "endpoint"), ALL, ids=[path for path, _ in ALL])
def test_rank(camera_with_accounts: CameraProcess, path: str, endpoint: Endpoint) -> None:
    port, method = camera_with_accounts.port, endpoint.methods[0]
    assert status(Client(port, ""), path, method) == 401
    for name, rank in ACCOUNTS.items():
        if rank < endpoint.rank:
            assert status(Client(port, name, PASSWORD), path, method) == 403, name
        elif not UPHEAVAL & {endpoint.path.rpartition("/")[2].removesuffix(".cgi")}:
            assert 200 <= status(Client(port, name, PASSWORD), path, method) < 300, name


def test_an_unknown_account_and_a_wrong_password_have_no_rank(camera_with_accounts: CameraProcess) -> None:
    port = camera_with_accounts.port
    assert status(Client(port, "nobody", PASSWORD), "/cgi/jpg/image.cgi") == 401
    assert status(Client(port, "anna", "wrong"), "/cgi/jpg/image.cgi") == 401


def test_the_walk_includes_the_streams_and_the_administration() -> None:
    walked = {path: endpoint.rank for path, endpoint in ALL}
    assert walked["/cgi/jpg/image.cgi"] is Rank.GUEST
    assert walked["/cgi/mjpg/mjpeg.cgi"] is Rank.GUEST
    assert {rank for path, rank in walked.items() if path.startswith("/cgi/admin/")} == {Rank.ADMIN}


@pytest.mark.parametrize("rank", ["users", "guest"])
def test_lower_ranks_never_see_a_secret(start_camera: StartCamera, rank: str) -> None:
    admin = start_camera("--source=scene").client
    admin.get("/cgi/admin/pwdgrp.cgi", action="add", user="paul", pwd=PASSWORD, grp=rank)
    secret = "UNMISTAKABLE-8f3a"
    admin.get("/cgi/admin/param.cgi", action="update", group="Event.Server.FTP", Password=secret)
    mine = Client(admin.port, "paul", PASSWORD)
    listing = mine.get(f"/cgi/{rank}/param.cgi", action="alllist").text
    assert secret not in listing
    assert "Password" not in listing
    assert secret not in admin.get("/cgi/admin/param.cgi", action="alllist").text
