from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.access.opened_accounts import open_accounts
from tests.cgi.camera_rig import CameraRig

from ipcamd.access.accounts import Account
from ipcamd.cgi.admin.pwdgrp import ENDPOINT
from ipcamd.cgi.endpoint import Call, Reply
from ipcamd.errors import RequestFailed
from ipcamd.params.group import Rank
from ipcamd.store.database import Database
from ipcamd.wire.http.message import Head
from ipcamd.wire.http.query import Query

FIRST = 'admin="root"\r\nusers="jack"\r\nguest="angus"\r\n'


class Camera:
    """Three accounts, and requests of one of them."""

    def __init__(self, rig: CameraRig) -> None:
        self.accounts = open_accounts(rig.database)
        self.accounts.ensure_administrator("root", "swordfish")
        self.camera = replace(rig.camera(), accounts=self.accounts)

    async def ask(self, query: str, user: str = "root") -> str:
        head = Head("GET", f"{ENDPOINT.path}?{query}", ENDPOINT.path, query, (1, 1), {}, 0, True)
        call = Call(head, Query.parse(query), Account(user, Rank.ADMIN), "192.0.2.1", self.camera, _nothing())
        answer = ENDPOINT.run(call)
        assert not isinstance(answer, Reply)
        reply = await answer  # type: ignore[misc]
        assert (reply.status, reply.content_type) == (200, "text/plain")
        return str(reply.body.decode())

    def passwords(self) -> dict[str, str | None]:
        return {name: self.accounts.password(entry) for name, entry in self.accounts.entries.items()}


async def _nothing() -> AsyncIterator[bytes]:
    return
    yield b""


@pytest.fixture
async def camera(rig: CameraRig) -> Camera:
    camera = Camera(rig)
    await camera.accounts.add("jack", "mackerel", Rank.USERS)
    await camera.accounts.add("angus", "haddock", Rank.GUEST)
    return camera


def test_only_administrators_and_get_changes_nothing() -> None:
    assert ENDPOINT.path == "/cgi/admin/pwdgrp.cgi"
    assert ENDPOINT.rank is Rank.ADMIN
    assert not ENDPOINT.changes(Query.parse("Action=GET&grp=users"))
    for query in ("action=add&user=a", "action=update", "action=remove", "", "action", "get"):
        assert ENDPOINT.changes(Query.parse(query))


async def test_the_samples_of_the_sdk(camera: Camera) -> None:
    assert await camera.ask("action=add&user=paul&pwd=foo&grp=admin") == "OK\r\n"
    assert await camera.ask("action=get") == 'admin="root,paul"\r\nusers="jack"\r\nguest="angus"\r\n'
    assert camera.passwords()["paul"] == "foo"


@pytest.mark.parametrize(
    ("query", "listing"),
    [
        ("action=get&grp=admin", 'admin="root"\r\n'),
        ("action=get&grp=users", 'users="jack"\r\n'),
        ("?ACTION=Get&GRP=Guest&", 'guest="angus"\r\n'),
        ("action=get&user=jack", FIRST),
    ],
)
async def test_get(camera: Camera, query: str, listing: str) -> None:
    assert await camera.ask(query) == listing


async def test_a_group_without_accounts_is_listed_empty(camera: Camera) -> None:
    await camera.ask("action=remove&user=jack")
    assert await camera.ask("action=get") == 'admin="root"\r\nusers=""\r\nguest="angus"\r\n'


@pytest.mark.parametrize(
    ("query", "rank", "password"),
    [
        ("action=update&user=jack&pwd=new+word", Rank.USERS, "new word"),
        ("action=update&user=jack&pwd=a%26b%3Dc", Rank.USERS, "a&b=c"),
        ("action=update&user=jack&grp=guest", Rank.GUEST, "mackerel"),
        ("action=update&user=jack&grp=Admin&pwd=new", Rank.ADMIN, "new"),
        ("action=update&user=jack&pwd=********&grp=guest", Rank.GUEST, "mackerel"),
        ("action=update&user=angus&user=jack&pwd=new", Rank.USERS, "new"),
        ("Action=Update&USER=jack&Pwd=NEW", Rank.USERS, "NEW"),
    ],
)
async def test_update(camera: Camera, query: str, rank: Rank, password: str) -> None:
    assert await camera.ask(query) == "OK\r\n"
    entry = camera.accounts.entry("jack")
    assert entry is not None
    assert entry.account.rank is rank
    assert camera.passwords() == {"root": "swordfish", "jack": password, "angus": "haddock"}


