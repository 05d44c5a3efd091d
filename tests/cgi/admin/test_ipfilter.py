"""``/cgi/admin/ipfilter.cgi``, on the real store."""

import asyncio

import pytest
from tests.cgi.camera_rig import CameraRig

from ipcamd.cgi.admin import ipfilter
from ipcamd.errors import RequestFailed
from ipcamd.params import ALL_GROUPS
from ipcamd.settings.settings import Settings
from ipcamd.wire.http.query import Query

ASK = ipfilter.ENDPOINT
EMPTY = "[DenyIPRange]\r\n\r\n[AcceptIPRange]\r\n\r\n[DenyIPv6]\r\n\r\n[AcceptIPv6]\r\n\r\n"


async def listed(rig: CameraRig, name: str) -> list[str]:
    return (await rig.text(ASK, f"action=list&name={name}")).split()


async def test_the_sdks_examples(rig: CameraRig) -> None:
    for query in (
        "action=add&DenyIPRange=10.13.10.12-10.13.10.100",
        "action=add&DenyIPRange=192.168.0.1-192.168.0.100,%20192.168.1.1-192.168.1.10,",
        "action=update&Policy=Both",
    ):
        assert await rig.text(ASK, query) == "OK\r\n"
    assert await rig.text(ASK, "action=list&name=DenyIPRange") == (
        "10.13.10.12-10.13.10.100\r\n192.168.0.1-192.168.0.100\r\n192.168.1.1-192.168.1.10\r\n\r\n"
    )
    assert await rig.text(ASK, "action=remove&DenyIPRange=10.13.10.12-10.13.10.100") == "OK\r\n"
    assert await listed(rig, "denyiprange") == ["192.168.0.1-192.168.0.100", "192.168.1.1-192.168.1.10"]
    assert await listed(rig, "Policy") == ["Both"]
    assert await rig.text(ASK, "action=removeall") == "OK\r\n"
    assert await rig.text(ASK, "action=list") == EMPTY
    assert await listed(rig, "Policy") == ["Disable"]


async def test_all_lists_each_under_its_name(rig: CameraRig) -> None:
    await rig.text(ASK, "action=add&AcceptIPv6=2001:db8::/32&DenyIPRange=10.0.0.2,10.0.0.1&DenyIPv6=fe80::1-fe80::9")
    assert await rig.text(ASK, "action=list") == (
        "[DenyIPRange]\r\n10.0.0.2\r\n10.0.0.1\r\n\r\n[AcceptIPRange]\r\n\r\n"
        "[DenyIPv6]\r\nfe80::1-fe80::9\r\n\r\n[AcceptIPv6]\r\n2001:db8::/32\r\n\r\n"
    )


@pytest.mark.parametrize(
    ("query", "allowed", "denied"),
    [
        (
            "DenyIPRange=10.0.0.5-10.0.0.9",
            ["10.0.0.4", "10.0.0.10", "fe80::1"],
            ["10.0.0.5", "10.0.0.9", "::ffff:10.0.0.7"],
        ),
        ("AcceptIPRange=127.0.0.1,10.0.0.0/8", ["10.9.9.9", "2001:db8::1"], ["11.0.0.1", "::ffff:11.0.0.1"]),
        ("AcceptIPRange=127.0.0.1,10.0.0.0/8&DenyIPRange=10.0.0.7", ["10.0.0.8"], ["10.0.0.7"]),
        ("AcceptIPv6=fe80::/10", ["fe80::1", "fe80::1%eth0", "10.0.0.1"], ["2001:db8::1", "nonsense", ""]),
        ("DenyIPv6=::/0", ["10.0.0.1", "::ffff:10.0.0.1"], ["::1"]),
    ],
)
async def test_deny_first_then_accept_by_family(
    rig: CameraRig, query: str, allowed: list[str], denied: list[str]
) -> None:
    await rig.text(ASK, f"action=add&{query}")
    assert all(rig.ip_filter.allows(address) for address in (*allowed, *denied))  # the policy is Disable
    await rig.text(ASK, "action=update&policy=both")
    assert [address for address in allowed if not rig.ip_filter.allows(address)] == []
    assert [address for address in denied if rig.ip_filter.allows(address)] == []


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "action=: allowed: add, remove, removeall, update, list"),
        ("action=add", "at least one address is needed, in one of DenyIPRange"),
        ("action=add&DenyIPRange=", "at least one address is needed"),
        ("action=add&DenyIPRange=9.9.9.9-1.1.1.1", "DenyIPRange=9.9.9.9-1.1.1.1: allowed: IPv4 addresses, ranges"),
        ("action=add&DenyIPRange=10.0.0.2&AcceptIPv6=1.2.3.4", "AcceptIPv6=1.2.3.4: allowed: IPv6"),
        ("action=add&DenyIPRange=10.0.0.2&Policy=Both", "Policy: unknown parameter"),
        ("action=add&DenyIPRange=10.0.0.0-10.0.0.0", "DenyIPRange=10.0.0.0-10.0.0.0: it is already in the list"),
        ("action=add&DenyIPRange=10.0.0.2&force=maybe", "force=maybe: allowed: yes, no"),
        ("action=remove&DenyIPRange=10.0.0.2", "DenyIPRange=10.0.0.2: it is not in the list"),
        ("action=remove&DenyIPRange=10.0.0.0,10.0.0.2", "10.0.0.2: it is not in the list"),
        ("action=removeall&name=DenyIPRange", "name: unknown parameter"),
        ("action=update", "Policy=: allowed: Disable, Both"),
        ("action=update&Policy=Deny", "Policy=Deny: allowed: Disable, Both"),
        ("action=list&name=Deny", "name=Deny: allowed: DenyIPRange"),
        ("action=list&group=IPFilter", "group: unknown parameter"),
    ],
)
async def test_errors_are_named_and_change_nothing(rig: CameraRig, query: str, words: str) -> None:
    await rig.text(ASK, "action=add&DenyIPRange=10.0.0.0")
    before = await rig.text(ASK, "action=list")
    with pytest.raises(RequestFailed, match=words):
        await rig.text(ASK, query)
    assert await rig.text(ASK, "action=list") == before
    assert await listed(rig, "Policy") == ["Disable"]


