"""Video capture: a source runs, fails, hangs, is unplugged and returns."""

import queue
import threading
from collections.abc import Iterator

import numpy as np
import pytest
from tests.media.scripted_source import NOON, SECOND, WAIT, ScriptedSource, grey

from ipcamd.errors import SourceError
from ipcamd.media.capture.video_capture import ASLEEP_S, PRIVACY, SILENT, UNPLUGGED, Timeouts, VideoCapture
from ipcamd.media.frame import AudioChunk, Picture
from ipcamd.media.source.source import Wanted

WANTED = Wanted((640, 480), 30, False)
QUICK = Timeouts(silence_s=0.05, start_s=0.05, first_s=0.05, blank_s=0.01, retry_s=0.01, longest_s=0.04, linger_s=0.05)
LONG = Timeouts(silence_s=60, start_s=60, first_s=60, blank_s=60, retry_s=60, longest_s=60, linger_s=60)


class CaptureRig:
    """A capture with its two threads."""

    def __init__(self, timeouts: Timeouts) -> None:
        self.source = ScriptedSource()
        self.pictures: queue.Queue[int] = queue.Queue()
        self.blanks: queue.Queue[str] = queue.Queue()
        self.capture = VideoCapture(self.source, self._deliver, self._blank, timeouts)
        works = (self.capture.run, self.capture.watch)
        self.threads = [threading.Thread(target=work, daemon=True) for work in works]
        for thread in self.threads:
            thread.start()

    def _deliver(self, picture: Picture) -> None:
        if picture.captured_ns:
            self.pictures.put(picture.captured_ns)

    def _blank(self, wanted: Wanted, why: str) -> Picture:
        assert wanted == WANTED
        self.blanks.put(why)
        return Picture(grey(0), 0)

    def played(self) -> None:
        """Wait until the source is run once more."""
        assert self.source.played.acquire(timeout=WAIT)

    def stop(self) -> None:
        self.capture.close()
        for thread in self.threads:
            thread.join(WAIT)
            assert not thread.is_alive()
        assert self.source.open == 0


@pytest.fixture
def quick() -> Iterator[CaptureRig]:
    running = CaptureRig(QUICK)
    yield running
    running.stop()


@pytest.fixture
def patient() -> Iterator[CaptureRig]:
    running = CaptureRig(LONG)
    yield running
    running.stop()


def test_nothing_runs_without_demand(patient: CaptureRig) -> None:
    assert not patient.source.played.acquire(timeout=0.02)
    assert patient.blanks.empty()


def test_pictures_are_handed_on(patient: CaptureRig) -> None:
    patient.capture.demand(WANTED)
    for number in range(3):
        patient.source.show(NOON + number)
    assert [patient.pictures.get(timeout=WAIT) for _ in range(3)] == [NOON, NOON + 1, NOON + 2]
    assert patient.source.wanted
    assert patient.source.wanted() == WANTED


def test_the_running_source_gets_changed_demand(patient: CaptureRig) -> None:
    patient.capture.demand(WANTED)
    patient.played()
    patient.capture.demand(Wanted((1280, 720), 5, True))
    assert patient.source.wanted
    assert patient.source.wanted() == Wanted((1280, 720), 5, True)


def test_sound_goes_to_the_listener(patient: CaptureRig) -> None:
    heard: queue.Queue[AudioChunk] = queue.Queue()
    patient.capture.listener = heard.put
    patient.capture.demand(WANTED)
    patient.source.items.put(AudioChunk(np.zeros(8, np.int16), NOON))
    assert heard.get(timeout=WAIT).captured_ns == NOON


def test_sound_without_a_listener_is_dropped(patient: CaptureRig) -> None:
    patient.capture.demand(WANTED)
    patient.source.items.put(AudioChunk(np.zeros(8, np.int16), NOON))
    patient.source.show(NOON)
    assert patient.pictures.get(timeout=WAIT) == NOON


def test_the_source_lingers(patient: CaptureRig) -> None:
    patient.capture.demand(WANTED)
    patient.played()
    patient.capture.demand(None)
    patient.source.show(NOON)
    patient.capture.demand(WANTED)
    patient.source.show(NOON + 1)
    assert patient.pictures.get(timeout=WAIT) >= NOON
    assert patient.source.plays == 1


def test_the_source_ends_after_a_while(quick: CaptureRig) -> None:
    quick.capture.demand(WANTED)
    quick.played()
    quick.capture.demand(None)
    quick.source.ends(lambda: quick.source.show(NOON))
    quick.capture.demand(WANTED)
    quick.played()


def test_a_source_that_yields_nothing_unwanted_ends_after_a_while(quick: CaptureRig) -> None:
    quick.capture.demand(WANTED)
    quick.played()
    quick.capture.demand(None)
    assert quick.source.wanted
    quick.source.ends(quick.source.wanted)
    quick.capture.demand(WANTED)
    quick.played()


