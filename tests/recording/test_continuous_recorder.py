"""Continuous recording: films one after the other, whatever the card and the clock do."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from tests.recording.stage import Stage, general
from tests.wire.avi.films import NOON, SECOND, pictures, playable, probe, seen

from ipcamd.media import codecs
from ipcamd.media.frame import EncodedFrame
from ipcamd.media.stream.hub import Hub
from ipcamd.recording import continuous_recorder as recording
from ipcamd.recording import subscriber_queue as taking
from ipcamd.recording.continuous_recorder import ContinuousRecorder
from ipcamd.recording.subscriber_queue import SubscriberQueue
from ipcamd.storage.card import Card
from ipcamd.storage.index import RecordingIndex


class Filming:
    """A recorder on a stage, and its card."""

    def __init__(self, folder: Path, root: Path, length: int = 2 * SECOND) -> None:
        self.stage = Stage(folder / "state")
        self.root = root
        self.policy = "recycle"
        self.notes: list[str] = []
        self.card = Card(
            root,
            RecordingIndex(self.stage.database),
            lambda: self.policy,
            lambda: UTC,
            lambda *note: self.notes.append(" ".join(note)),
        )
        pipeline: Any = self.stage
        self.recorder = ContinuousRecorder(
            pipeline, self.card, self.stage.settings, "ipcamd", self.stage.now_ns, self.stage.local, length
        )

    async def start(self) -> None:
        await self.card.start()
        await self.card.wait_until_read()
        self.recorder.enable(True)
        await self.until(lambda: self.stage.hub.subscribers)

    async def show(self, count: int) -> None:
        """Show pictures, and wait until they are on the card."""
        for _ in range(0, count, 15):
            self.stage.show(15)
            end = self.stage.time
            await self.until(lambda: any(r.writing and r.ended_ns >= end - SECOND // 20 for r in self.card.index))  # noqa: B023

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(5):
            while not condition():  # noqa: ASYNC110 - nothing in the recorder tells tests when it is done
                await asyncio.sleep(0.001)

    async def close(self) -> None:
        await self.recorder.close()
        await self.card.stop()
        assert self.stage.h264.subscribers == self.stage.mpeg4.subscribers == self.stage.mjpeg.subscribers == 0
        await asyncio.to_thread(self.stage.database.close)

    def films(self) -> list[Path]:
        return sorted((self.root / "record").glob("*.avi"))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "FLUSH_S", 0.002)
    monkeypatch.setattr(recording, "HOLD_S", 0.0)
    monkeypatch.setattr(recording, "RETRY_S", 0.005)
    # the stage's clock runs when the test says, which to the recorder looks like a clock that is set all the time
    monkeypatch.setattr(recording, "MAX_CLOCK_STEP_NS", 10**18)


@pytest.fixture
async def filming(tmp_path: Path, quick: None) -> AsyncIterator[Filming]:
    filming = Filming(tmp_path, tmp_path / "card")
    yield filming
    await filming.close()


async def test_films_follow_one_another_without_a_gap(filming: Filming) -> None:
    await filming.start()
    await filming.show(180)
    await filming.recorder.close()
    films = filming.films()
    assert [path.name[-10:-4] for path in films] == ["150640", "150642", "150644"]
    assert [path.stat().st_mode & 0o777 for path in films] == [0o600] * 3
    for path in films:
        found = probe(path)
        assert float(str(found["format"]["duration"])) == pytest.approx(2, abs=0.001)
        assert int(str(found["audio"]["nb_frames"])) / 8000 == pytest.approx(2, abs=0.085)
        assert playable(path) == ""
    whole = [picture for path in films for picture in seen(path)]
    assert len(whole) == 180
    known = {r.name: r for r in filming.card.index}
    assert [known[path.name].started_ns for path in films] == pytest.approx(
        [NOON, NOON + 2 * SECOND, NOON + 4 * SECOND]
    )
    assert not any(r.writing for r in known.values())


@pytest.mark.parametrize(
    ("values", "codec", "name"),
    [
        ({"EncodeFormat": "MPEG4"}, codecs.MPEG4, "mpeg4"),
        ({"FileFormat": "JPEG", "EncodeFormat": "JPEG"}, codecs.JPEG, "mjpeg"),
    ],
)
async def test_the_format_is_that_of_events(
    filming: Filming, values: dict[str, str], codec: codecs.Codec, name: str
) -> None:
    await general(filming.stage, **values)
    filming.stage.codec = codec
    await filming.start()
    await filming.show(30)
    await filming.recorder.close()
    assert probe(filming.films()[0])["video"]["codec_name"] == name


async def test_a_change_of_format_begins_a_new_film(filming: Filming) -> None:
    await filming.start()
    await filming.show(15)
    await general(filming.stage, EncodeFormat="MPEG4")
    await filming.until(lambda: filming.stage.mpeg4.subscribers and not filming.recorder.recording)
    assert filming.stage.h264.subscribers == 0
    filming.stage.number, filming.stage.codec = 60, codecs.MPEG4
    await filming.show(15)
    await filming.recorder.close()
    assert [probe(path)["video"]["codec_name"] for path in filming.films()] == ["h264", "mpeg4"]


async def test_a_change_of_size_begins_a_new_film(filming: Filming) -> None:
    await filming.start()
    await filming.show(30)
    filming.stage.size = (320, 240)
    await filming.show(30)
    await filming.recorder.close()
    assert [path.name[-6:-4] for path in filming.films()] == ["40", "41"]


async def test_the_microphone_s_going_off_begins_a_new_film(filming: Filming) -> None:
    await filming.start()
    await filming.show(15)
    filming.stage.has_audio = False
    await filming.until(lambda: not filming.recorder.recording and filming.stage.h264.subscribers)
    filming.stage.number = 60
    await filming.show(15)
    await filming.recorder.close()
    assert ["audio" in probe(path) for path in filming.films()] == [True, False]


@pytest.mark.parametrize("step", [-3600, -2, 2, 3600])
async def test_a_clock_that_is_set_begins_a_new_film(
    filming: Filming, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    filming.recorder._file_length_ns = 10**12
    await filming.start()
    await filming.show(45)
    monkeypatch.setattr(recording, "MAX_CLOCK_STEP_NS", SECOND)
    filming.stage.offset = step * SECOND
    filming.stage.show(30)
    await filming.until(lambda: len(filming.films()) == 2)
    await filming.recorder.close()
    kept = sorted(r.started_ns for r in filming.card.index)
    assert kept == sorted([NOON, NOON + 2 * SECOND + step * SECOND])
    assert sum(len(seen(path)) for path in filming.films()) == 75
    assert all(playable(path) == "" for path in filming.films())


@pytest.mark.parametrize("step", [-3600, 2])
async def test_what_came_before_the_clock_was_set_stays_in_the_film_before(
    filming: Filming, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    filming.recorder._file_length_ns = 10**12
    await filming.start()
    await filming.show(45)
    monkeypatch.setattr(recording, "MAX_CLOCK_STEP_NS", SECOND)
    filming.stage.show(45)
    filming.stage.offset = step * SECOND
    filming.stage.show(30)
    await filming.until(lambda: len(filming.films()) == 2)
    await filming.recorder.close()
    before, after = sorted(filming.films(), key=lambda path: -len(seen(path)))
    assert (len(seen(before)), len(seen(after))) == (90, 30)


async def test_stopping_and_going_on(filming: Filming) -> None:
    await filming.start()
    await filming.show(30)
    filming.recorder.enable(False)
    await filming.until(lambda: filming.stage.h264.subscribers == 0 and not filming.recorder.recording)
    assert playable(filming.films()[0]) == ""
    filming.stage.show(30)
    filming.recorder.enable(True)
    await filming.until(lambda: filming.stage.h264.subscribers)
    await filming.show(30)
    await filming.recorder.close()
    assert [path.name[-6:-4] for path in filming.films()] == ["40", "42"]


async def test_a_card_pulled_out_and_put_back(filming: Filming) -> None:
    await filming.start()
    await filming.show(30)
    filming.card.insert(False)
    await filming.until(lambda: filming.stage.h264.subscribers == 0)
    filming.stage.show(30)
    filming.card.insert(True)
    await filming.until(lambda: filming.stage.h264.subscribers)
    await filming.show(30)
    await filming.recorder.close()
    assert [path.name[-6:-4] for path in filming.films()] == ["40", "42"]
    assert len(filming.card.index) == 2
    assert filming.notes == ["sdcard removed ", "sdcard inserted "]


async def test_a_card_that_fails_is_told_once_and_tried_again(
    filming: Filming, monkeypatch: pytest.MonkeyPatch
) -> None:
    await filming.start()
    await filming.show(30)
    attempts = 0

    def fail(_: int) -> None:
        nonlocal attempts
        attempts += 1
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as failing:
        for call in ("fdatasync", "fsync"):
            failing.setattr(os, call, fail)
        for _ in range(6):
            before = attempts
            await filming.until(lambda: filming.stage.show(1) or attempts > before)  # noqa: B023
        await general(filming.stage, PreEvent="3")  # settings work meanwhile
    filming.stage.number += -filming.stage.number % 60
    await filming.until(lambda: filming.stage.h264.subscribers)
    await filming.show(30)
    await filming.recorder.close()
    assert filming.notes == ["recording stopped [Errno 5] Input/output error", "recording goes on "]
    assert all(playable(path) == "" for path in filming.films())
    assert {path.name for path in filming.films()} == {r.name for r in filming.card.index}


async def test_formatting_stops_and_recording_goes_on(filming: Filming) -> None:
    await filming.start()
    await filming.show(30)
    await filming.card.format()
    assert filming.films() == []
    filming.stage.show(30)
    await filming.until(lambda: filming.stage.h264.subscribers)
    await filming.show(15)
    await filming.recorder.close()
    assert len(filming.films()) == 1


async def test_a_full_card_recycles_the_oldest(filming: Filming) -> None:
    filming.recorder._file_length_ns = SECOND
    filming.card.limit_bytes = 60_000
    await filming.start()
    await filming.show(300)
    await filming.recorder.close()
    films = filming.films()
    assert sum(path.stat().st_size for path in films) <= 60_000
    assert films[-1].name[-6:-4] == "49"
    assert films[0].name[-6:-4] > "40"
    assert all(playable(path) == "" for path in films)


async def test_a_full_card_stops(filming: Filming) -> None:
    filming.policy = "stop"
    filming.recorder._file_length_ns = SECOND
    filming.card.limit_bytes = 100_000
    await filming.start()
    for _ in range(20):
        filming.stage.show(15)
        await asyncio.sleep(0.004)
    await filming.until(lambda: "recording stopped the SD card is full" in filming.notes)
    before = filming.films()
    filming.stage.show(60)
    assert before[0].name[-6:-4] == "40"
    assert sum(path.stat().st_size for path in before) <= 100_000
    filming.policy = "recycle"
    await filming.until(lambda: filming.stage.show(1) or filming.films()[-1:] != before[-1:])
    await filming.recorder.close()
    assert all(playable(path) == "" for path in filming.films())


@pytest.fixture
def tmpfs(tmp_path: Path) -> Iterator[Path]:
    """A card of 256 KB, really full when it is full."""
    place = tmp_path / "tmpfs"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=256k", "none", str(place)]
    if not shutil.which("mount") or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=False)


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["recycle", "stop"])
async def test_a_really_full_card(tmp_path: Path, tmpfs: Path, quick: None, policy: str) -> None:
    filming = Filming(tmp_path, tmpfs, SECOND)
    filming.policy = policy
    await filming.start()
    (tmpfs / "somebody else's").write_bytes(bytes(60_000))
    for _ in range(60):
        filming.stage.show(15)
        await asyncio.sleep(0.004)
    await filming.close()
    films = filming.films()
    assert films
    assert all(playable(path) == "" for path in films)
    assert (films[0].name[-6:-4] == "40") == (policy == "stop")


@pytest.mark.slow
async def test_a_card_unmounted_while_it_is_written(tmp_path: Path, tmpfs: Path, quick: None) -> None:
    filming = Filming(tmp_path, tmpfs, 60 * SECOND)
    await filming.start()
    await filming.show(30)
    await asyncio.to_thread(subprocess.run, ["umount", "-l", str(tmpfs)], check=True)
    filming.stage.show(15)
    await filming.until(lambda: filming.stage.h264.subscribers == 0)
    assert await asyncio.to_thread(os.listdir, tmpfs) == [], "something was written to where the card had been"
    await asyncio.to_thread(subprocess.run, ["mount", "-t", "tmpfs", "none", str(tmpfs)], check=True)
    await filming.until(lambda: filming.stage.h264.subscribers)
    filming.stage.number = 120
    await filming.show(30)
    await filming.close()
    assert len(filming.films()) == 1
    assert playable(filming.films()[0]) == ""


# ---- what waits to be written


def frame(number: int, key: bool = False, size: int = 100, captured_ns: int | None = None) -> EncodedFrame:
    at = NOON + number * SECOND // 30 if captured_ns is None else captured_ns
    return EncodedFrame(codecs.H264, bytes(size), key, at, number, (160, 120))


def test_what_nobody_fetches_goes_up_to_the_next_key_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking, "MAX_BYTES", 1000)
    hub = Hub(codecs.H264)
    queue = SubscriberQueue(hub, None, lambda: 0.0)
    hub.key_wanted.clear()
    for number in range(20):
        hub.publish(frame(number, number == 0))
    assert hub.key_wanted.is_set()
    assert queue.take() == []
    assert queue.dropped == 20
    hub.publish(frame(20, True))
    hub.publish(frame(21))
    assert [f.counter for f in queue.take()] == [20, 21]


def test_pictures_are_in_their_own_order_whatever_the_clock_did() -> None:
    shown = [frame(0, True), frame(1), frame(2, captured_ns=NOON - SECOND), frame(3, captured_ns=NOON + SECOND)]
    sounds = [frame(10, captured_ns=NOON + SECOND // 60), frame(11, captured_ns=NOON + SECOND // 2)]
    merged = list(taking.merge_by_time(shown, sounds))
    assert [f.counter for f in merged] == [0, 10, 1, 2, 11, 3]


def test_key_frames_are_where_the_encoder_put_them() -> None:
    assert [n for n, picture in enumerate(pictures(codecs.H264)) if picture.key] == [0, 30]
