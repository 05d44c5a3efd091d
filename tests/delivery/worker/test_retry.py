"""When failed deliveries are tried again."""

from ipcamd.delivery.worker.retry_pauses import RetryPauses


def test_pauses_grow_to_five_minutes() -> None:
    pauses = RetryPauses(lambda: 0.5)
    assert [round(pauses.next(away=False)) for _ in range(9)] == [5, 10, 20, 40, 80, 160, 300, 300, 300]
    pauses.reset()
    assert round(pauses.next(away=False)) == 5


def test_pauses_stay_below_a_minute_without_an_answer() -> None:
    pauses = RetryPauses(lambda: 1.0)
    assert [round(pauses.next(away=True)) for _ in range(6)] == [6, 11, 22, 44, 55, 55]


def test_pauses_differ_from_camera_to_camera() -> None:
    assert {round(RetryPauses(lambda c=chance: c).next(False), 1) for chance in (0.0, 0.5, 1.0)} == {4.5, 5.0, 5.5}
