import asyncio
import logging
from collections.abc import Callable, Coroutine
from pathlib import Path

import pytest
from tests.access.conftest import PASSWORD
from tests.access.opened_accounts import open_accounts
from tests.store.group import GROUPS
from tests.store.test_database import no_room

from ipcamd.access.accounts import MAX_ACCOUNTS, Account, Accounts
from ipcamd.errors import ConfigError, RequestFailed, StoreError
from ipcamd.params.group import Rank
from ipcamd.settings.change_records import Requester
from ipcamd.settings.secret_mask import HIDDEN
from ipcamd.settings.settings import Settings
from ipcamd.store.database import Database


def by(name: str) -> Requester:
    return Requester(name, "192.0.2.7", "/cgi/admin/pwdgrp.cgi", Rank.ADMIN)


def password(accounts: Accounts, name: str) -> str | None:
    entry = accounts.entry(name)
    assert entry is not None
    return accounts.password(entry)


def everything(accounts: Accounts) -> dict[str, tuple[Rank, str | None]]:
    return {name: (entry.account.rank, accounts.password(entry)) for name, entry in accounts.entries.items()}


def test_a_first_start_makes_a_password_and_prints_it_once(path: Path) -> None:
    with Database(path) as database:
        accounts = open_accounts(database)
        told = accounts.ensure_administrator("admin")
        accounts.mark_password_printed()
        assert told == password(accounts, "admin")
        assert told is not None
        assert len(told) == 16
    with Database(path) as database:
        accounts = open_accounts(database)
        assert accounts.ensure_administrator("admin") is None
        assert everything(accounts) == {"admin": (Rank.ADMIN, told)}


def test_a_password_that_was_never_printed_is_replaced(path: Path) -> None:
    told = []
    for user in ("admin", "admin", "root"):
        with Database(path) as database:
            told.append(open_accounts(database).ensure_administrator(user))  # and killed before it was printed
    assert None not in told
    assert len(set(told)) == 3
    with Database(path) as database:
        accounts = open_accounts(database)
        assert everything(accounts) == {"root": (Rank.ADMIN, told[2])}
        assert accounts.ensure_administrator("root", "swordfish") is None
        assert everything(accounts) == {"root": (Rank.ADMIN, "swordfish")}
        assert accounts.ensure_administrator("root") is None


def test_a_password_given_counts_at_the_first_start_only(path: Path) -> None:
    with Database(path) as database:
        assert open_accounts(database).ensure_administrator("admin", "swordfish") is None
    with Database(path) as database:
        accounts = open_accounts(database)
        assert accounts.ensure_administrator("root", "mackerel") is None
        assert everything(accounts) == {"admin": (Rank.ADMIN, "swordfish")}


@pytest.mark.parametrize(
    ("user", "given", "complaint"),
    [
        ("ad min", "swordfish", "--admin-user"),
        ("", "swordfish", "--admin-user"),
        ("x" * 33, None, "--admin-user"),
        ("admin", "zq", "--admin-password"),
        ("admin", "x" * 65, "--admin-password"),
        ("admin", "admin", "--allow-weak-password"),
        ("admin", "1234", "--allow-weak-password"),
        ("paul", "Paul", "--allow-weak-password"),
    ],
)
def test_a_first_administrator_that_cannot_be(database: Database, user: str, given: str | None, complaint: str) -> None:
    accounts = open_accounts(database)
    with pytest.raises(ConfigError, match=complaint) as caught:
        accounts.ensure_administrator(user, given)
    assert given is None or given == "admin" or given not in str(caught.value)
    assert accounts.entries == {}


@pytest.mark.parametrize(("everywhere", "here"), [(True, False), (False, True)])
def test_a_weak_password_can_be_let_in(
    database: Database, everywhere: bool, here: bool, caplog: pytest.LogCaptureFixture
) -> None:
    accounts = open_accounts(database, allow_weak=everywhere)
    with caplog.at_level(logging.WARNING):
        assert accounts.ensure_administrator("admin", "admin", allow_weak=here) is None
    assert "password" in caplog.text
    assert password(accounts, "admin") == "admin"


