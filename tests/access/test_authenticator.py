import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.access.client import SimulatedClock, basic, challenged, digest
from tests.access.conftest import PASSWORD
from tests.access.opened_accounts import make_authenticator

from ipcamd.access.accounts import Account, Accounts
from ipcamd.access.audit_log import AuditLog
from ipcamd.access.digest_nonces import LIFE_S
from ipcamd.access.login_result import LoginRefusal, Reason
from ipcamd.access.udp_talk_permission import ADDRESSES
from ipcamd.params.group import Rank
from ipcamd.settings.change_records import CAMERA

HERE = "192.0.2.1"
ADMIN = Account("admin", Rank.ADMIN)
NO_LOGIN = (Reason.MISSING, Reason.WRONG, Reason.STALE)
ALGORITHMS = pytest.mark.parametrize("algorithm", ["SHA-256", "MD5"])


class Camera:
    """A login, and its name that can change."""

    def __init__(self, accounts: Accounts, audit_log: AuditLog, watch: SimulatedClock) -> None:
        self.name = "Yard"
        self.authenticator = make_authenticator(accounts, audit_log, lambda: self.name, watch)

    def ask(self, authorization: str | None, target: str = "/x", method: str = "GET", address: str = HERE) -> Account:
        found = self.authenticator.verify(method, target, authorization, address)
        assert isinstance(found, Account), found
        return found

    def refused(
        self, authorization: str | None, target: str = "/x", address: str = HERE, prefix: str = ""
    ) -> LoginRefusal:
        found = self.authenticator.verify("GET", target, authorization, address, prefix)
        assert isinstance(found, LoginRefusal), found
        return found

    def challenge(self, algorithm: str = "SHA-256") -> dict[str, str]:
        return challenged(self.refused(None), algorithm)


@pytest.fixture
def camera(accounts: Accounts, audit_log: AuditLog, watch: SimulatedClock) -> Camera:
    return Camera(accounts, audit_log, watch)


def failures(camera: Camera, address: str = HERE) -> int:
    """Return how many wrong logins were counted, by how many more are needed for a block. Spoils the throttle."""
    left = 0
    while not camera.authenticator.throttle.wait_s(address):
        camera.authenticator.throttle.failure(address, None, "somebody")
        left += 1
    return 10 - left


async def test_a_missing_login_is_no_failure(camera: Camera) -> None:
    refusal = camera.refused(None)
    assert (refusal.reason, refusal.realm, refusal.delay_s) == (Reason.MISSING, "Yard", 0)
    assert failures(camera) == 0


async def test_a_request_is_checked_by_its_method_and_target(camera: Camera) -> None:
    login = digest(camera.challenge(), "admin", PASSWORD, "/cgi/a.cgi?b=1", method="POST")
    assert camera.ask(login, "/cgi/a.cgi?b=1", "POST") == ADMIN


async def test_basic(camera: Camera) -> None:
    for _ in range(3):
        assert camera.ask(basic("admin", PASSWORD)) == ADMIN
    for wrong in (basic("admin", PASSWORD + "x"), basic("admin", ""), basic("Admin", PASSWORD), basic("", "")):
        assert camera.refused(wrong).reason in NO_LOGIN
    assert camera.ask(basic("admin", PASSWORD)) == ADMIN


@ALGORITHMS
async def test_digest(camera: Camera, algorithm: str) -> None:
    challenge = camera.challenge(algorithm)
    for nc in (1, 2, 3):
        assert camera.ask(digest(challenge, "admin", PASSWORD, nc=nc)) == ADMIN
    assert camera.refused(digest(challenge, "admin", "wrong", nc=4)).reason is Reason.WRONG
    assert camera.refused(digest(challenge, "nobody", PASSWORD, nc=5)).reason in NO_LOGIN
    assert camera.ask(digest(challenge, "admin", PASSWORD, nc=4)) == ADMIN
    assert camera.refused(digest(challenge, "admin", PASSWORD, nc=6, method="POST")).reason in NO_LOGIN


@pytest.mark.parametrize(
    ("algorithm", "hashed"),
    [
        ("MD5", "ed6c947f01cbea3b3615327b23023fa9"),
        ("SHA-256", "14d76639989b496728aa33f9674db6ff81018ab612c8cecc6ea06ef19ab9f477"),
    ],
)
async def test_the_user_can_be_named_in_other_ways(camera: Camera, algorithm: str, hashed: str) -> None:
    challenge = camera.challenge(algorithm)
    names = ("username*=UTF-8''admin", "username*=utf-8'en'%61dmin", f'username="{hashed}", userhash=true')
    for nc, name in enumerate(names, 1):
        assert camera.ask(digest(challenge, "admin", PASSWORD, nc=nc, name=name)) == ADMIN
    wrong = digest(challenge, "admin", PASSWORD, nc=4, name='username="admin", userhash=true')
    assert camera.refused(wrong).reason in NO_LOGIN


