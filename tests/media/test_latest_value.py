"""Latest value: one picture between two threads."""

import threading
from collections.abc import Callable

from tests.media.scripted_source import WAIT

from ipcamd.media.latest_value import LatestValue


def in_thread(work: Callable[[], object]) -> Callable[[], object]:
    """Start `work` in a thread; the function returned waits for its result."""
    results: list[object] = []
    thread = threading.Thread(target=lambda: results.append(work()), daemon=True)
    thread.start()

    def result() -> object:
        thread.join(WAIT)
        assert not thread.is_alive()
        return results[0]

    return result


def test_only_the_newest_is_kept() -> None:
    latest = LatestValue[int]()
    latest.set_wanted(True)
    for number in range(1, 6):
        latest.put(number)
    assert latest.take() == 5
    latest.put(6)
    assert (latest.take(), latest.replaced) == (6, 4)


def test_values_without_demand_are_not_kept() -> None:
    latest = LatestValue[int]()
    latest.put(1)
    latest.set_wanted(True)
    latest.put(2)
    latest.set_wanted(False)
    assert latest.take() is None
    latest.set_wanted(True)
    latest.put(3)
    assert latest.take() == 3


def test_a_taker_sleeps_until_there_is_one() -> None:
    latest = LatestValue[int]()
    latest.set_wanted(True)
    result = in_thread(latest.take)
    latest.put(7)
    assert result() == 7


def test_a_moment_without_demand_is_not_missed() -> None:
    latest = LatestValue[int]()
    latest.set_wanted(True)
    latest.set_wanted(False)
    latest.set_wanted(True)
    latest.put(1)
    assert latest.take() is None
    assert latest.wait_until_wanted()
    latest.put(2)
    assert latest.take() == 2


def test_waiting_for_demand() -> None:
    latest = LatestValue[int]()
    result = in_thread(latest.wait_until_wanted)
    latest.set_wanted(True)
    assert result() is True


def test_closing_ends_all_waits() -> None:
    waiting, taking, resting = LatestValue[int](), LatestValue[int](), LatestValue[int]()
    taking.set_wanted(True)
    results = [in_thread(waiting.wait_until_wanted), in_thread(taking.take), in_thread(lambda: resting.sleep(60))]
    for latest in (waiting, taking, resting):
        latest.close()
    assert [result() for result in results] == [False, None, None]
    waiting.set_wanted(True)
    assert not waiting.wanted
    assert not waiting.wait_until_wanted()
