import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.store.group import GROUPS, LEVEL, MAIL, SECRET, TITLE
from tests.store.test_database import no_room

from ipcamd.errors import RequestFailed, StoreError
from ipcamd.params.group import Group, Param, Values
from ipcamd.params.kinds.number import Integer
from ipcamd.settings.change_records import Change
from ipcamd.settings.settings import Guard, Settings
from ipcamd.store.database import Database, TransactionPart

SERVER = ("Mail", "Server")


@pytest.fixture
def stored(database: Database) -> Settings:
    return Settings(database, GROUPS, {TITLE: "Yard"})


def told(stored: Settings, group: str) -> list[Values]:
    calls: list[Values] = []
    stored.watch(group, calls.append)
    return calls


def refusing(error: Exception) -> Guard:
    @asynccontextmanager
    async def guard(_before: Values, _after: Values) -> AsyncIterator[None]:
        raise error
        yield

    return guard


def noting(notes: list[str], name: str) -> Guard:
    @asynccontextmanager
    async def guard(before: Values, after: Values) -> AsyncIterator[None]:
        notes.append(f"{name} enters {before['Level']}>{after['Level']}")
        try:
            yield
        except Exception as error:
            notes.append(f"{name} undoes {type(error).__name__}")
            raise
        notes.append(f"{name} leaves")

    return guard


async def test_what_is_derived_from_a_group_is_kept_until_it_changes(stored: Settings) -> None:
    picture = next(group for group in GROUPS if group.name == "Picture")
    made: list[str] = []

    def title() -> str:
        made.append(stored["Picture"]["Title"])
        return made[-1]

    assert [stored.derive(picture, "title", title) for _ in range(2)] == ["Yard", "Yard"]
    await stored.update([Change("Mail", "Server", "mail.example")])
    assert stored.derive(picture, "title", title) == "Yard"
    await stored.update([Change(*TITLE, "Door")])
    assert stored.derive(picture, "title", title) == "Door"
    assert made == ["Yard", "Door"]
    stored.add_readers({TITLE: lambda: "now"})
    await stored.update([Change(*TITLE, "Gate")])
    assert [stored.derive(picture, "title", title) for _ in range(2)] == ["Gate", "Gate"]
    assert made == ["Yard", "Door", "Gate", "Gate"]


def test_at_first_everything_has_its_factory_value(stored: Settings) -> None:
    assert stored["Picture"] == stored.factory("Picture") == {"Level": "5", "Title": "Yard"}
    assert stored["Clock"] == {}


async def test_a_change_survives_a_restart_and_wins_over_the_options(path: Path) -> None:
    with Database(path) as database:
        stored = Settings(database, GROUPS, {TITLE: "Yard"})
        await stored.update([Change(*LEVEL, "7"), Change(*TITLE, "Yard")])
        assert stored["Picture"] == {"Level": "7", "Title": "Yard"}
    with Database(path) as database:
        stored = Settings(database, GROUPS, {TITLE: "Garage", LEVEL: "1"})
        assert stored["Picture"] == {"Level": "7", "Title": "Yard"}
        assert stored.factory("Picture") == {"Level": "1", "Title": "Garage"}


async def test_watchers_are_called_once_with_the_whole_group(stored: Settings) -> None:
    pictures, mails = told(stored, "Picture"), told(stored, "Mail")
    await stored.update([Change(*LEVEL, "7"), Change(*TITLE, "Door"), Change(*SERVER, "")])
    assert pictures == [{"Level": "7", "Title": "Door"}]
    assert mails == []  # it has the values that it had before


