"""Recordings while they are written."""

import os
import resource
import signal
from datetime import UTC, datetime

import pytest
from tests.wire.avi.avi_files import NOON, SECOND, SIZE, pictures, playable, probe, tone

from ipcamd.media import codecs
from ipcamd.storage.disk import Disk
from ipcamd.storage.recording_file import RecordingFile
from ipcamd.wire.avi.layout import AviFormat
from ipcamd.wire.avi.writer import AviWriter

FORM = AviFormat("H264", SIZE, 30, True)


def segment(disk: Disk) -> RecordingFile:
    began = datetime.fromtimestamp(NOON / SECOND, UTC)
    return RecordingFile(disk, "record", "ipcamd", AviWriter(FORM, began, NOON), began)


def feed(segment: RecordingFile, first: int = 0, last: int = 60) -> None:
    for picture in pictures(codecs.H264)[first:last]:
        segment.add_audio(tone(1)[:267], picture.captured_ns)
        segment.add_picture(picture.payload, picture.key, picture.captured_ns)


def test_after_each_flush_the_file_plays_as_long_as_it_is(disk: Disk) -> None:
    writing = segment(disk)
    path = disk.root / "record" / "ipcamd-06152025-150640.avi"
    for step in range(1, 5):
        feed(writing, 15 * (step - 1), 15 * step)
        writing.flush()
        assert float(str(probe(path)["format"]["duration"])) == pytest.approx(step / 2, abs=0.001)
        assert playable(path) == ""
        assert writing.state().size_bytes == path.stat().st_size
    closed = writing.close()
    assert closed
    assert (closed.name, closed.size_bytes, closed.writing) == (path.name, path.stat().st_size, False)
    assert (closed.started_ns, closed.ended_ns) == (NOON, NOON + 2 * SECOND)
    assert writing.size_bytes == closed.size_bytes
    assert playable(path) == ""


def test_names_that_are_taken_are_passed_over(disk: Disk) -> None:
    open_ones = [segment(disk) for _ in range(3)]
    for one in open_ones:
        feed(one)
        one.close()
    assert sorted(path.name[-10:-4] for path in (disk.root / "record").iterdir()) == ["150640", "150641", "150642"]


def test_a_recording_without_pictures_leaves_nothing(disk: Disk) -> None:
    assert segment(disk).close() is None
    assert list((disk.root / "record").iterdir()) == []


def test_when_no_more_fits_the_file_is_closed_with_what_there_was(disk: Disk) -> None:
    """A limit of the file's size replaces a full card; the index still fits."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    writing = segment(disk)
    feed(writing, 0, 30)
    writing.flush()
    path = disk.root / "record" / "ipcamd-06152025-150640.avi"
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 2000, before[1]))
        feed(writing, 30, 60)
        with pytest.raises(OSError):
            writing.flush()
        closed = writing.close()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    assert closed
    assert closed.ended_ns - closed.started_ns == SECOND
    assert float(str(probe(path)["format"]["duration"])) == pytest.approx(1, abs=0.001)
    assert playable(path) == ""


def test_when_not_even_the_head_fits_nothing_is_left(disk: Disk) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
        with pytest.raises(OSError):
            segment(disk)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    assert list((disk.root / "record").iterdir()) == []
    again = segment(disk)  # its name is free
    assert [path.name for path in (disk.root / "record").iterdir()] == ["ipcamd-06152025-150640.avi"]
    again.abandon()


def test_a_card_that_was_swapped_is_not_written(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    writing = segment(disk)
    feed(writing)
    real = os.fstat
    monkeypatch.setattr(os, "fstat", lambda fd: os.stat_result([*real(fd)[:2], 99, *real(fd)[3:]]))
    with pytest.raises(OSError, match="was removed"):
        writing.flush()
    monkeypatch.undo()
    writing.abandon()
    assert next((disk.root / "record").iterdir()).stat().st_size == 512
