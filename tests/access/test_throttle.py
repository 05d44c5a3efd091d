import logging

import pytest
from tests.access.client import SimulatedClock

from ipcamd.access.login_throttle import ENTRIES, HOUR_S, Throttle, network

HERE = "192.0.2.1"
THERE = "192.0.2.2"
ACCOUNT = "admin"


@pytest.fixture
def throttle(watch: SimulatedClock) -> Throttle:
    return Throttle(watch)


def fail(throttle: Throttle, times: int, address: str = HERE) -> None:
    for number in range(times):
        throttle.failure(address, ACCOUNT, f"user {number}")


def test_ten_failures_in_a_minute_are_enough(
    throttle: Throttle, watch: SimulatedClock, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        fail(throttle, 9)
        assert throttle.wait_s(HERE) == 0
        watch.seconds += 59
        fail(throttle, 1)
    assert (throttle.wait_s(HERE), throttle.wait_s(THERE)) == (10, 0)
    assert HERE in caplog.text
    watch.seconds += 9.5
    assert throttle.wait_s(HERE) == 1
    watch.seconds += 0.5
    assert throttle.wait_s(HERE) == 0


def test_ten_failures_in_more_than_a_minute_are_not(throttle: Throttle, watch: SimulatedClock) -> None:
    for _ in range(20):
        fail(throttle, 1)
        watch.seconds += 7
    assert throttle.wait_s(HERE) == 0


def test_each_time_takes_twice_as_long_up_to_five_minutes(throttle: Throttle, watch: SimulatedClock) -> None:
    waits = []
    for failures in (10, 5, 5, 5, 5, 5, 5):
        fail(throttle, failures)
        waits.append(throttle.wait_s(HERE))
        watch.seconds += waits[-1]
    assert waits == [10, 20, 40, 80, 160, 300, 300]


def test_a_success_clears_it(throttle: Throttle, watch: SimulatedClock) -> None:
    fail(throttle, 10)
    watch.seconds += 10
    throttle.success(HERE, ACCOUNT)
    fail(throttle, 9)
    assert throttle.wait_s(HERE) == 0
    fail(throttle, 1)
    assert throttle.wait_s(HERE) == 10


def test_a_success_leaves_the_failures_on_other_accounts(throttle: Throttle, watch: SimulatedClock) -> None:
    fail(throttle, 5)
    throttle.failure(HERE, "paul", "paul")
    throttle.failure(HERE, None, "nobody")
    throttle.success(HERE, "paul")
    fail(throttle, 3)
    assert throttle.wait_s(HERE) == 0
    fail(throttle, 1)
    assert throttle.wait_s(HERE) == 10
    watch.seconds += 10
    throttle.success(HERE, ACCOUNT)
    fail(throttle, 5)
    assert throttle.wait_s(HERE) == 20


def test_after_an_hour_it_is_forgotten(throttle: Throttle, watch: SimulatedClock) -> None:
    fail(throttle, 10)
    watch.seconds += HOUR_S + 1
    fail(throttle, 9)
    assert throttle.wait_s(HERE) == 0


@pytest.mark.parametrize("pause", [0, 1, 6.7, 12, 30])
def test_fewer_than_a_hundred_guesses_an_hour(throttle: Throttle, watch: SimulatedClock, pause: float) -> None:
    end, tried = watch() + HOUR_S, 0
    while watch() < end:
        if not throttle.wait_s(HERE):
            fail(throttle, 1)
            tried += 1
        watch.seconds += max(pause, throttle.wait_s(HERE))
    assert 20 < tried < 100


def test_more_guesses_at_an_account_delay_its_answers_more(throttle: Throttle, watch: SimulatedClock) -> None:
    delays = [throttle.failure(f"198.51.100.{number}", ACCOUNT, "admin") for number in range(45)]
    assert delays == [0.0] * 9 + [1.0] * 10 + [2.0] * 20 + [4.0] * 6
    assert throttle.failure(THERE, "paul", "paul") == 0.0
    watch.seconds += 61
    assert throttle.failure(THERE, ACCOUNT, "admin") == 0.0


def test_memory_is_bounded_and_the_oldest_goes_first(throttle: Throttle) -> None:
    fail(throttle, 10)
    for number in range(ENTRIES - 1):
        throttle.failure(f"2001:db8:{number:x}::1", None, f"somebody {number}")
    assert throttle.wait_s(HERE) == 10
    throttle.failure("203.0.113.9", None, "somebody else")
    assert throttle.wait_s(HERE) == 0
    assert len(throttle._addresses) == len(throttle._accounts) == ENTRIES


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::6", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        ("not an address:", "not an address:"),
        ("", ""),
    ],
)
def test_networks_that_count_as_one_address(address: str, counted: str) -> None:
    assert network(address) == counted


def test_a_host_with_many_addresses_is_one(throttle: Throttle) -> None:
    for number in range(10):
        throttle.failure(f"2001:db8::{number:x}", ACCOUNT, "admin")
    assert throttle.wait_s("2001:db8::ffff") == 10
    throttle.success("2001:db8::1:1", ACCOUNT)
    assert throttle.wait_s("2001:db8::ffff") == 0


def test_guesses_from_many_addresses_do_not_fill_the_log(throttle: Throttle, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(200):
        fail(throttle, 10, f"198.51.100.{number}")
    assert len(caplog.records) == 1