async def test_a_watcher_that_fails_keeps_nothing_from_the_others(
    stored: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    stored.watch("Picture", lambda _: 1 / 0)  # type: ignore[arg-type, return-value]
    calls = told(stored, "Picture")
    await stored.update([Change(*LEVEL, "7")])
    assert calls == [{"Level": "7", "Title": "Yard"}]
    assert "ZeroDivisionError" in caplog.text


async def test_values_that_were_given_out_do_not_change(stored: Settings) -> None:
    before = stored["Picture"]
    await stored.update([Change(*LEVEL, "7")])
    assert before["Level"] == "5"
    with pytest.raises(TypeError):
        stored["Picture"]["Level"] = "1"  # type: ignore[index]


async def test_a_guard_can_refuse_and_those_before_it_undo(path: Path) -> None:
    notes: list[str] = []
    with Database(path) as database:
        stored = Settings(database, GROUPS, {})
        calls = told(stored, "Picture")
        stored.guard("Picture", noting(notes, "first"))
        stored.guard("Picture", refusing(RequestFailed("no")))
        stored.guard("Picture", noting(notes, "third"))
        with pytest.raises(RequestFailed, match="no"):
            await stored.update([Change(*SERVER, "mail"), Change(*LEVEL, "7")])
        assert (stored["Picture"]["Level"], stored["Mail"]["Server"], calls) == ("5", "", [])
    assert notes == ["first enters 5>7", "first undoes RequestFailed"]
    with Database(path) as database:
        assert Settings(database, GROUPS, {})["Mail"]["Server"] == ""


async def test_guards_are_notified_of_the_outcome(path: Path) -> None:
    notes: list[str] = []
    with Database(path) as database:
        stored = Settings(database, GROUPS, {})
        stored.guard("Picture", noting(notes, "port"))
        await stored.update([Change(*LEVEL, "7")])
        await stored.update([Change(*SERVER, "mail")])
        with no_room(path), pytest.raises(StoreError):
            await stored.update([Change(*LEVEL, "8"), Change(*TITLE, "x" * 9000)])
        assert stored["Picture"] == {"Level": "7", "Title": ""}
    assert notes == ["port enters 5>7", "port leaves", "port enters 7>8", "port undoes StoreError"]


async def test_a_guard_cannot_turn_a_failure_into_a_success(path: Path) -> None:
    @asynccontextmanager
    async def careless(_before: Values, _after: Values) -> AsyncIterator[None]:
        with suppress(StoreError):
            yield

    with Database(path) as database:
        stored = Settings(database, GROUPS, {})
        await stored.update([Change(*LEVEL, "6")])
        stored.guard("Picture", careless)
        with no_room(path), pytest.raises(StoreError):
            await stored.update([Change(*TITLE, "x" * 9000)])
        assert stored["Picture"] == {"Level": "6", "Title": ""}


async def test_a_failure_after_the_commit_does_not_revert_it(
    stored: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    @asynccontextmanager
    async def clumsy(_before: Values, _after: Values) -> AsyncIterator[None]:
        yield
        raise OSError("the old port would not close")

    calls = told(stored, "Picture")
    stored.guard("Picture", clumsy)
    await stored.update([Change(*LEVEL, "7")])
    assert stored["Picture"]["Level"] == "7"
    assert len(calls) == 1
    assert "would not close" in caplog.text


async def test_updates_at_the_same_time_come_one_after_the_other(path: Path) -> None:
    with Database(path) as database:
        stored = Settings(database, GROUPS, {})
        calls = told(stored, "Picture")
        await asyncio.gather(
            *(stored.update([Change(*LEVEL, str(n % 10)), Change(*TITLE, f"is {n}")]) for n in range(20))
        )
        assert all(values["Title"].endswith(values["Level"]) for values in calls)
        last = dict(stored["Picture"])
        assert last == calls[-1]
    with Database(path) as database:
        assert Settings(database, GROUPS, {})["Picture"] == last


async def test_updates_of_one_group_at_the_same_time_lose_nothing(path: Path) -> None:
    with Database(path) as database:
        stored = Settings(database, GROUPS, {})
        changes = [Change(*LEVEL, str(n % 10)) if n % 2 else Change(*TITLE, f"is {n}") for n in range(20)]
        await asyncio.gather(*(stored.update([change]) for change in changes))
        assert (stored["Picture"]["Level"], stored["Picture"]["Title"]) == ("9", "is 18")
    with Database(path) as database:
        picture = Settings(database, GROUPS, {})["Picture"]
        assert (picture["Level"], picture["Title"]) == ("9", "is 18")


async def test_a_caller_that_goes_away_leaves_disk_and_memory_equal(path: Path) -> None:
    with Database(path) as database:
        stored = Settings(database, GROUPS, {})
        caller = asyncio.create_task(stored.update([Change(*LEVEL, "7")]))
        await asyncio.sleep(0)
        caller.cancel()
        await stored.update([Change(*TITLE, "next")])
        assert caller.cancelled()
        assert stored["Picture"] == {"Level": "7", "Title": "next"}
    with Database(path) as database:
        assert Settings(database, GROUPS, {})["Picture"] == {"Level": "7", "Title": "next"}


async def test_secrets_are_plain_in_memory_and_only_there(path: Path) -> None:
    with Database(path) as database:
        stored = Settings(database, GROUPS, {})
        await stored.update([Change(*SECRET, "swordfish"), Change(*SERVER, "mail")])
        assert stored["Mail"]["Password"] == "swordfish"
        kept = dict(database.rows("SELECT name, value FROM setting"))
        assert isinstance(kept["Password"], bytes)
        assert kept["Server"] == "mail"
        await stored.update([Change(*SECRET, "")])
        assert database.rows("SELECT value FROM setting WHERE name = 'Password'") == [("",)]


async def test_stored_values_of_another_version_are_ignored_and_kept(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    unknown = [("Picture", "Hue", "3"), ("Robot", "Arms", "2")]
    with Database(path) as database:
        database.write_now(lambda c: c.executemany("INSERT INTO setting VALUES (?, ?, ?)", unknown))
        await Settings(database, GROUPS, {}).update([Change(*LEVEL, "9")])
    with Database(path) as database:
        narrower = Group("Picture", "0", (Param("Level", Integer(0, 8), "5", "A number."),))
        stored = Settings(database, (narrower, MAIL), {})
        assert stored["Picture"] == {"Level": "5"}
        assert "Picture.Level" in caplog.text
        await stored.update([Change(*SERVER, "mail")])
    with Database(path) as database:
        assert set(database.rows("SELECT * FROM setting")) >= {*unknown, ("Picture", "Level", "9")}
        assert Settings(database, GROUPS, {})["Picture"]["Level"] == "9"


def network(param: Param) -> bool:
    return param.network


@pytest.mark.parametrize(
    ("keep", "kept"), [(None, {}), (network, {("Mail", "Server"): "mail"})], ids=["mode 1", "mode 2"]
)
async def test_factory_default(
    path: Path, keep: Callable[[Param], bool] | None, kept: dict[tuple[str, str], str]
) -> None:
    changes = [Change(*LEVEL, "7"), Change(*TITLE, "Door"), Change(*SERVER, "mail"), Change(*SECRET, "swordfish")]
    with Database(path) as database:
        stored = Settings(database, GROUPS, {TITLE: "Yard"})
        await stored.update(changes)
        calls = told(stored, "Picture")
        done: list[str] = []
        step = TransactionPart(
            lambda c: c.execute("INSERT INTO key_value VALUES ('step', 1)"), lambda: done.append("step")
        )
        await (stored.reset(keep, step) if keep else stored.reset(lambda _: False, step))
        assert stored["Picture"] == {"Level": "5", "Title": "Yard"}
        assert stored["Mail"] == {"Password": "unset", "Server": kept.get(SERVER, "")}
        assert calls == [stored["Picture"]]
        assert done == ["step"]
        assert database.rows("SELECT name FROM key_value WHERE name = 'step'") == [("step",)]
    with Database(path) as database:
        stored = Settings(database, GROUPS, {TITLE: "Garage"})
        assert stored["Picture"] == {"Level": "5", "Title": "Garage"}
        assert stored["Mail"]["Server"] == kept.get(SERVER, "")


async def test_a_factory_default_that_fails_leaves_everything(stored: Settings, database: Database) -> None:
    await stored.update([Change(*LEVEL, "7")])
    done: list[str] = []
    good = TransactionPart(lambda c: c.execute("INSERT INTO key_value VALUES ('step', 1)"), lambda: done.append("step"))
    bad = TransactionPart(lambda c: c.execute("nonsense"), lambda: None)
    with pytest.raises(StoreError):
        await stored.reset(lambda _: False, good, bad)
    stored.guard("Picture", refusing(RequestFailed("no")))
    with pytest.raises(RequestFailed):
        await stored.reset(lambda _: False, good)
    assert stored["Picture"]["Level"] == "7"
    assert done == []
    assert database.rows("SELECT value FROM setting") == [("7",)]
    assert database.rows("SELECT 1 FROM key_value WHERE name = 'step'") == []


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.dictionaries(
            st.sampled_from([TITLE, SERVER, SECRET]),
            st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=20),
        )
    )
)
async def test_any_text_survives_any_sequence_of_updates(
    tmp_path_factory: pytest.TempPathFactory, updates: list[dict[tuple[str, str], str]]
) -> None:
    path = tmp_path_factory.mktemp("any") / "ipcamd.db"
    expected = {TITLE: "", SERVER: "", SECRET: "unset"}
    with Database(path) as database:
        stored = Settings(database, GROUPS, {})
        for update in updates:
            await stored.update([Change(*name, value) for name, value in update.items()])
            expected |= update
    with Database(path) as database:
        stored = Settings(database, GROUPS, {})
        assert {name: stored[name[0]][name[1]] for name in expected} == expected
