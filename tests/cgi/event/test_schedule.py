"""``/cgi/event/schedule.cgi`` (SDK 11), on the real store."""

import asyncio

import pytest
from tests.cgi.camera_rig import CameraRig

from ipcamd.cgi import param
from ipcamd.cgi.event import schedule
from ipcamd.errors import RequestFailed

ASK = schedule.ENDPOINT


async def lines(rig: CameraRig, query: str) -> list[str]:
    return (await rig.text(ASK, query)).split("\r\n")


async def test_a_new_schedule_has_what_was_sent_and_defaults(rig: CameraRig) -> None:
    answer = await lines(rig, "action=add&Name=MV&Enable=1&TriggerMotion=1&DigitalOutputTime=60")
    assert answer[:4] == ["[Event.Schedule.1]", "Enable=1", "Name=MV", "TriggerMotion=1"]
    assert {"TriggerDI1=0", "Sunday=1", "EnableFtp=0", "DigitalOutputTime=60"} <= set(answer)
    assert answer[-2:] == ["", ""]
    assert len(answer) == 31  # the SDK's 29 and two fields of ours


async def test_the_lowest_free_number_is_taken(rig: CameraRig) -> None:
    for name in "abc":
        await rig.text(ASK, f"action=add&Name={name}")
    assert await rig.text(ASK, "action=remove&Name=b") == "Remove schedule=b success\r\n"
    assert (await lines(rig, "action=add&Name=d"))[0] == "[Event.Schedule.2]"
    blocks = [line for line in await lines(rig, "action=alllist") if line.startswith("[")]
    assert blocks == ["[Event.Schedule.1]", "[Event.Schedule.2]", "[Event.Schedule.3]"]


async def test_an_update_keeps_what_it_does_not_name(rig: CameraRig) -> None:
    await rig.text(ASK, "action=add&Name=door&TriggerDI1=1&EnableSDCard=1")
    answer = await lines(rig, "action=update&Name=door&Enable=0")
    assert {"Enable=0", "TriggerDI1=1", "EnableSDCard=1"} <= set(answer)
    assert "Name=gate" in await lines(rig, "action=update&group=1&Name=gate&Enable=1")
    assert "Name=gate" in await lines(rig, "action=list&group=1")


async def test_eleven_do_not_fit(rig: CameraRig) -> None:
    for number in range(10):
        await rig.text(ASK, f"action=add&Name=n{number}")
    with pytest.raises(RequestFailed, match="10 schedules already"):
        await rig.text(ASK, "action=add&Name=more")


async def test_two_at_once_do_not_share_a_slot_or_a_name(rig: CameraRig) -> None:
    asked = [rig.text(ASK, f"action=add&Name={name}") for name in ("x", "y", "x")]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(answer, RequestFailed) for answer in answers) == 1
    assert {s.number: s.name for s in rig.schedules} == {1: "x", 2: "y"}


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("action=add", "Name"),
        ("action=add&Name=", "1 to 16"),
        ("action=add&Name=12345678901234567", "1 to 16"),
        ("action=add&Name=taken", "this schedule already exists"),
        ("action=add&Name=a&Sunday=2", r"Sunday=2: allowed: 0 \(no\), 1 \(yes\)"),
        ("action=add&Name=a&TriggerDI1Type=high", r"TriggerDI1Type=high: allowed: 0 \(high\), 1 \(low\)"),
        ("action=add&Name=a&ScheduleTimeStartHour=24", "0 to 23"),
        ("action=add&Name=a&DigitalOutputTime=0", "1 to 60"),
        ("action=add&Name=a&Colour=red", "(?i)colour: unknown"),
        ("action=update&Name=none&Enable=1", "no such schedule"),
        ("action=update&Enable=1", "Name or group"),
        ("action=update&group=1&Name=", "1 to 16"),
        ("action=remove&group=9", "no such schedule"),
        ("action=remove&Name=taken&Enable=1", "unknown parameter"),
        ("action=list&group=%D9%A1", "no such schedule"),
        ("action=explode", "allowed: alllist"),
    ],
)
async def test_bad_requests_change_nothing(rig: CameraRig, query: str, words: str) -> None:
    await rig.text(ASK, "action=add&Name=taken&Sunday=0")
    before = await rig.text(ASK, "action=alllist")
    with pytest.raises(RequestFailed, match=words):
        await rig.text(ASK, query)
    assert await rig.text(ASK, "action=alllist") == before


async def test_param_cgi_adds_and_removes_members_of_the_dynamic_group(rig: CameraRig) -> None:
    admin = param.ENDPOINTS[0]
    assert (await rig.text(admin, "action=add&group=Event.Schedule&Name=MV")).startswith("Event.Schedule.1.Name=MV")
    await rig.text(admin, "action=remove&group=Event.Schedule&Name=MV")
    assert list(rig.schedules) == []
    with pytest.raises(RequestFailed, match="has no members"):
        await rig.text(admin, "action=add&group=Network&Name=MV")


@pytest.mark.parametrize("query", ["action=list&group=Event.Schedule", "action=update&group=event.schedule.1&Enable=0"])
async def test_param_cgi_names_the_request_for_schedules(rig: CameraRig, query: str) -> None:
    with pytest.raises(RequestFailed, match=r"schedules are at /cgi/event/schedule\.cgi; allowed: Hardware, "):
        await rig.text(param.ENDPOINTS[0], query)
