"""``/cgi/admin/eventlog.cgi``, on the real store."""

import json

import pytest
from tests.cgi.camera_rig import NOON, CameraRig

from ipcamd.cgi.admin import eventlog
from ipcamd.errors import RequestFailed
from ipcamd.store.event_log_table import EventLogEntry

ASK = eventlog.ENDPOINT
FIRST = EventLogEntry(NOON, "di1 high", "door", done="output high for 10 s")
SECOND = EventLogEntry(NOON + 10**9, "motion 2", "gärden", failed="Ftp x.avi: refused")


async def test_text_and_json(rig: CameraRig) -> None:
    for entry in (FIRST, SECOND):
        rig.event_log.note(entry)
    assert (await rig.text(ASK)).split("\r\n") == [
        "2025-06-15 15:06:41|motion 2|gärden||failed: Ftp x.avi: refused",
        "2025-06-15 15:06:40|di1 high|door|output high for 10 s|",
        "",
    ]
    reply = await rig.ask(ASK, "format=json&count=1")
    assert reply.content_type == "application/x-ndjson"
    (line,) = reply.body.decode().splitlines()
    assert json.loads(line) == {
        "time": "2025-06-15T15:06:41+00:00",
        "moment": SECOND.moment,
        "what": "motion 2",
        "schedule": "gärden",
        "done": "",
        "failed": "Ftp x.avi: refused",
    }


async def test_a_line_has_five_fields_whatever_the_schedule_is_called(rig: CameraRig) -> None:
    rig.event_log.note(EventLogEntry(NOON, "di1 high", "in|out", done="output high for 10 s"))
    (line, _) = (await rig.text(ASK)).split("\r\n")
    assert line.split("|")[2:] == ["in/out", "output high for 10 s", ""]


async def test_it_is_there_after_a_restart(rig: CameraRig) -> None:
    rig.event_log.note(FIRST)
    await rig.event_log.flush()
    assert rig.database.rows("SELECT what FROM event_log") == [("di1 high",)]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("count=0", "count=0: allowed: 1 to 10000"),
        ("count=many", "count=many"),
        ("format=xml", "allowed: text, json"),
        ("since=1", "since: unknown parameter"),
    ],
)
async def test_errors_are_named(rig: CameraRig, query: str, words: str) -> None:
    with pytest.raises(RequestFailed, match=words):
        await rig.text(ASK, query)
