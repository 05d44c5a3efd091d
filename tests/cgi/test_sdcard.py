"""``/sdcard.cgi`` (SDK 14): exact answers, hostile names, ten thousand recordings."""

import asyncio
import inspect
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.cgi.camera_rig import NOON, SECOND, CameraRig
from tests.wire.avi.avi_files import avi_file, pictures

from ipcamd.cgi import sdcard
from ipcamd.cgi.endpoint import Call, FileReply, Reply
from ipcamd.cgi.sdcard import ENDPOINT
from ipcamd.errors import RequestFailed
from ipcamd.media import codecs
from ipcamd.storage.recording import Recording
from ipcamd.storage.recording_name import name_of
from ipcamd.wire.http.query import Query

FIRST, SECOND_ONE = "ipcamd-06152025-150640.avi", "ipcamd-06152025-150740.avi"


@pytest.fixture
async def card(rig: CameraRig) -> Iterator[CameraRig]:  # type: ignore[misc]
    """A camera with a card that holds two recordings and an event."""
    put(rig, 0)
    put(rig, 1)
    put(rig, 2, "event")
    await rig.card.start()
    await rig.card.wait_until_read()
    yield rig
    await rig.card.stop()


def put(rig: CameraRig, minute: int, folder: str = "record") -> Path:
    began = NOON + minute * 60 * SECOND
    shown = [replace(p, captured_ns=began + n * SECOND // 30) for n, p in enumerate(pictures(codecs.JPEG, 3))]
    path = rig.path / "sdcard" / folder / name_of("ipcamd", datetime.fromtimestamp(began / SECOND, UTC))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(avi_file(shown, codecs.JPEG))
    return path


async def got(rig: CameraRig, query: str, **fields: str) -> FileReply:
    """Return the file that is the answer."""
    outcome = ENDPOINT.run(call(rig, query, **fields))
    assert inspect.isawaitable(outcome)
    answer = await outcome
    assert isinstance(answer, FileReply)
    return answer


def call(rig: CameraRig, query: str, **fields: str) -> Call:
    made: list[Call] = []
    keep = replace(ENDPOINT, action=lambda c: made.append(c) or Reply())
    coroutine = rig.ask(keep, query, **fields)
    with pytest.raises(StopIteration):
        coroutine.send(None)
    return made[0]


async def test_status(card: CameraRig) -> None:
    assert await card.text(ENDPOINT, "action=status&") == "1\r\n"
    card.card.insert(False)
    assert await card.text(ENDPOINT, "action=status") == "0\r\n"


async def test_space(card: CameraRig) -> None:
    card.card.limit_bytes = 1000 * 1024
    total, used, free = map(int, (await card.text(ENDPOINT, "action=space&")).rstrip("\r\n").split("|"))
    assert total == 1000
    assert total == used + free
    assert used == -(-card.card.index.size_bytes // 1024)
    card.card.insert(False)
    assert await card.text(ENDPOINT, "action=space") == "0|0|0\r\n"


async def test_a_list_in_the_sdk_s_own_words(card: CameraRig) -> None:
    size = -(-(card.path / "sdcard" / "record" / FIRST).stat().st_size // 1024)
    query = (
        "action=list&key=name&order=ascend&dir=record&ch=1&page=1&sTime=2010-02-22-00-00-00&eTime=2030-03-21-00-00-00"
    )
    lines = await card.text(ENDPOINT, query)
    local = [card.clock.local(NOON + minute * 60 * SECOND).ctime() for minute in (0, 1)]
    assert lines == f"/sdcard/record/,2,1,1,{FIRST}|{local[0]}|{size},{SECOND_ONE}|{local[1]}|{size}\r\n"


async def test_other_lists(card: CameraRig) -> None:
    assert (await card.text(ENDPOINT, "action=list&dir=event")).startswith(
        "/sdcard/event/,1,1,1,ipcamd-06152025-150840.avi|"
    )
    assert (await card.text(ENDPOINT, "action=list&order=descend")).startswith(f"/sdcard/record/,2,1,1,{SECOND_ONE}|")
    assert await card.text(ENDPOINT, "action=list&page=2") == "/sdcard/record/,2,1,2\r\n"
    card.card.insert(False)
    assert await card.text(ENDPOINT, "action=list") == "/sdcard/record/,0,0,1\r\n"


async def test_times_are_local_and_of_the_start(card: CameraRig) -> None:
    def stamp(moment: int) -> str:
        return f"{card.clock.local(moment):%Y-%m-%d-%H-%M-%S}"

    async def listed(**times: int) -> str:
        more = "".join(f"&{name}={stamp(moment)}" for name, moment in times.items())
        answer = await card.text(ENDPOINT, "action=list" + more)
        return answer.split(",")[1]

    for name in ("sTime", "STIME"):
        assert await listed(**{name: NOON}) == "2"
    assert await listed(sTime=NOON + SECOND) == "1"
    assert await listed(eTime=NOON) == "1"
    assert await listed(eTime=NOON - SECOND) == "0"
    assert await listed(sTime=NOON + 60 * SECOND, eTime=NOON + 60 * SECOND) == "1"


@pytest.mark.parametrize(
    "query",
    [
        "",
        "action=",
        "action=burn",
        "action=list&page=0",
        "action=list&page=-1",
        "action=list&page=1_0",
        "action=list&page=%D9%A1",
        "action=list&page=99999999999999999999",
        "action=list&ch=2",
        "action=list&key=size",
        "action=list&order=up",
        "action=list&dir=..",
        "action=list&dir=/etc",
        "action=list&sTime=2010-13-01-00-00-00",
        "action=list&sTime=2010-02-30-00-00-00",
        "action=list&eTime=yesterday",
        "action=list&eTime=2010-1-1",
        "action=list&colour=red",
        "action=format&sure=yes",
        "action=delete&all=1",
    ],
)
async def test_invalid_requests_are_refused(card: CameraRig, query: str) -> None:
    with pytest.raises(RequestFailed, match="allowed"):
        await card.text(ENDPOINT, query)
    assert len(card.card.index) == 3


HOSTILE = [
    "",
    "/etc/passwd",
    "../" * 14 + "etc/passwd",
    "..%252f..%252fetc%252fpasswd",
    "%c0%af",
    FIRST + "%00.avi",
    "%00.avi",
    "/dev/zero",
    "*",
    "../record/" + FIRST,
    "./" + FIRST,
    FIRST + "/",
    "record/" + FIRST,
    "..\\" + FIRST,
    "holiday.avi",
    FIRST.upper().replace("AVI", "AVI "),
]


@pytest.mark.parametrize("action", ["download", "delete"])
@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_names_get_nothing(card: CameraRig, tmp_path: Path, action: str, name: str) -> None:
    (card.path / "sdcard" / "record" / "holiday.avi").write_bytes(b"mine")
    try:
        Query.parse(f"fname={name}")
    except Exception:
        return  # refused before it comes here
    with pytest.raises(RequestFailed, match="fname"):
        await card.text(ENDPOINT, f"action={action}&dir=record&fname={name}")
    assert len(list((card.path / "sdcard").rglob("*.avi"))) == 4


async def test_a_link_on_the_card_is_not_followed(card: CameraRig, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    canary.write_bytes(b"canary")
    name = "ipcamd-06152025-235959.avi"
    link = card.path / "sdcard" / "record" / name
    link.symlink_to(canary)
    # even if the index knew it
    card.card.index.put(Recording("record", name, 6, 0, NOON, NOON))
    answer = await card.ask(ENDPOINT, f"action=download&fname={name}")
    assert (answer.status, answer.body) == (404, b"0\r\n")
    await card.ask(ENDPOINT, f"action=delete&fname={name}")
    assert canary.read_bytes() == b"canary"


async def test_download(card: CameraRig) -> None:
    path = card.path / "sdcard" / "record" / FIRST
    answer = await got(card, f"action=download&dir=record&fname={FIRST}&")
    assert answer.reply.content_type == "video/x-msvideo"
    assert ("Content-Disposition", f'attachment; filename="{FIRST}"') in answer.reply.headers
    assert (answer.reply.status, answer.start, answer.length) == (200, 0, path.stat().st_size)
    assert await answer.content.read(0, 1 << 20) == path.read_bytes()
    answer.content.close()
    part = await got(card, f"action=download&fname={FIRST}", range="bytes=8-11")
    assert (part.reply.status, part.start, part.length) == (206, 8, 4)
    part.content.close()


async def test_an_unknown_parameter_is_answered_with_those_that_there_are(card: CameraRig) -> None:
    assert FIRST in await card.text(ENDPOINT, "ACTION=list&STIME=2010-02-22-00-00-00")
    with pytest.raises(RequestFailed, match=r"end: unknown.*action, dir, key, order, ch, page, sTime, eTime$"):
        await card.text(ENDPOINT, "action=list&end=1")


async def test_missing_recordings_are_404(card: CameraRig) -> None:
    for query in ("dir=event&fname=" + FIRST, "fname=ipcamd-01012001-000000.avi"):
        for action in ("download", "delete"):
            answer = await card.ask(ENDPOINT, f"action={action}&{query}")
            assert (answer.status, answer.body) == (404, b"0\r\n")
    card.card.insert(False)
    assert (await card.ask(ENDPOINT, f"action=download&fname={FIRST}")).status == 404


async def test_a_recording_in_progress_is_listed_but_not_downloaded(card: CameraRig) -> None:
    name = "ipcamd-06152025-155959.avi"
    card.card.index.put(Recording("record", name, 5000, 0, NOON, NOON, True))
    assert f",{name}|" in await card.text(ENDPOINT, "action=list")
    for action in ("download", "delete"):
        answer = await card.ask(ENDPOINT, f"action={action}&fname={name}")
        assert (answer.status, answer.body) == (409, b"0\r\n")


async def test_delete(card: CameraRig) -> None:
    path = card.path / "sdcard" / "record" / FIRST
    assert await card.text(ENDPOINT, f"action=delete&dir=record&fname={FIRST}&") == "1\r\n"
    assert not path.exists()
    assert (await card.text(ENDPOINT, "action=list")).startswith("/sdcard/record/,1,1,1,")


async def test_format(card: CameraRig) -> None:
    assert await card.text(ENDPOINT, "action=format&") == "1\r\n"
    assert await card.text(ENDPOINT, "action=list") == "/sdcard/record/,0,0,1\r\n"
    assert list((card.path / "sdcard").rglob("*.avi")) == []
    card.card.insert(False)
    assert await card.text(ENDPOINT, "action=format") == "0\r\n"


def test_only_changes_are_refused_from_other_sites() -> None:
    changing = {
        a
        for a in ("status", "space", "list", "download", "format", "delete", "", "FORMAT")
        if ENDPOINT.changes(Query.parse(f"action={a}"))
    }
    assert changing == {"format", "delete", "", "FORMAT"}


async def test_a_page_of_ten_thousand(card: CameraRig) -> None:
    for number in range(10_000):
        began = NOON + number * 180 * SECOND
        name = name_of("ipcamd", datetime.fromtimestamp(began / SECOND, UTC))
        card.card.index.put(Recording("record", name, 10_000_000, 0, began, began))
    answer = await card.text(ENDPOINT, "action=list&page=250&sTime=2010-02-22-00-00-00&eTime=2090-03-21-00-00-00")
    assert answer.startswith("/sdcard/record/,10001,501,250,")
    assert answer.count("|") == 40
    last = await card.text(ENDPOINT, "action=list&page=501")
    assert last.count("|") == 2


async def test_requests_wait_for_a_card_that_is_being_read(
    rig: CameraRig, held: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(rig, 0)
    await rig.card.start()
    monkeypatch.setattr(sdcard, "READ_S", 0.02)
    for action in ("list", f"download&fname={FIRST}", f"delete&fname={FIRST}"):
        answer = await rig.ask(ENDPOINT, f"action={action}")
        assert (answer.status, answer.body) == (503, b"Request failed: the card is being read\r\n")
    assert await rig.text(ENDPOINT, "action=status") == "1\r\n"
    assert (rig.path / "sdcard" / "record" / FIRST).exists()
    monkeypatch.setattr(sdcard, "READ_S", 30.0)
    listing = asyncio.create_task(rig.text(ENDPOINT, "action=list"))
    await asyncio.sleep(0)
    held.set()
    assert (await listing).startswith(f"/sdcard/record/,1,1,1,{FIRST}|")
    await rig.card.stop()
