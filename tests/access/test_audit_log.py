"""The audit log on a real database, with a clock controlled by the test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.access.client import SimulatedClock, basic
from tests.access.opened_accounts import make_authenticator
from tests.store.test_database import no_room

from ipcamd.access.accounts import Accounts
from ipcamd.access.audit_log import REPEATS_S, SESSION_S, TEXT_LENGTH, TRACKED, AuditLog
from ipcamd.errors import RequestFailed, StoreError
from ipcamd.params import ALL_GROUPS
from ipcamd.params.group import Rank
from ipcamd.settings.change_records import Change, Requester
from ipcamd.settings.secret_mask import HIDDEN
from ipcamd.settings.settings import Settings
from ipcamd.store import audit_table
from ipcamd.store.audit_table import AuditFilter, AuditKind, AuditTable
from ipcamd.store.database import Database

SECRET = "UNMISTAKABLE-8f3a"
RITA = Requester("rita", "192.0.2.7", "/cgi/admin/param.cgi", Rank.ADMIN)
MAIL = Change("Event.Server.SMTP", "MailServer1", "mail.example.com")


class Camera:
    """Accounts, settings and logins that are recorded."""

    def __init__(self, database: Database, watch: SimulatedClock) -> None:
        self.database = database
        self.log = AuditLog(AuditTable(database), lambda: int(watch() * 1e9), watch)
        self.accounts = Accounts(database, self.log)
        self.accounts.ensure_administrator("admin", SECRET)
        self.authenticator = make_authenticator(self.accounts, self.log, lambda: "Yard", watch)
        self.settings = Settings(database, ALL_GROUPS, {})
        self.settings.audit(self.log.note_settings)
        self.settings.record(self.log.record_settings)

    def log_in(self, user: str = "admin", password: str = SECRET, address: str = "192.0.2.7") -> None:
        self.authenticator.verify("GET", "/x", basic(user, password), address)

    async def lines(self, **chosen: object) -> list[str]:
        """Return the log's lines, oldest first, without that of the first administrator."""
        records = await self.log.newest(10_000, AuditFilter(**chosen))  # type: ignore[arg-type]
        lines = [f"{r.kind} {r.account} {r.address} {r.what}" + f": {r.failure}" * bool(r.failure) for r in records]
        return [line for line in reversed(lines) if "first administrator" not in line]


@pytest.fixture
def camera(database: Database, watch: SimulatedClock) -> Iterator[Camera]:
    return Camera(database, watch)


async def test_a_login_is_recorded_once_a_session(camera: Camera, watch: SimulatedClock) -> None:
    for _ in range(3):
        camera.log_in()
        watch.seconds += SESSION_S
    camera.log_in(address="192.0.2.8")
    assert await camera.lines() == ["login admin 192.0.2.7 login", "login admin 192.0.2.8 login"]
    watch.seconds += SESSION_S + 1
    camera.log_in()
    assert (await camera.lines())[2:] == ["login admin 192.0.2.7 login"]


async def test_failed_logins_of_an_address_are_summed_up(camera: Camera, watch: SimulatedClock) -> None:
    for user in ("admin", "root", "operator"):
        camera.log_in(user, "wrong")
    camera.log_in("root", "wrong", "192.0.2.8")
    wrong = "wrong name or password"
    first = [f"login_failed admin 192.0.2.7 login: {wrong}", f"login_failed root 192.0.2.8 login: {wrong}"]
    summary = f"login_failed operator 192.0.2.7 login (1 more from this address before): {wrong}"
    assert await camera.lines() == [*first, summary]
    watch.seconds += REPEATS_S
    camera.log_in("admin", "wrong")
    assert (await camera.lines())[3:] == first[:1]


async def test_a_host_with_many_ipv6_addresses_counts_as_one(camera: Camera) -> None:
    for number in range(50):
        camera.log.note_failed_login("root", f"2001:db8::{number:x}")
    assert len(await camera.lines()) == 2


async def test_a_password_typed_as_the_name_is_not_kept(camera: Camera) -> None:
    camera.log_in("my secret pass phrase", "")
    assert await camera.lines() == [
        "login_failed (not an account name) 192.0.2.7 login: wrong name or password",
    ]


