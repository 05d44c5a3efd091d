"""Requests about exports; the videos themselves are tested in `tests/storage/export`."""

import inspect
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.cgi.camera_rig import NOON, SECOND, CameraRig
from tests.wire.avi.avi_files import avi_file, pictures

from ipcamd.cgi.endpoint import Call, EventStream, Reply
from ipcamd.errors import HttpError, RequestFailed
from ipcamd.media import codecs
from ipcamd.params.group import Rank
from ipcamd.storage.recording_name import name_of
from ipcamd.web.recordings.export import ENDPOINTS

PLAN, EXPORT, EXPORTS, CANCEL = ENDPOINTS
MS = NOON // 1_000_000
ALL = f"since={MS}&until={MS + 60_000}"


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[CameraRig]:
    rig = CameraRig(tmp_path / "state")
    path = rig.path / "sdcard" / "record" / name_of("ipcamd", datetime.fromtimestamp(NOON / SECOND, UTC))
    path.parent.mkdir(parents=True)
    path.write_bytes(avi_file(pictures(codecs.H264), codecs.H264))
    await rig.card.start()
    await rig.card.wait_until_read()
    yield rig
    await rig.card.stop()
    rig.exports.close()
    rig.database.close()


async def begin(rig: CameraRig, name: str) -> EventStream:
    """Ask for an export, and return the answer before anything of it is sent."""
    calls: list[Call] = []

    def catch(call: Call) -> Reply:
        calls.append(call)
        return Reply()

    await rig.ask(EXPORT.__class__(EXPORT.path, EXPORT.rank, catch), f"{ALL}&id={name}")
    outcome = EXPORT.action(calls[0])
    assert inspect.isawaitable(outcome)
    answer = await outcome
    assert isinstance(answer, EventStream)
    return answer


def test_they_are_for_administrators_and_only_cancelling_changes_something() -> None:
    assert {endpoint.rank for endpoint in ENDPOINTS} == {Rank.ADMIN}
    assert [endpoint.changes(None) for endpoint in ENDPOINTS] == [False, False, False, True]  # type: ignore[arg-type]
    assert CANCEL.methods == ("POST",)


async def test_the_plan_has_the_real_times(rig: CameraRig) -> None:
    query = f"since={MS + 1500}&until={MS + 60_000}"
    told = json.loads((await rig.ask(PLAN, query)).body)
    size = told.pop("size")
    assert told == {"start": MS + 1000, "end": MS + 2000, "seconds": 1, "parts": 1, "gaps": [], "encoded": ""}
    assert 0 < size < (rig.path / "sdcard" / "record").glob("*").__next__().stat().st_size
    assert json.loads((await rig.ask(PLAN, f"{query}&dir=record")).body)["parts"] == 1
    told = json.loads((await rig.ask(PLAN, f"{query}&dir=event")).body)
    assert told == {"problem": "there is no complete recording in this time range"}
    with pytest.raises(HttpError, match="no complete recording") as refused:
        await rig.ask(EXPORT, f"{query}&dir=event&id=1")
    assert refused.value.status == 409


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("", "since=None"),
        ("since=1", "until=None"),
        ("since=2&until=1", "later than since"),
        ("since=1&until=1", "later than since"),
        ("since=-1&until=1", "since=-1"),
        ("since=1.5&until=2", "since=1.5"),
        ("since=1&until=99999999999999", "until=9999"),
        ("since=1&until=9999999999999", "until=9999"),
        ("since=1&until=2&dir=../..", r"dir=\.\./\.\.: allowed: record, event"),
    ],
)
@pytest.mark.parametrize("endpoint", [PLAN, EXPORT], ids=["plan", "export"])
async def test_ranges_that_are_none(rig: CameraRig, endpoint, query: str, complaint: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(RequestFailed, match=complaint):
        await rig.ask(endpoint, query + ("&id=1" if endpoint is EXPORT else ""))


@pytest.mark.parametrize("name", ["", "id=", "id=xyz", f"id={'1' * 33}", "id=<img>"])
async def test_names_that_are_none(rig: CameraRig, name: str) -> None:
    for endpoint, query in ((EXPORT, f"{ALL}&{name}"), (CANCEL, name)):
        with pytest.raises(RequestFailed, match="id="):
            await rig.ask(endpoint, query)


async def test_an_export_is_named_by_its_times_and_listed_while_it_runs(rig: CameraRig) -> None:
    answer = await begin(rig, "1a")
    assert answer.content_type == "video/mp4"
    local = "20250615-150640", "20250615-150642"
    name = f"{rig.identity.model_name}-{local[0]}-{local[1]}.mp4"
    assert dict(answer.headers) == {"Content-Disposition": f'attachment; filename="{name}"'}
    async with aclosing(answer.messages) as pieces:
        assert (await anext(pieces))[4:8] == b"ftyp"
        (told,) = json.loads((await rig.ask(EXPORTS)).body)
        assert (told["id"], told["state"], told["seconds"]) == ("1a", "running", 2)
        async for _ in pieces:
            pass
    (told,) = json.loads((await rig.ask(EXPORTS)).body)
    assert (told["state"], told["problem"]) == ("complete", "")
    assert told["bytes"] > 1000
    with pytest.raises(HttpError) as refused:
        await rig.ask(CANCEL, "id=1a")
    assert refused.value.status == 404


async def test_a_third_export_has_to_wait_until_one_is_cancelled(rig: CameraRig) -> None:
    running = [await begin(rig, name) for name in "ab"]
    for answer in running:
        await anext(answer.messages)
    with pytest.raises(HttpError, match="two exports") as refused:
        await rig.ask(EXPORT, f"{ALL}&id=c")
    assert refused.value.status == 503
    await rig.ask(CANCEL, "id=a")
    with pytest.raises(HttpError):
        async for _ in running[0].messages:
            pass
    await (await begin(rig, "c")).messages.aclose()
    await running[1].messages.aclose()