def test_a_source_that_fails_is_tried_again_until_it_is_back(quick: CaptureRig) -> None:
    quick.capture.demand(WANTED)
    for _ in range(4):
        quick.source.fail("no route")
        quick.played()
    assert quick.blanks.get(timeout=WAIT) in (SILENT, "no route")
    while quick.blanks.get(timeout=WAIT) != "no route":
        pass
    quick.played()
    quick.source.show(NOON)
    assert quick.pictures.get(timeout=WAIT) == NOON


def test_pauses_grow_up_to_a_limit_and_start_anew_after_a_picture(patient: CaptureRig) -> None:
    capture = VideoCapture(patient.source, lambda _: None, patient._blank, Timeouts(retry_s=0.5, longest_s=2.0))
    capture.demand(WANTED)
    pauses = [0.0]
    for _ in range(5):
        patient.source.fail()
        pauses.append(capture._attempt(pauses[-1]))
    assert pauses == [0.0, 0.5, 1.0, 2.0, 2.0, 2.0]
    patient.source.show(NOON)
    patient.source.fail()
    assert capture._attempt(pauses[-1]) == 0.5


@pytest.mark.parametrize("failure", [None, ValueError("a bug"), OSError("gone")], ids=["ended", "bug", "gone"])
def test_a_source_is_retried_after_any_failure(quick: CaptureRig, failure: Exception | None) -> None:
    quick.capture.demand(WANTED)
    quick.played()
    quick.source.items.put(failure)
    quick.played()
    quick.source.show(NOON)
    assert quick.pictures.get(timeout=WAIT) == NOON


def test_a_failure_of_a_source_that_must_end_is_no_failure(quick: CaptureRig, caplog: pytest.LogCaptureFixture) -> None:
    def fail_at_the_end(stop: threading.Event) -> Iterator[Picture]:
        assert stop.wait(WAIT)
        raise SourceError("sends nothing")
        yield

    quick.source._given = fail_at_the_end  # type: ignore[method-assign]
    quick.capture.demand(WANTED)
    quick.played()
    quick.capture.lost = True
    quick.source.ends()
    quick.stop()
    assert "sends nothing" not in caplog.text


def test_a_new_viewer_makes_the_next_attempt_come_at_once(patient: CaptureRig) -> None:
    patient.capture.demand(WANTED)
    patient.played()
    patient.source.fail()
    patient.capture.demand(None)
    # the pause is a minute
    patient.capture.demand(WANTED)
    patient.played()


def test_a_silent_source_is_no_signal_until_it_sends_a_picture(quick: CaptureRig) -> None:
    quick.capture.demand(WANTED)
    quick.played()
    assert [quick.blanks.get(timeout=WAIT) for _ in range(3)] == [SILENT] * 3
    quick.source.show(NOON)
    assert quick.pictures.get(timeout=WAIT) == NOON
    assert quick.source.plays == 1


def test_a_source_that_cannot_be_opened_is_no_signal_at_once(patient: CaptureRig) -> None:
    patient.source.fail("refused")
    patient.capture.demand(WANTED)
    assert patient.blanks.get(timeout=WAIT) == "refused"


def test_a_source_may_take_its_time_to_start() -> None:
    running = CaptureRig(Timeouts(silence_s=0.001, start_s=60, first_s=0.001, blank_s=0.001, retry_s=60))
    running.capture.demand(WANTED)
    running.played()
    running.source.show(NOON)
    assert running.pictures.get(timeout=WAIT) == NOON
    assert running.blanks.get(timeout=WAIT) == SILENT
    running.stop()


def test_pictures_in_time_are_no_silence(patient: CaptureRig) -> None:
    patient.capture.demand(WANTED)
    for number in range(20):
        patient.source.show(NOON + number)
        patient.pictures.get(timeout=WAIT)
    assert patient.blanks.empty()


def test_a_picture_from_before_no_signal_that_comes_after_it_is_left_out() -> None:
    source, delivered = ScriptedSource(), queue.Queue[int]()
    blank = Picture(grey(0), NOON + SECOND, signal=False)
    capture = VideoCapture(source, lambda picture: delivered.put(picture.captured_ns), lambda *_: blank, LONG)
    capture.lost = True
    threads = [threading.Thread(target=work, daemon=True) for work in (capture.run, capture.watch)]
    for thread in threads:
        thread.start()
    capture.demand(WANTED)
    assert delivered.get(timeout=WAIT) == NOON + SECOND
    capture.lost = False
    for captured_ns in (NOON, NOON + SECOND, NOON + 2 * SECOND, NOON - 3600 * SECOND):  # in the end the clock is set
        source.show(captured_ns)
    assert [delivered.get(timeout=WAIT) for _ in range(2)] == [NOON + 2 * SECOND, NOON - 3600 * SECOND]
    capture.close()
    for thread in threads:
        thread.join(WAIT)


@pytest.mark.slow
def test_a_source_that_is_slow_by_itself_does_not_flap() -> None:
    running = CaptureRig(Timeouts(silence_s=0.01, start_s=60, first_s=60, blank_s=0.001, retry_s=60))
    running.capture.demand(WANTED)
    running.played()
    for number, pause_s in enumerate((1.0, 0.3, 0.3, 0.3, 0.3)):  # up to twice a second is no silence
        running.source.show(NOON + number)
        assert running.pictures.get(timeout=WAIT) == NOON + number
        threading.Event().wait(pause_s)  # the source's own pace
    assert running.blanks.empty()
    assert running.blanks.get(timeout=WAIT) == SILENT
    running.stop()


