import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.access.client import SimulatedClock

from ipcamd.access import digest_nonces as module
from ipcamd.access.digest_nonces import LIFE_S, Nonces

EVER = -1.0


@pytest.fixture
def nonces(watch: SimulatedClock) -> Nonces:
    return Nonces(watch)


def use(nonces: Nonces, nonce: str, count: int, since: float = EVER) -> bool:
    return nonces.use(nonce, f"{count:08x}", since)


def test_no_two_are_equal(nonces: Nonces) -> None:
    assert len({nonces.issue() for _ in range(100)}) == 100


def test_each_nonce_count_is_valid_once(nonces: Nonces) -> None:
    nonce = nonces.issue()
    assert [use(nonces, nonce, count) for count in (1, 2, 2, 1, 3, 3)] == [True, True, False, False, True, False]


def test_zero_is_no_count(nonces: Nonces) -> None:
    nonce = nonces.issue()
    assert not use(nonces, nonce, 0)
    assert use(nonces, nonce, 1)
    assert not use(nonces, nonce, 0)


@pytest.mark.parametrize(("jump", "late", "good"), [(64, 1, True), (65, 1, False), (2**32 - 1, 2**32 - 64, True)])
def test_late_ones_count_within_the_window(nonces: Nonces, jump: int, late: int, good: bool) -> None:
    nonce = nonces.issue()
    assert use(nonces, nonce, jump)
    assert use(nonces, nonce, late) is good
    assert not use(nonces, nonce, late)


@given(st.lists(st.integers(1, 300), max_size=200))
def test_no_nonce_counts_twice_in_any_order(counts: list[int]) -> None:
    nonces = Nonces(SimulatedClock())
    nonce, highest, seen = nonces.issue(), 0, set[int]()
    for count in counts:
        assert use(nonces, nonce, count) == (count not in seen and count > highest - 64)
        highest = max(highest, count)
        seen.add(count)


def test_a_nonce_without_a_count_is_valid_once(nonces: Nonces) -> None:
    nonce = nonces.issue()
    assert nonces.use(nonce, "", EVER)
    assert not nonces.use(nonce, "", EVER)
    assert not use(nonces, nonce, 1)
    mixed = nonces.issue()
    assert use(nonces, mixed, 1)
    assert not nonces.use(mixed, "", EVER)


def test_it_ages_used_or_not(nonces: Nonces, watch: SimulatedClock) -> None:
    used, unused = nonces.issue(), nonces.issue()
    watch.seconds += LIFE_S - 1
    assert use(nonces, used, 1)
    watch.seconds += 2
    assert not use(nonces, used, 2)
    assert not use(nonces, unused, 1)


def test_one_from_before_a_moment_can_be_void(nonces: Nonces, watch: SimulatedClock) -> None:
    nonce = nonces.issue()
    watch.seconds += 1
    assert not use(nonces, nonce, 1, since=watch())
    assert use(nonces, nonces.issue(), 1, since=watch())


def test_those_of_others_are_not_ours(nonces: Nonces, watch: SimulatedClock) -> None:
    nonce = nonces.issue()
    changed = nonce[:15] + ("0" if nonce[15] != "0" else "1") + nonce[16:]
    for other in (Nonces(watch).issue(), changed, nonce[:-1], nonce + "0", "", "é" * 64, "0" * 64, nonce.upper()):
        assert other == nonce or not use(nonces, other, 1)


def test_a_forgotten_nonce_stays_invalid(
    nonces: Nonces, watch: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REMEMBERED", 3)
    issued = []
    for _ in range(5):
        issued.append(nonces.issue())
        watch.seconds += 1
    for nonce in issued[:4]:
        assert use(nonces, nonce, 1)  # the fourth makes the first forgotten
    assert [use(nonces, nonce, 1) for nonce in issued[:4]] == [False] * 4
    assert not use(nonces, issued[0], 2)
    assert use(nonces, issued[3], 2)
    assert use(nonces, issued[4], 1)