async def test_an_algorithm_cannot_be_swapped(camera: Camera) -> None:
    login = digest(camera.challenge("MD5"), "admin", PASSWORD)
    assert camera.refused(login.replace("algorithm=MD5", "algorithm=SHA-256")).reason in NO_LOGIN


async def test_a_recorded_login_is_worth_nothing(camera: Camera) -> None:
    login = digest(camera.challenge(), "admin", PASSWORD)
    assert camera.ask(login) == ADMIN
    fresh = challenged(camera.refused(login))
    assert fresh["stale"] == "true"
    assert camera.ask(digest(fresh, "admin", PASSWORD)) == ADMIN
    assert failures(camera) == 0


async def test_an_old_nonce_is_no_failure_but_a_wrong_password_with_it_is(
    camera: Camera, watch: SimulatedClock
) -> None:
    old = camera.challenge()
    watch.seconds += LIFE_S + 1
    assert camera.refused(digest(old, "admin", PASSWORD)).reason is Reason.STALE
    assert "stale" not in challenged(camera.refused(digest(old, "admin", "wrong")))
    assert failures(camera) == 1


async def test_a_nonce_from_before_a_restart_is_stale(
    camera: Camera, accounts: Accounts, audit_log: AuditLog, watch: SimulatedClock
) -> None:
    before = Camera(accounts, audit_log, watch).challenge()
    assert challenged(camera.refused(digest(before, "admin", PASSWORD)))["stale"] == "true"


async def test_requests_on_several_connections_may_overtake_each_other(camera: Camera) -> None:
    challenge = camera.challenge()
    for nc in (2, 1, 40, 3):
        assert camera.ask(digest(challenge, "admin", PASSWORD, nc=nc)) == ADMIN
    assert camera.refused(digest(challenge, "admin", PASSWORD, nc=3)).reason in NO_LOGIN


@pytest.mark.parametrize(
    ("uri", "target", "good"),
    [
        ("/x?a=1", "/x?a=1", True),
        ("http://camera.example:8080/x?a=1", "/x?a=1", True),
        ("/x?a=1", "http://camera.example/x?a=1", True),
        ("http://camera.example", "/", True),
        ("rtsp://camera.example/h264", "rtsp://192.0.2.9:554/h264", True),
        ("/x", "/x?a=1", True),
        ("http://camera.example/x", "/x?a=1", True),
        ("//x?a=1", "/x?a=1", True),
        ("/cgi/x", "//cgi///x", True),
        ("/x?a=1", "/x", False),
        ("/x?a=1", "/x?a=2", False),
        ("/X", "/x", False),
        ("/y", "/x?a=1", False),
        ("", "/x", False),
        ("//camera.example/x", "/x", False),
        ("*", "/x", False),
    ],
)
async def test_a_login_is_for_one_target(camera: Camera, uri: str, target: str, good: bool) -> None:
    login = digest(camera.challenge(), "admin", PASSWORD, uri)
    if good:
        assert camera.ask(login, target) == ADMIN
    else:
        assert camera.refused(login, target).reason is Reason.OTHER_URI
    assert failures(camera) == 0


async def test_behind_a_proxy_that_cuts_a_prefix_the_login_may_be_for_the_whole_path(camera: Camera) -> None:
    challenge = camera.challenge()
    login = digest(challenge, "admin", PASSWORD, "/yard/x?a=1")
    assert camera.refused(login, "/x?a=1").reason is Reason.OTHER_URI
    assert camera.refused(login, "/x?a=1", prefix="/door").reason is Reason.OTHER_URI
    assert camera.authenticator.verify("GET", "/x?a=1", login, HERE, "/yard") == ADMIN
    bare = digest(challenge, "admin", PASSWORD, "/x?a=1", nc=2)
    assert camera.authenticator.verify("GET", "/x?a=1", bare, HERE, "/yard") == ADMIN


async def test_the_digest_of_1997_works_once_a_nonce(camera: Camera) -> None:
    challenge = camera.challenge("MD5")
    login = digest(challenge, "admin", PASSWORD, nc=None)
    assert camera.ask(login) == ADMIN
    assert challenged(camera.refused(login), "MD5")["stale"] == "true"
    assert camera.refused(digest(challenge, "admin", PASSWORD, nc=2)).reason in NO_LOGIN