async def test_changes_are_recorded_with_author_and_without_secrets(camera: Camera) -> None:
    await camera.settings.update([MAIL, Change("Event.Server.FTP", "Password", SECRET)], by=RITA)
    with pytest.raises(RequestFailed):
        await camera.settings.update([Change("Image.MJPEG", "Quality", "9")], by=RITA)
    await camera.accounts.add("paul", SECRET, Rank.USERS, RITA)
    await camera.accounts.update("paul", SECRET + "2", Rank.GUEST, RITA)
    with pytest.raises(RequestFailed):
        await camera.accounts.add("anne", "anne", Rank.USERS, RITA)
    await camera.accounts.remove("paul", RITA)
    camera.log.note_change(RITA, "restart")
    by = "rita 192.0.2.7"
    asked = ", ".join((f"{MAIL.group}.{MAIL.name}={MAIL.value}", f"Event.Server.FTP.Password={HIDDEN}"))
    assert await camera.lines() == [
        f"change {by} {asked}",
        f"change_refused {by} Image.MJPEG.Quality=9: Image.MJPEG.Quality=9: allowed: 0 to 4",
        f"change {by} account paul: added, group users",
        f"change {by} account paul: password, group guest",
        f"change_refused {by} account anne: added, group users: "
        "pwd: too easy to guess (the user's name or a common password); choose another one",
        f"change {by} account paul: removed",
        f"change {by} restart",
    ]
    dump = "\n".join(camera.database._connection.iterdump())
    assert SECRET not in dump


async def test_a_change_and_its_record_are_one_transaction(camera: Camera, path: Path) -> None:
    """Read by another connection as soon as the update has returned: a kill would leave exactly this."""
    await camera.settings.update([MAIL], by=RITA)
    await camera.accounts.add("paul", SECRET, Rank.USERS, RITA)
    with no_room(path):
        for attempt in (camera.settings.update([MAIL], by=RITA), camera.accounts.remove("paul", RITA)):
            with pytest.raises(StoreError):
                await attempt
    kept = camera.database.rows("SELECT what FROM audit_log WHERE kind = 'change' ORDER BY id")
    assert [what for (what,) in kept][1:] == [
        f"{MAIL.group}.{MAIL.name}={MAIL.value}",
        "account paul: added, group users",
    ]


async def test_records_wait_for_a_full_disk(camera: Camera, path: Path) -> None:
    await camera.log.flush()
    with no_room(path):
        camera.log.note_change(RITA, "restart")
        await camera.log.flush()
        assert await camera.lines() == ["change rita 192.0.2.7 restart"]
        assert await camera.lines(account="paul") == await camera.lines(until_ns=5) == []
    camera.log.note_change(RITA, "SD card formatted")
    await camera.log.flush()
    assert camera.database.rows("SELECT count(*) FROM audit_log WHERE account = 'rita'") == [(2,)]


async def test_the_log_is_bounded_and_failures_never_push_out_changes(
    camera: Camera, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_table, "KEPT_PER_KIND", 20)
    monkeypatch.setattr(audit_table, "SLACK", 5)
    camera.log.note_change(RITA, "restart")
    for number in range(100):
        camera.log.note_failed_login("root", f"192.0.2.{number}")
        await camera.log.flush()
    failed = await camera.lines(kind=AuditKind.LOGIN_FAILED)
    assert 20 <= len(failed) <= 25
    assert failed[-1].startswith("login_failed root 192.0.2.99")
    assert (await camera.lines(account="rita")) == ["change rita 192.0.2.7 restart"]


async def test_stored_entries_and_texts_are_bounded(camera: Camera) -> None:
    for number in range(TRACKED + 10):
        address = f"10.0.{number // 256}.{number % 256}"
        camera.log.note_login("admin", address)
        camera.log.note_failed_login("root", address)
    assert len(camera.log._sessions) == len(camera.log._repeats) == TRACKED
    camera.log.note_change(RITA, "x" * 100_000 + "\r\n")
    assert (await camera.lines(account="rita")) == [f"change rita 192.0.2.7 {'x' * TEXT_LENGTH}..."]