async def test_twenty_entries_of_each_list(rig: CameraRig) -> None:
    for number in range(20):
        await rig.text(ASK, f"action=add&DenyIPRange=10.0.0.{number}&AcceptIPRange=127.0.0.{number}")
    with pytest.raises(RequestFailed, match="AcceptIPRange: 21 entries; allowed: at most 20"):
        await rig.text(ASK, "action=add&AcceptIPRange=127.0.0.20")
    await rig.text(ASK, "action=add&DenyIPv6=::2")
    assert len(await listed(rig, "AcceptIPRange")) == 20


@pytest.mark.parametrize(
    ("before", "query"),
    [
        ("", "action=add&DenyIPRange=127.0.0.0-127.0.0.9"),
        ("action=update&Policy=Both", "action=add&DenyIPRange=127.0.0.1"),
        ("action=update&Policy=Both", "action=add&AcceptIPRange=10.0.0.1"),
        ("action=add&AcceptIPRange=10.0.0.1", "action=update&Policy=Both"),
    ],
)
async def test_a_rule_cannot_lock_out_its_author_by_mistake(rig: CameraRig, before: str, query: str) -> None:
    if before:
        await rig.text(ASK, before)
    entries = await rig.text(ASK, "action=list")
    with pytest.raises(RequestFailed, match=r"lock out 127.0.0.1, which sent the request; force=yes applies it anyway"):
        await rig.text(ASK, query)
    assert await rig.text(ASK, "action=list") == entries
    assert rig.ip_filter.allows("127.0.0.1")
    assert await rig.text(ASK, f"{query}&force=yes") == "OK\r\n"
    await rig.text(ASK, "action=update&Policy=Both&force=yes")
    assert not rig.ip_filter.allows("127.0.0.1")


async def test_the_last_entry_that_lets_the_caller_in_stays(rig: CameraRig) -> None:
    await rig.text(ASK, "action=add&AcceptIPRange=127.0.0.1,10.0.0.1")
    await rig.text(ASK, "action=update&Policy=Both")
    with pytest.raises(RequestFailed, match="lock out"):
        await rig.text(ASK, "action=remove&AcceptIPRange=127.0.0.1")
    await rig.text(ASK, "action=remove&AcceptIPRange=127.0.0.1,10.0.0.1")  # without a list all are accepted
    assert rig.ip_filter.allows("127.0.0.1")


async def test_additions_at_once_are_all_kept(rig: CameraRig) -> None:
    await asyncio.gather(*(rig.text(ASK, f"action=add&DenyIPRange=10.0.0.{n}") for n in range(12)))
    assert sorted(await listed(rig, "DenyIPRange")) == sorted(f"10.0.0.{n}" for n in range(12))


async def test_it_is_durable_and_a_factory_default_clears_it(rig: CameraRig) -> None:
    await rig.text(ASK, "action=add&DenyIPv6=fe80::/10&AcceptIPRange=127.0.0.1")
    await rig.text(ASK, "action=update&Policy=Both")
    stored = Settings(rig.database, ALL_GROUPS, {})["IPFilter"]
    assert (stored["Policy"], stored["DenyIPv6"], stored["AcceptIPRange"]) == ("Both", "fe80::/10", "127.0.0.1")
    await rig.settings.reset()
    assert await rig.text(ASK, "action=list") == EMPTY
    assert rig.ip_filter.allows("10.0.0.1")


async def test_only_a_list_may_be_asked_by_another_site(rig: CameraRig) -> None:
    assert [ASK.changes(Query.parse(f"action={action}")) for action in ("list", "LIST", "add", "")] == [
        False, False, True, True,
    ]  # fmt: skip
