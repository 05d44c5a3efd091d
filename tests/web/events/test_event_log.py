"""Requests of the events page."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.cgi.camera_rig import NOON, SECOND, CameraRig

from ipcamd.errors import RequestFailed
from ipcamd.params.group import Rank
from ipcamd.storage.recording import Recording
from ipcamd.store.event_log_table import EventLogEntry, EventSpan
from ipcamd.web.events.event_log_page import ENDPOINTS

(EVENTS,) = ENDPOINTS
CLIP = "ipcamd-06152025-150640.avi"


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[CameraRig]:
    rig = CameraRig(tmp_path / "state")
    yield rig
    await rig.close()


def test_the_log_is_for_administrators_and_only_read() -> None:
    assert EVENTS.rank is Rank.ADMIN
    assert not EVENTS.changes(None)  # type: ignore[arg-type]


async def test_an_event_has_its_actions_once_and_its_clip(rig: CameraRig) -> None:
    log = rig.event_log
    log.note(EventSpan("di1 high", NOON, NOON))
    for _ in range(3):
        log.note(EventLogEntry(NOON, "di1 high", "<b>in</b>", done="output high for 10 s"))
    log.note(EventLogEntry(NOON, "di1 high", "<b>in</b>", done=f"{CLIP} for the SD card", clip=CLIP))
    log.note(EventLogEntry(NOON + SECOND, "FTP", "<b>in</b>", failed="refused", event=("di1 high", NOON)))
    answer = json.loads((await rig.ask(EVENTS)).body)
    (event,) = answer["events"]
    assert (event["label"], event["started"], event["ended"]) == ("di1 high", "2025-06-15T15:06:40+00:00", None)
    actions = [(action["by"], action["done"], action["failed"], action["times"]) for action in event["actions"]]
    assert actions == [
        ("", "output high for 10 s", "", 3),
        ("", f"{CLIP} for the SD card", "", 1),
        ("FTP", "", "refused", 1),
    ]
    assert event["clip"] is None  # it is no longer on the card
    assert (answer["schedules"], answer["next"], answer["today"]) == (["<b>in</b>"], "", "2025-06-15")
    rig.card.index.put(Recording("event", CLIP, 4, NOON, NOON, NOON + 7 * SECOND))
    (event,) = json.loads((await rig.ask(EVENTS)).body)["events"]
    assert event["clip"] == {"name": CLIP, "seconds": 7}


async def test_pages(rig: CameraRig) -> None:
    for number in range(5):
        rig.event_log.note(EventLogEntry(NOON + number * SECOND, "sdcard full"))
    seen, before = list[str](), ""
    for _ in range(3):
        answer = json.loads((await rig.ask(EVENTS, f"count=2&before={before}")).body)
        seen += [event["started"][17:19] for event in answer["events"]]
        before = answer["next"]
    assert (seen, before) == (["44", "43", "42", "41", "40"], "")


@pytest.mark.parametrize(
    ("query", "count"), [("from=2025-06-15&to=2025-06-15", 1), ("to=2025-06-14", 0), ("from=2025-06-16", 0)]
)
async def test_days_are_local_and_whole(rig: CameraRig, query: str, count: int) -> None:
    rig.event_log.note(EventLogEntry(NOON, "sdcard full"))
    assert len(json.loads((await rig.ask(EVENTS, query)).body)["events"]) == count


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("count=101", "count=101: allowed: 1 to 100"),
        ("kind=ufo", "kind=ufo: allowed: motion, input, schedule, tamper, camera"),
        ("outcome=so", "allowed: failed, done"),
        ("from=2025-13-01", "from=2025-13-01: allowed: a date YYYY-MM-DD"),
        ("to=9999-12-31", "to=9999-12-31: allowed"),
        ("before=1", "before=1: allowed"),
        ("before=9999999999999999999-1", "before=9999999999999999999-1: allowed"),
        ("since=1", "since: unknown parameter"),
    ],
)
async def test_errors_are_named(rig: CameraRig, query: str, words: str) -> None:
    with pytest.raises(RequestFailed, match=words):
        await rig.ask(EVENTS, query)