async def test_remove(camera: Camera) -> None:
    assert await camera.ask("action=remove&user=angus&grp=guest") == "OK\r\n"
    assert await camera.ask("action=get") == 'admin="root"\r\nusers="jack"\r\nguest=""\r\n'


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("", "action=: allowed: add, update, remove, get"),
        ("action=list", "action=list: allowed: add, update, remove, get"),
        ("action=%E2%80%A8X:1", r"action=\?X:1: allowed"),
        ("action=add&user=paul&pwd=hunting", "grp: is missing"),
        ("action=add&user=paul&grp=users", "pwd: is missing"),
        ("action=add&pwd=hunting&grp=users", "user: is missing"),
        ("action=add&user=paul&pwd=hunting&grp=root", "grp=root: allowed: admin, users, guest"),
        ("action=add&user=paul&pwd=hunting&grp=", "grp=: allowed: admin, users, guest"),
        ("action=add&user=jack&pwd=hunting&grp=users", "user=jack: the account already exists"),
        ("action=add&user=a%E2%80%A8admin=%22x&pwd=hunting&grp=users", r"user=a\?admin=\"x: allowed are 1 to 32"),
        ("action=add&user=paul&pwd=paul&grp=users", "pwd: too easy"),
        ("action=add&user=paul&pwd=hu&grp=users", "pwd: allowed are 3 to 64"),
        ("action=add&user=paul&pwd&grp=users", "pwd: allowed are 3 to 64"),
        (
            "action=add&user=paul&passwd=hunting&grp=users",
            "passwd: unknown parameter; allowed: action, user, pwd, grp",
        ),
        ("action=get&x%E2%80%A8y=1", r"x\?y: unknown parameter"),
        ("action=update&user=jack", "at least one of pwd and grp"),
        ("action=update&pwd=hunting", "user: is missing"),
        ("action=update&user=JACK&pwd=hunting", "user=JACK: there is no such account"),
        ("action=update&user=jack&pwd=hunting&grp=nobody", "grp=nobody"),
        ("action=update&user=root&grp=users", "only administrator"),
        ("action=remove", "user: is missing"),
        ("action=remove&user=paul", "user=paul: there is no such account"),
        ("action=remove&user=root", "you are using"),
        ("action=get&grp=nobody", "grp=nobody: allowed: admin, users, guest"),
    ],
)
async def test_a_failed_request_names_the_error_and_changes_nothing(camera: Camera, query: str, complaint: str) -> None:
    before = camera.passwords()
    with pytest.raises(RequestFailed, match=complaint) as caught:
        await camera.ask(query)
    assert "hunting" not in str(caught.value)
    assert "\r" not in str(caught.value)
    assert await camera.ask("action=get") == FIRST
    assert camera.passwords() == before


async def test_acknowledged_changes_are_on_disk(tmp_path: Path) -> None:
    rig = CameraRig(tmp_path / "state")
    camera = Camera(rig)
    await camera.ask("action=add&user=paul&pwd=foo&grp=users")
    await camera.ask("action=add&user=boss&pwd=foo&grp=admin")
    await camera.ask("action=remove&user=root", user="boss")
    rig.database.close()
    with Database(tmp_path / "state" / "ipcamd.db") as database:
        assert list(open_accounts(database).entries) == ["paul", "boss"]


async def test_no_password_reaches_the_log(camera: Camera, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(0):
        await camera.ask("action=add&user=paul&pwd=hunting&grp=users")
        await camera.ask("action=update&user=paul&pwd=gathering")
    assert "hunting" not in caplog.text
    assert "gathering" not in caplog.text