async def test_add_update_remove_survive_a_restart(path: Path) -> None:
    with Database(path) as database:
        accounts = open_accounts(database)
        accounts.ensure_administrator("admin", PASSWORD)
        await accounts.add("paul", "foo", Rank.ADMIN)
        await accounts.add("Paul", "bar", Rank.USERS)
        await accounts.add("zoe", "baz", Rank.GUEST)
        await accounts.add("anne", "qux", Rank.GUEST)
        await accounts.update("paul", rank=Rank.USERS)
        await accounts.update("Paul", "new")
        await accounts.update("anne", "other", Rank.USERS)
        await accounts.remove("zoe", by("admin"))
    with Database(path) as database:
        accounts = open_accounts(database)
        assert everything(accounts) == {
            "admin": (Rank.ADMIN, PASSWORD),
            "paul": (Rank.USERS, "foo"),
            "Paul": (Rank.USERS, "new"),
            "anne": (Rank.USERS, "other"),
        }
        assert accounts.names(Rank.USERS) == ["paul", "Paul", "anne"]
        assert accounts.entry("paul") is not None
        assert accounts.entry("PAUL") is None


Action = Callable[[Accounts], Coroutine[None, None, None]]


@pytest.mark.parametrize(
    ("action", "complaint"),
    [
        (lambda a: a.add("paul", "swordfish", Rank.GUEST), "user=paul: the account already exists"),
        (lambda a: a.add("ann e", "swordfish", Rank.GUEST), "user=ann e: allowed are"),
        (lambda a: a.add("", "swordfish", Rank.GUEST), "user=: allowed are"),
        (lambda a: a.add("x" * 33, "swordfish", Rank.GUEST), "user=x+: allowed are 1 to 32"),
        (lambda a: a.add("a\r\nb", "swordfish", Rank.GUEST), r"user=a\?\?b: allowed are"),
        (lambda a: a.add("anne\n", "swordfish", Rank.GUEST), "allowed are"),
        (lambda a: a.add("änne", "swordfish", Rank.GUEST), "allowed are"),
        (lambda a: a.add('a"b', "swordfish", Rank.GUEST), "allowed are"),
        (lambda a: a.add("a,b", "swordfish", Rank.GUEST), "allowed are"),
        (lambda a: a.add("a:b", "swordfish", Rank.GUEST), "allowed are"),
        (lambda a: a.add("anne", "ab", Rank.GUEST), "pwd: allowed are 3 to 64"),
        (lambda a: a.add("anne", "a" * 9000, Rank.GUEST), "pwd: allowed are 3 to 64"),
        (lambda a: a.add("anne", "ab\0cd", Rank.GUEST), "pwd: allowed are 3 to 64"),
        (lambda a: a.add("anne", "Anne", Rank.GUEST), "pwd: too easy"),
        (lambda a: a.add("anne", "password", Rank.GUEST), "pwd: too easy"),
        (lambda a: a.add("anne", HIDDEN, Rank.GUEST), "pwd: too easy"),
        (lambda a: a.update("anne", "swordfish"), "user=anne: there is no such account"),
        (lambda a: a.update("Paul", "swordfish"), "user=Paul: there is no such account"),
        (lambda a: a.update("paul", "1234", Rank.GUEST), "pwd: too easy"),
        (lambda a: a.update("admin", rank=Rank.USERS), "only administrator"),
        (lambda a: a.update("admin", "swordfish", Rank.GUEST), "only administrator"),
        (lambda a: a.remove("admin", by("paul")), "only administrator"),
        (lambda a: a.remove("paul", by("paul")), "you are using"),
        (lambda a: a.remove("anne", by("admin")), "user=anne: there is no such account"),
    ],
)
async def test_refused_requests_change_nothing(accounts: Accounts, action: Action, complaint: str) -> None:
    await accounts.add("paul", "foo", Rank.USERS)
    before = everything(accounts)
    with pytest.raises(RequestFailed, match=complaint) as caught:
        await action(accounts)
    assert everything(accounts) == before
    assert "swordfish" not in str(caught.value)


