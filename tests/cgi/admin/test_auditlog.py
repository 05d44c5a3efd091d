"""``/cgi/admin/auditlog.cgi``, on the real store."""

import json

import pytest
from tests.cgi.camera_rig import NOON, SECOND, CameraRig

from ipcamd.cgi.admin import auditlog
from ipcamd.errors import RequestFailed
from ipcamd.params.group import Rank
from ipcamd.settings.change_records import Requester

ASK = auditlog.ENDPOINT
RITA = Requester("rita", "192.0.2.7", "/cgi/admin/param.cgi", Rank.ADMIN)
CHANGED = "2025-06-15T15:06:50+00:00|change|rita|192.0.2.7|a/b|"


@pytest.fixture
async def log(rig: CameraRig) -> CameraRig:
    """That of the first administrator, then three records, ten seconds apart."""
    assert rig.accounts.entry("admin")
    rig.audit_log.note_login("rita", "192.0.2.7")
    rig.host += 10 * SECOND
    rig.audit_log.note_change(RITA, "a|b")
    rig.host += 10 * SECOND
    rig.audit_log.note_failed_login("root", "192.0.2.9")
    return rig


async def test_text_and_json(log: CameraRig) -> None:
    assert (await log.text(ASK)).split("\r\n") == [
        "2025-06-15T15:07:00+00:00|login_failed|root|192.0.2.9|login|wrong name or password",
        CHANGED,
        "2025-06-15T15:06:40+00:00|login|rita|192.0.2.7|login|",
        "2025-06-15T15:06:40+00:00|change|camera||account admin: the first administrator|",
        "",
    ]
    reply = await log.ask(ASK, "format=json&count=1")
    assert reply.content_type == "application/x-ndjson"
    (line,) = reply.body.decode().splitlines()
    assert json.loads(line) == {
        "time": "2025-06-15T15:07:00+00:00",
        "time_ns": NOON + 20 * SECOND,
        "kind": "login_failed",
        "account": "root",
        "address": "192.0.2.9",
        "what": "login",
        "failure": "wrong name or password",
        "id": 4,
    }


@pytest.mark.parametrize(
    "query",
    [
        "kind=change&account=rita",
        "account=rita&count=1",
        "before=4&count=1",
        f"since={NOON // SECOND + 10}&until={NOON // SECOND + 10}",
    ],
)
async def test_records_are_chosen(log: CameraRig, query: str) -> None:
    assert (await log.text(ASK, query)).split("\r\n") == [CHANGED, ""]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("count=0", "count=0: allowed: 1 to 10000"),
        ("kind=error", "kind=error: allowed: login, login_failed, change, change_refused"),
        ("since=yesterday", "since=yesterday"),
        ("before=0", "before=0"),
        ("format=xml", "allowed: text, json"),
        ("user=rita", "user: unknown parameter"),
    ],
)
async def test_wrong_arguments_are_named(log: CameraRig, query: str, words: str) -> None:
    with pytest.raises(RequestFailed, match=words):
        await log.text(ASK, query)