async def test_a_new_password_voids_logins_and_nonces(
    camera: Camera, accounts: Accounts, watch: SimulatedClock
) -> None:
    old, unused = camera.challenge(), camera.challenge()
    assert camera.ask(basic("admin", PASSWORD)) == ADMIN
    assert camera.ask(digest(old, "admin", PASSWORD)) == ADMIN
    watch.seconds += 1
    await accounts.update("admin", "swordfish")
    assert camera.refused(basic("admin", PASSWORD)).reason in NO_LOGIN
    assert camera.refused(digest(old, "admin", PASSWORD, nc=2)).reason in NO_LOGIN
    for challenge in (old, unused):
        assert challenged(camera.refused(digest(challenge, "admin", "swordfish", nc=3)))["stale"] == "true"
    assert camera.ask(digest(camera.challenge(), "admin", "swordfish")) == ADMIN
    assert camera.ask(basic("admin", "swordfish")) == ADMIN


async def test_a_new_rank_counts_at_once_and_voids_nothing(camera: Camera, accounts: Accounts) -> None:
    await accounts.add("paul", "foo", Rank.USERS)
    challenge = camera.challenge()
    assert camera.ask(basic("paul", "foo")).rank is Rank.USERS
    assert camera.ask(digest(challenge, "paul", "foo")).rank is Rank.USERS
    await accounts.update("paul", rank=Rank.GUEST)
    assert camera.ask(basic("paul", "foo")).rank is Rank.GUEST
    assert camera.ask(digest(challenge, "paul", "foo", nc=2)).rank is Rank.GUEST


async def test_a_removed_account_is_out_at_once(camera: Camera, accounts: Accounts) -> None:
    await accounts.add("paul", "foo", Rank.USERS)
    challenge = camera.challenge()
    camera.ask(basic("paul", "foo"))
    camera.ask(digest(challenge, "paul", "foo"))
    await accounts.remove("paul", CAMERA)
    assert camera.refused(basic("paul", "foo")).reason in NO_LOGIN
    assert camera.refused(digest(challenge, "paul", "foo", nc=2)).reason in NO_LOGIN


async def test_the_realm_is_the_cameras_name_as_it_is_now(camera: Camera) -> None:
    old = camera.challenge()
    camera.ask(basic("admin", PASSWORD))
    camera.name = "Gate"
    assert camera.ask(basic("admin", PASSWORD)) == ADMIN
    fresh = challenged(camera.refused(digest(old, "admin", PASSWORD)))
    assert fresh["realm"] == "Gate"
    assert camera.ask(digest(fresh, "admin", PASSWORD)) == ADMIN
    assert failures(camera) == 0


@pytest.mark.parametrize(
    ("name", "realm"),
    [("Küche 2", "Kuche 2"), ('A "B" \\ C', "A 'B' / C"), ("门口", "ipcamd"), ("", "ipcamd"), ("a\u00a0b", "a b")],
)
async def test_a_name_that_cannot_stand_in_a_header(camera: Camera, name: str, realm: str) -> None:
    camera.name = name
    assert camera.challenge()["realm"] == realm
    assert camera.ask(digest(camera.challenge(), "admin", PASSWORD)) == ADMIN


@pytest.mark.parametrize(
    "nonsense", ["", "Bearer abc", "Basic !", "Digest", "Digest x=y", "\x00", "Negotiate " + "A" * 9000]
)
async def test_an_invalid_login_counts_as_none(camera: Camera, nonsense: str) -> None:
    assert camera.refused(nonsense).reason in NO_LOGIN
    assert failures(camera) == 0


async def test_a_guessing_client_is_refused_even_with_the_right_password(camera: Camera, watch: SimulatedClock) -> None:
    for number in range(10):
        assert camera.refused(basic("admin", f"guess {number}")).reason in NO_LOGIN
    for login in (basic("admin", PASSWORD), basic("admin", "guess"), None):
        refusal = camera.refused(login)
        assert (refusal.reason, refusal.retry_after_s) == (Reason.THROTTLED, 10)
    assert camera.ask(basic("admin", PASSWORD), address="192.0.2.2") == ADMIN
    watch.seconds += 10
    assert camera.ask(basic("admin", PASSWORD)) == ADMIN


async def test_a_success_on_one_account_does_not_hide_guesses_at_another(camera: Camera, accounts: Accounts) -> None:
    await accounts.add("gus", "sunflower-7", Rank.GUEST)
    challenge, reasons = camera.challenge(), []
    for number in range(240):
        reasons.append(camera.refused(basic("admin", f"guess {number}")).reason)
        camera.authenticator.verify("GET", "/x", basic("gus", "sunflower-7"), HERE)
        camera.authenticator.verify("GET", "/x", digest(challenge, "gus", "sunflower-7", nc=number + 1), HERE)
    assert reasons == [Reason.WRONG] * 10 + [Reason.THROTTLED] * 230