async def test_there_is_room_for_twenty_and_the_first(accounts: Accounts) -> None:
    for number in range(20):
        await accounts.add(f"user{number}", "foo", Rank.GUEST)
    assert len(accounts.entries) == MAX_ACCOUNTS == 21
    with pytest.raises(RequestFailed, match="21 accounts"):
        await accounts.add("onemore", "foo", Rank.GUEST)
    await accounts.remove("user7", by("admin"))
    await accounts.add("onemore", "foo", Rank.GUEST)


async def test_an_administrator_can_be_removed_when_there_is_another(accounts: Accounts) -> None:
    await accounts.add("boss", "foo", Rank.ADMIN)
    await accounts.remove("admin", by("boss"))
    assert everything(accounts) == {"boss": (Rank.ADMIN, "foo")}


async def test_two_administrators_cannot_remove_each_other_at_once(accounts: Accounts) -> None:
    await accounts.add("boss", "foo", Rank.ADMIN)
    ends = await asyncio.gather(
        accounts.remove("admin", by("boss")), accounts.remove("boss", by("admin")), return_exceptions=True
    )
    assert [type(end) for end in ends] == [type(None), RequestFailed]
    assert accounts.names(Rank.ADMIN) == ["boss"]


async def test_the_mask_leaves_a_password_unchanged(accounts: Accounts) -> None:
    await accounts.add("paul", "foo", Rank.USERS)
    await accounts.update("paul", HIDDEN, Rank.GUEST)
    assert everything(accounts)["paul"] == (Rank.GUEST, "foo")


async def test_a_full_disk_changes_nothing(path: Path) -> None:
    with Database(path) as database:
        accounts = open_accounts(database)
        accounts.ensure_administrator("admin", PASSWORD)
        before = everything(accounts)
        with no_room(path), pytest.raises(StoreError):
            await accounts.add("paul", "foo", Rank.USERS)
        assert everything(accounts) == before
        await accounts.add("paul", "foo", Rank.USERS)
    with Database(path) as database:
        assert list(open_accounts(database).entries) == ["admin", "paul"]


async def test_a_caller_that_goes_away_leaves_disk_and_memory_equal(path: Path) -> None:
    with Database(path) as database:
        accounts = open_accounts(database)
        accounts.ensure_administrator("admin", PASSWORD)
        caller = asyncio.create_task(accounts.add("paul", "foo", Rank.USERS))
        await asyncio.sleep(0)
        caller.cancel()
        await accounts.add("zoe", "foo", Rank.USERS)
        assert list(accounts.entries) == ["admin", "paul", "zoe"]
    with Database(path) as database:
        assert list(open_accounts(database).entries) == ["admin", "paul", "zoe"]


async def test_no_password_is_in_the_files(path: Path) -> None:
    with Database(path) as database:
        accounts = open_accounts(database)
        told = accounts.ensure_administrator("admin")
        assert told is not None
        await accounts.add("paul", "swordfish-7", Rank.USERS)
        data = b"".join(file.read_bytes() for file in path.parent.iterdir())
    data += b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"paul" in data  # the search works: it finds other texts
    assert told.encode() not in data
    assert b"swordfish" not in data


