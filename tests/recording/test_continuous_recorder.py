"""Continuous recording: successive files, across failures of the card and steps of the clock."""

import asyncio
import itertools
import os
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from tests.recording.fake_pipeline import FakePipeline, general
from tests.small_file_system import small_file_system
from tests.wire.avi.avi_files import NOON, SECOND, pictures, playable, probe, seen

from ipcamd.media import codecs
from ipcamd.recording import continuous_recorder as recording
from ipcamd.recording.continuous_recorder import ContinuousRecorder
from ipcamd.storage.card import Card
from ipcamd.storage.index import RecordingIndex


class RecorderRig:
    """Continuous recorder on a fake pipeline, and its card."""

    def __init__(self, folder: Path, root: Path, length: int = 2 * SECOND) -> None:
        self.source_pipeline = FakePipeline(folder / "state")
        self.root = root
        self.policy = "recycle"
        self.notes: list[str] = []
        self.card = Card(
            root,
            RecordingIndex(self.source_pipeline.database),
            lambda: self.policy,
            lambda: UTC,
            lambda *note: self.notes.append(" ".join(note)),
        )
        pipeline: Any = self.source_pipeline
        self.recorder = ContinuousRecorder(
            pipeline,
            self.card,
            self.source_pipeline.settings,
            "ipcamd",
            self.source_pipeline.now_ns,
            self.source_pipeline.local,
            length,
            lambda: self.source_pipeline.time,
        )

    async def start(self) -> None:
        await self.card.start()
        await self.card.wait_until_read()
        self.recorder.enable(True)
        await self.until(lambda: self.source_pipeline.hub.subscribers)

    async def show(self, count: int) -> None:
        """Show pictures, and wait until they are on the card."""
        for _ in range(0, count, 15):
            self.source_pipeline.show(15)
            end = self.source_pipeline.time
            await self.until(lambda: any(r.writing and r.ended_ns >= end - SECOND // 20 for r in self.card.index))  # noqa: B023

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(30):
            while not condition():  # noqa: ASYNC110 - nothing in the recorder tells tests when it is done
                await asyncio.sleep(0.001)

    async def close(self) -> None:
        await self.recorder.close()
        await self.card.stop()
        assert (
            self.source_pipeline.h264.subscribers
            == self.source_pipeline.mpeg4.subscribers
            == self.source_pipeline.mjpeg.subscribers
            == 0
        )
        await asyncio.to_thread(self.source_pipeline.database.close)

    def files(self) -> list[Path]:
        return sorted((self.root / "record").glob("*.avi"))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "FLUSH_S", 0.002)
    monkeypatch.setattr(recording, "HOLD_S", 0.0)
    monkeypatch.setattr(recording, "RETRY_S", 0.005)


@pytest.fixture
async def rig(tmp_path: Path, quick: None) -> AsyncIterator[RecorderRig]:
    rig = RecorderRig(tmp_path, tmp_path / "card")
    yield rig
    await rig.close()


async def test_files_follow_one_another_without_a_gap(rig: RecorderRig) -> None:
    await rig.start()
    await rig.show(180)
    await rig.recorder.close()
    files = rig.files()
    assert [path.name[-10:-4] for path in files] == ["150640", "150642", "150644"]
    assert [path.stat().st_mode & 0o777 for path in files] == [0o600] * 3
    for path in files:
        found = probe(path)
        assert float(str(found["format"]["duration"])) == pytest.approx(2, abs=0.001)
        assert int(str(found["audio"]["nb_frames"])) / 8000 == pytest.approx(2, abs=0.085)
        assert playable(path) == ""
    whole = [picture for path in files for picture in seen(path)]
    assert len(whole) == 180
    known = {r.name: r for r in rig.card.index}
    assert [known[path.name].started_ns for path in files] == pytest.approx(
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
    rig: RecorderRig, values: dict[str, str], codec: codecs.Codec, name: str
) -> None:
    await general(rig.source_pipeline, **values)
    rig.source_pipeline.codec = codec
    await rig.start()
    await rig.show(30)
    await rig.recorder.close()
    assert probe(rig.files()[0])["video"]["codec_name"] == name


async def test_a_change_of_format_begins_a_new_file(rig: RecorderRig) -> None:
    await rig.start()
    await rig.show(15)
    await general(rig.source_pipeline, EncodeFormat="MPEG4")
    await rig.until(lambda: rig.source_pipeline.mpeg4.subscribers and not rig.recorder.recording)
    assert rig.source_pipeline.h264.subscribers == 0
    rig.source_pipeline.number, rig.source_pipeline.codec = 60, codecs.MPEG4
    await rig.show(15)
    await rig.recorder.close()
    assert [probe(path)["video"]["codec_name"] for path in rig.files()] == ["h264", "mpeg4"]


async def test_a_change_of_size_begins_a_new_file(rig: RecorderRig) -> None:
    await rig.start()
    await rig.show(30)
    rig.source_pipeline.size = (320, 240)
    await rig.show(30)
    await rig.recorder.close()
    assert [path.name[-6:-4] for path in rig.files()] == ["40", "41"]


async def test_the_microphone_s_going_off_begins_a_new_file(rig: RecorderRig) -> None:
    await rig.start()
    await rig.show(15)
    rig.source_pipeline.has_audio = False
    await rig.until(lambda: not rig.recorder.recording and rig.source_pipeline.h264.subscribers)
    rig.source_pipeline.number = 60
    await rig.show(15)
    await rig.recorder.close()
    assert ["audio" in probe(path) for path in rig.files()] == [True, False]


@pytest.mark.parametrize("step", [-3600, -2, 2, 3600])
async def test_a_clock_that_is_set_begins_a_new_file(rig: RecorderRig, step: int) -> None:
    rig.recorder._file_length_ns = 10**12
    await rig.start()
    await rig.show(45)
    rig.source_pipeline.offset = step * SECOND
    rig.source_pipeline.show(30)
    await rig.until(lambda: len(rig.files()) == 2)
    await rig.recorder.close()
    kept = sorted(r.started_ns for r in rig.card.index)
    assert kept == sorted([NOON, NOON + 2 * SECOND + step * SECOND])
    assert sum(len(seen(path)) for path in rig.files()) == 75
    assert all(playable(path) == "" for path in rig.files())


@pytest.mark.parametrize("step", [-3600, 2])
async def test_frames_from_before_a_clock_step_stay_in_the_previous_file(rig: RecorderRig, step: int) -> None:
    rig.recorder._file_length_ns = 10**12
    await rig.start()
    await rig.show(45)
    rig.source_pipeline.show(45)
    rig.source_pipeline.offset = step * SECOND
    rig.source_pipeline.show(30)
    await rig.until(lambda: len(rig.files()) == 2)
    await rig.recorder.close()
    before, after = sorted(rig.files(), key=lambda path: -len(seen(path)))
    assert (len(seen(before)), len(seen(after))) == (90, 30)


async def test_a_gap_of_the_pictures_before_the_clock_was_set_begins_no_file_of_its_own(rig: RecorderRig) -> None:
    rig.recorder._file_length_ns = 10**12
    await rig.start()
    await rig.show(45)
    rig.source_pipeline.number += 30
    rig.source_pipeline.show(45)
    rig.source_pipeline.offset = 3600 * SECOND
    rig.source_pipeline.show(60)
    await rig.until(lambda: len(rig.files()) >= 2)
    await rig.recorder.close()
    assert [len(seen(path)) for path in rig.files()] == [90, 60]


async def test_stopping_and_going_on(rig: RecorderRig) -> None:
    told: list[bool] = []
    rig.recorder.watch(lambda: told.append(rig.recorder.recording))
    await rig.start()
    await rig.show(30)
    rig.recorder.enable(False)
    await rig.until(lambda: rig.source_pipeline.h264.subscribers == 0 and not rig.recorder.recording)
    assert told == [True, False]
    assert playable(rig.files()[0]) == ""
    rig.source_pipeline.show(30)
    rig.recorder.enable(True)
    await rig.until(lambda: rig.source_pipeline.h264.subscribers)
    await rig.show(30)
    await rig.recorder.close()
    assert [path.name[-6:-4] for path in rig.files()] == ["40", "42"]


async def test_a_card_is_removed_and_inserted_again(rig: RecorderRig) -> None:
    await rig.start()
    await rig.show(30)
    rig.card.insert(False)
    await rig.until(lambda: rig.source_pipeline.h264.subscribers == 0)
    rig.source_pipeline.show(30)
    rig.card.insert(True)
    await rig.until(lambda: rig.source_pipeline.h264.subscribers)
    await rig.show(30)
    await rig.recorder.close()
    assert [path.name[-6:-4] for path in rig.files()] == ["40", "42"]
    assert len(rig.card.index) == 2
    assert rig.notes == ["sdcard removed ", "sdcard inserted "]


async def test_a_failing_card_is_reported_once_and_retried(rig: RecorderRig, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[bool] = []
    rig.recorder.watch(lambda: told.append(bool(rig.recorder.failure)))
    await rig.start()
    await rig.show(30)
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
            await rig.until(lambda: rig.source_pipeline.show(1) or attempts > before)  # noqa: B023
        await general(rig.source_pipeline, PreEvent="3")  # settings work meanwhile
    rig.source_pipeline.number += -rig.source_pipeline.number % 60
    await rig.until(lambda: rig.source_pipeline.h264.subscribers)
    await rig.show(30)
    await rig.recorder.close()
    assert rig.notes == ["recording stopped [Errno 5] Input/output error", "recording continues "]
    assert [is_failing for is_failing, _ in itertools.groupby(told)] == [False, True, False]
    assert all(playable(path) == "" for path in rig.files())
    assert {path.name for path in rig.files()} == {r.name for r in rig.card.index}


async def test_formatting_stops_and_recording_goes_on(rig: RecorderRig) -> None:
    await rig.start()
    await rig.show(30)
    await rig.card.format()
    assert rig.files() == []
    rig.source_pipeline.show(30)
    await rig.until(lambda: rig.source_pipeline.h264.subscribers)
    await rig.show(15)
    await rig.recorder.close()
    assert len(rig.files()) == 1


async def test_a_full_card_recycles_the_oldest(rig: RecorderRig) -> None:
    rig.recorder._file_length_ns = SECOND
    rig.card.limit_bytes = 60_000
    await rig.start()
    await rig.show(300)
    await rig.recorder.close()
    files = rig.files()
    assert sum(path.stat().st_size for path in files) <= 60_000
    seconds = [int(path.name[-6:-4]) for path in files]
    assert seconds == list(range(seconds[0], 50))  # without a gap
    assert seconds[0] > 40
    assert all(playable(path) == "" for path in files)


async def test_a_full_card_stops(rig: RecorderRig) -> None:
    rig.policy = "stop"
    rig.recorder._file_length_ns = SECOND
    rig.card.limit_bytes = 100_000
    await rig.start()
    for _ in range(20):
        rig.source_pipeline.show(15)
        await asyncio.sleep(0.004)
    await rig.until(lambda: "recording stopped the SD card is full" in rig.notes)
    before = rig.files()
    rig.source_pipeline.show(60)
    assert before[0].name[-6:-4] == "40"
    assert sum(path.stat().st_size for path in before) <= 100_000
    rig.policy = "recycle"
    await rig.until(lambda: rig.source_pipeline.show(1) or rig.files()[-1:] != before[-1:])
    await rig.recorder.close()
    assert all(playable(path) == "" for path in rig.files())


@pytest.fixture
def tmpfs(tmp_path: Path) -> Iterator[Path]:
    """A card of 256 KB."""
    with small_file_system(tmp_path / "tmpfs", "256k") as place:
        yield place


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["recycle", "stop"])
async def test_a_really_full_card(tmp_path: Path, tmpfs: Path, quick: None, policy: str) -> None:
    rig = RecorderRig(tmp_path, tmpfs, SECOND)
    rig.policy = policy
    await rig.start()
    (tmpfs / "somebody else's").write_bytes(bytes(60_000))
    for _ in range(60):
        rig.source_pipeline.show(15)
        await asyncio.sleep(0.004)
    await rig.close()
    files = rig.files()
    assert files
    assert all(playable(path) == "" for path in files)
    assert (files[0].name[-6:-4] == "40") == (policy == "stop")


@pytest.mark.slow
async def test_a_card_unmounted_while_it_is_written(tmp_path: Path, tmpfs: Path, quick: None) -> None:
    rig = RecorderRig(tmp_path, tmpfs, 60 * SECOND)
    await rig.start()
    await rig.show(30)
    await asyncio.to_thread(subprocess.run, ["umount", "-l", str(tmpfs)], check=True)
    rig.source_pipeline.show(15)
    await rig.until(lambda: rig.source_pipeline.h264.subscribers == 0)
    assert await asyncio.to_thread(os.listdir, tmpfs) == [], "something was written to where the card had been"
    await asyncio.to_thread(subprocess.run, ["mount", "-t", "tmpfs", "none", str(tmpfs)], check=True)
    await rig.until(lambda: rig.source_pipeline.h264.subscribers)
    rig.source_pipeline.number = 120
    await rig.show(30)
    await rig.close()
    assert len(rig.files()) == 1
    assert playable(rig.files()[0]) == ""


# ---- frames waiting to be written


def test_key_frames_are_where_the_encoder_put_them() -> None:
    assert [n for n, picture in enumerate(pictures(codecs.H264)) if picture.key] == [0, 30]
