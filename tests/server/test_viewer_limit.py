"""Viewer limit: places of one account, and places that are reserved for administrators."""

import pytest

from ipcamd.access.accounts import Account
from ipcamd.errors import ViewerLimitReached
from ipcamd.params.group import Rank
from ipcamd.server.viewer_limit import ViewerLimit

ADMIN, NOBODY = Account("boss", Rank.ADMIN), Account("", Rank.GUEST)


def fill(viewers: ViewerLimit, account: Account, address: str = "") -> int:
    """Take as many places as there are for an account; return how many."""
    count = 0
    while True:
        try:
            viewers.take(account, address, "http")
        except ViewerLimitReached:
            return count
        count += 1


@pytest.mark.parametrize("rank", [Rank.GUEST, Rank.USERS])
@pytest.mark.parametrize(("total", "share"), [(1000, 250), (100, 25), (10, 4), (4, 4), (2, 2)])
def test_a_quarter_of_all_places_and_at_least_four(rank: Rank, total: int, share: int) -> None:
    assert fill(ViewerLimit(total), Account("someone", rank)) == share


@pytest.mark.parametrize(("total", "kept"), [(1000, 20), (100, 10), (9, 0)])
def test_the_last_places_are_for_administrators(total: int, kept: int) -> None:
    viewers = ViewerLimit(total)
    assert sum(fill(viewers, Account(f"user{number}", Rank.USERS)) for number in range(total)) == total - kept
    assert fill(viewers, ADMIN) == kept
    assert viewers.taken == total


def test_an_administrator_may_have_all() -> None:
    assert fill(ViewerLimit(100), ADMIN) == 100


def test_without_a_login_each_address_counts_as_an_account() -> None:
    viewers = ViewerLimit(100)
    assert [fill(viewers, NOBODY, address) for address in ("192.0.2.1", "192.0.2.2")] == [25, 25]


def test_a_place_that_was_given_back_is_free() -> None:
    viewers = ViewerLimit(10)
    guest = Account("guest", Rank.GUEST)
    places = [viewers.take(guest, "", "http") for _ in range(4)]
    with pytest.raises(ViewerLimitReached, match="guest has 4 of 10"):
        viewers.take(guest, "", "http")
    viewers.release(places[0])
    viewers.take(guest, "", "http")
    assert viewers.taken == 4