async def test_without_the_key_there_is_a_new_administrators_password(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Database(path) as database:
        accounts = open_accounts(database)
        accounts.ensure_administrator("admin", PASSWORD)
        await accounts.add("paul", "foo", Rank.USERS)
    path.with_name("secret.key").unlink()
    with Database(path) as database:
        accounts = open_accounts(database)
        assert everything(accounts) == {"admin": (Rank.ADMIN, None), "paul": (Rank.USERS, None)}
        told = accounts.ensure_administrator("admin")
        assert "key" in caplog.text
        accounts.mark_password_printed()
        assert everything(accounts) == {"paul": (Rank.USERS, None), "admin": (Rank.ADMIN, told)}
        await accounts.update("paul", "bar")
    with Database(path) as database:
        accounts = open_accounts(database)
        assert accounts.ensure_administrator("admin") is None
        assert everything(accounts) == {"paul": (Rank.USERS, "bar"), "admin": (Rank.ADMIN, told)}


@pytest.mark.parametrize("first", [None, "swordfish"])
async def test_an_option_of_a_later_start_replaces_a_password_from_the_factory_only(
    path: Path, first: str | None
) -> None:
    with Database(path) as database:
        accounts = open_accounts(database)
        accounts.ensure_administrator("admin", first)
        accounts.mark_password_printed()
    with Database(path) as database:
        accounts = open_accounts(database)
        assert accounts.ensure_administrator("admin", "open sesame") is None
        assert password(accounts, "admin") == "open sesame"
        await accounts.update("admin", "my own")
    with Database(path) as database:
        accounts = open_accounts(database)
        assert accounts.ensure_administrator("admin", "open sesame") is None
        assert everything(accounts) == {"admin": (Rank.ADMIN, "my own")}


@pytest.mark.parametrize("given", [None, "swordfish"])
async def test_factory_default_leaves_one_administrator(path: Path, given: str | None) -> None:
    with Database(path) as database:
        accounts, settings = open_accounts(database), Settings(database, GROUPS, {})
        accounts.ensure_administrator("admin", PASSWORD)
        await accounts.add("boss", "foo", Rank.ADMIN)
        step = accounts.reset("admin", given)
        assert password(accounts, "admin") == PASSWORD  # so far nothing has happened
        await asyncio.gather(settings.reset(lambda _: False, step), accounts.add("late", "foo", Rank.GUEST))
        assert accounts.entry("boss") is None
        assert password(accounts, "admin") != PASSWORD
    with Database(path) as database:
        accounts = open_accounts(database)
        told = accounts.ensure_administrator("admin", given)
        assert (told is None) == (given is not None)
        assert password(accounts, "admin") == (given or told)


async def test_a_factory_default_may_leave_one_account_as_it_is(accounts: Accounts, database: Database) -> None:
    await accounts.add("boss", "foo", Rank.ADMIN)
    settings = Settings(database, GROUPS, {})
    with pytest.raises(RequestFailed, match="no such account"):
        await settings.reset(lambda _: False, accounts.remove_others("nobody"))
    assert accounts.names(Rank.ADMIN) == ["admin", "boss"]
    await settings.reset(lambda _: False, accounts.remove_others("boss"))
    assert everything(accounts) == everything(open_accounts(database)) == {"boss": (Rank.ADMIN, "foo")}


async def test_a_factory_default_that_fails_leaves_the_accounts(accounts: Accounts, database: Database) -> None:
    def broken(connection: object) -> None:
        raise StoreError("no")

    step = accounts.reset("admin")
    settings = Settings(database, GROUPS, {})
    with pytest.raises(StoreError):
        await settings.reset(lambda _: False, step, type(step)(broken, lambda: None))
    assert everything(accounts) == {"admin": (Rank.ADMIN, PASSWORD)}
    assert everything(open_accounts(database)) == {"admin": (Rank.ADMIN, PASSWORD)}


def test_accounts_are_identified_by_their_entries(accounts: Accounts) -> None:
    entry = accounts.entry("admin")
    assert entry is not None
    assert entry.account == Account("admin", Rank.ADMIN)
    assert entry is accounts.entry("admin")
    assert accounts.entry("nobody") is None


def test_a_rank_that_is_none_is_the_lowest(accounts: Accounts, database: Database) -> None:
    database.write_now(lambda c: c.execute("UPDATE account SET rank = 7"))
    accounts = open_accounts(database)
    assert everything(accounts) == {"admin": (Rank.GUEST, PASSWORD)}
    assert accounts.ensure_administrator("admin") is not None
    assert accounts.names(Rank.ADMIN) == ["admin"]