async def test_a_success_clears_what_was_counted(camera: Camera) -> None:
    challenge = camera.challenge()
    for nc in range(1, 10):
        camera.refused(basic("admin", "guess"))
        camera.refused(digest(challenge, "admin", "guess", nc=nc))
        camera.ask(basic("admin", PASSWORD) if nc % 2 else digest(challenge, "admin", PASSWORD, nc=nc))
    assert failures(camera) == 0


async def test_guessing_at_one_account_from_many_addresses_is_slow_and_locks_no_user_out(camera: Camera) -> None:
    delays = [camera.refused(basic("admin", "guess"), address=f"198.51.100.{n}").delay_s for n in range(25)]
    assert (delays[0], delays[-1]) == (0, 2)
    assert delays == sorted(delays)
    assert camera.ask(basic("admin", PASSWORD), address="192.0.2.2") == ADMIN


async def test_a_name_that_does_not_exist_is_guessed_no_faster(camera: Camera) -> None:
    answers = {
        name: [camera.refused(basic(name, "guess"), address=f"198.51.100.{n}") for n in range(12)]
        for name in ("admin", "nobody")
    }
    known, unknown = ([(refusal.reason, refusal.delay_s) for refusal in answers[name]] for name in answers)
    assert known == unknown


async def test_logins_do_not_pile_up_in_memory(camera: Camera) -> None:
    for number in range(600):
        camera.ask(basic("admin", PASSWORD).replace("Basic ", "Basic" + " " * (number + 1)))
        camera.refused(basic("admin", f"guess {number}"), address=f"198.51.{number // 250}.{number % 250}")
    assert len(camera.authenticator._basics) <= 256


async def test_passwords_are_not_logged(camera: Camera, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(0):
        camera.ask(basic("admin", PASSWORD))
        camera.refused(basic("admin", "swordfish"))
        camera.refused(basic("eve\r\nforged: line", "swordfish"))
        camera.refused(digest(camera.challenge(), "admin", "swordfish"))
    assert "admin" in caplog.text
    assert HERE in caplog.text
    assert "swordfish" not in caplog.text
    assert PASSWORD not in caplog.text
    assert "\nforged" not in caplog.text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(max_size=100) | st.text(max_size=100).map("Basic ".__add__) | st.text(max_size=60).map("Digest ".__add__)
)
async def test_malformed_logins_are_refused_without_failure(
    accounts: Accounts, audit_log: AuditLog, watch: SimulatedClock, text: str
) -> None:
    assert Camera(accounts, audit_log, watch).refused(text).reason is not Reason.THROTTLED


async def test_an_address_may_talk_for_a_minute_after_a_login_with_that_right(
    camera: Camera, accounts: Accounts, watch: SimulatedClock
) -> None:
    assert not camera.authenticator.may_talk_over_udp(HERE)
    camera.refused(basic("admin", "wrong"))
    assert not camera.authenticator.may_talk_over_udp(HERE)
    camera.ask(basic("admin", PASSWORD))
    assert camera.authenticator.may_talk_over_udp(HERE)
    assert not camera.authenticator.may_talk_over_udp("192.0.2.9")
    watch.seconds += 60
    assert camera.authenticator.may_talk_over_udp(HERE)
    watch.seconds += 0.1
    assert not camera.authenticator.may_talk_over_udp(HERE)


async def test_neither_a_guest_nor_a_changed_account_may_talk(camera: Camera, accounts: Accounts) -> None:
    await accounts.add("gus", "sunflower-7", Rank.GUEST)
    await accounts.add("ute", "sunflower-7", Rank.USERS)
    camera.ask(basic("gus", "sunflower-7"))
    assert not camera.authenticator.may_talk_over_udp(HERE)
    camera.ask(basic("ute", "sunflower-7"))
    camera.ask(basic("gus", "sunflower-7"))
    assert camera.authenticator.may_talk_over_udp(HERE)
    await accounts.update("ute", rank=Rank.GUEST)
    assert not camera.authenticator.may_talk_over_udp(HERE)


async def test_addresses_that_may_talk_are_bounded(camera: Camera) -> None:
    for number in range(ADDRESSES + 10):
        camera.ask(basic("admin", PASSWORD), address=f"10.0.{number // 250}.{number % 250}")
    assert not camera.authenticator.may_talk_over_udp("10.0.0.9")
    assert camera.authenticator.may_talk_over_udp("10.0.0.10")