def test_a_source_has_time_to_start_after_privacy() -> None:
    running = CaptureRig(Timeouts(silence_s=60, start_s=60, first_s=60, blank_s=0.001, retry_s=60))
    signals: list[bool] = []
    running.capture.watcher = signals.append
    running.capture.demand(WANTED)
    running.source.show(NOON)
    assert running.pictures.get(timeout=WAIT) == NOON
    running.capture.private = True
    assert running.blanks.get(timeout=WAIT) == PRIVACY
    running.source.ends()
    running.capture.private = False
    running.played()
    threading.Event().wait(0.1)  # the source's own pace
    running.source.show(NOON + SECOND)
    assert running.pictures.get(timeout=WAIT) == NOON + SECOND
    running.stop()
    assert signals == []
    assert SILENT not in running.blanks.queue


def test_an_unplugged_source_is_no_signal_at_once_and_is_back_at_once(patient: CaptureRig) -> None:
    patient.capture.demand(WANTED)
    patient.played()
    patient.capture.lost = True
    assert patient.blanks.get(timeout=WAIT) == UNPLUGGED
    patient.source.ends()
    assert not patient.source.played.acquire(timeout=0.02)
    patient.capture.lost = False
    patient.played()
    patient.source.show(NOON)
    assert patient.pictures.get(timeout=WAIT) == NOON


def test_unplugged_a_hundred_times_nothing_is_left_open(quick: CaptureRig) -> None:
    quick.capture.demand(WANTED)
    before = threading.active_count()
    for _ in range(100):
        quick.played()
        quick.capture.lost = True
        quick.capture.lost = False
    quick.played()
    assert quick.source.open <= 1
    assert threading.active_count() <= before


def test_a_new_viewer_of_a_failed_source_sees_no_signal_at_once(patient: CaptureRig) -> None:
    patient.capture.lost = True
    patient.capture.demand(WANTED)
    assert patient.blanks.get(timeout=WAIT) == UNPLUGGED
    patient.capture.demand(None)
    patient.capture.demand(WANTED)
    assert patient.blanks.get(timeout=WAIT) == UNPLUGGED


def test_a_hanging_source_hides_neither_the_silence_nor_shutdown() -> None:
    running, stuck = CaptureRig(QUICK), threading.Event()

    def hang(wanted: object, stop: object) -> Iterator[Picture]:
        stuck.wait(WAIT)
        yield Picture(grey(0), NOON)

    running.source.play = hang  # type: ignore[method-assign,assignment]
    running.capture.demand(WANTED)
    assert running.blanks.get(timeout=WAIT) == SILENT
    running.capture.close()
    running.threads[1].join(WAIT)
    assert not running.threads[1].is_alive()
    stuck.set()
    running.stop()


class SleepyMachine:
    """A capture on a machine that sleeps for ten seconds in the first wait for a sign of the source."""

    def __init__(self, picture_after_sleep: bool) -> None:
        self.picture_after_sleep = picture_after_sleep
        self.now_s = 1000.0
        self.waits_s: list[float] = []
        """Requested seconds of each wait."""
        self.delivered: list[str] = []
        self.shown = threading.Event()
        self.source = ScriptedSource()
        self.capture = VideoCapture(
            self.source, self._deliver, lambda *_: Picture(grey(0), 0, signal=False), LONG, self._now_s, self._wait
        )

    def run(self) -> list[str]:
        """Return the pictures up to the first one without a signal."""
        source = threading.Thread(target=self.capture.run, daemon=True)
        source.start()
        self.capture.demand(WANTED)
        self.capture.watch()
        source.join(WAIT)
        return self.delivered

    def _now_s(self) -> float:
        return self.now_s

    def _deliver(self, picture: Picture) -> None:
        self.delivered.append("picture" if picture.signal else "no signal")
        self.shown.set()
        if not picture.signal:
            self.capture.close()

    def _wait(self, changed: threading.Condition, seconds: float) -> None:
        changed.release()
        self.waits_s.append(seconds)
        if len(self.waits_s) == 1:
            self.now_s += 10
        elif len(self.waits_s) == 2 and self.picture_after_sleep:
            self.source.show(NOON)
            assert self.shown.wait(WAIT)
        self.now_s += seconds
        changed.acquire()


def test_a_source_has_time_for_a_picture_after_the_machine_slept() -> None:
    machine = SleepyMachine(picture_after_sleep=True)
    assert machine.run() == ["picture", "no signal"]
    assert machine.waits_s == [LONG.start_s, ASLEEP_S, LONG.first_s - ASLEEP_S]


def test_a_source_that_stays_silent_after_the_machine_slept_is_no_signal() -> None:
    machine = SleepyMachine(picture_after_sleep=False)
    assert machine.run() == ["no signal"]
    assert machine.waits_s == [LONG.start_s, ASLEEP_S]
