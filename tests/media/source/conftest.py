"""A clock that tests turn, and a way to play a source."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from ipcamd.media.frame import Picture, Sound
from ipcamd.media.pacer import SECOND
from ipcamd.media.source import Source, Wanted
from ipcamd.media.source.pace import Clock


class Time:
    """Time that passes only when somebody waits, or when a test says so."""

    def __init__(self) -> None:
        self.passed = 0
        self.utc = 1_700_000_000 * SECOND
        self.waits: list[float] = []

    @property
    def clock(self) -> Clock:
        return Clock(
            now=lambda: self.utc + self.passed,
            steady=lambda: self.passed + 77,
            local=lambda moment: datetime.fromtimestamp(moment / SECOND, UTC),
            wait=self.wait,
        )

    def wait(self, _: threading.Event, seconds: float) -> None:
        self.waits.append(seconds)
        self.passed += round(seconds * SECOND)


@pytest.fixture
def time() -> Time:
    return Time()


Play = Callable[..., list[Picture | Sound]]


@pytest.fixture
def play() -> Play:
    """Give a function that takes the first `count` things that a source gives."""

    def take(
        source: Source, count: int, size: tuple[int, int] = (320, 240), rate: int = 30, sound: bool = False
    ) -> list[Picture | Sound]:
        items = source.play(lambda: Wanted(size, rate, sound), threading.Event())
        try:
            return [next(items) for _ in range(count)]
        finally:
            items.close()

    return take
