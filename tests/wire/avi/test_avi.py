"""AVI files: playback, and repair of truncated ones."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.wire.avi.avi_files import CODECS, NOON, SIZE, avi_file, pictures, playable, played, probe, seen, times, tone

from ipcamd.media import codecs
from ipcamd.time_units import SECOND_NS
from ipcamd.wire import alaw
from ipcamd.wire.avi import reader
from ipcamd.wire.avi.layout import HEAD, AviFormat
from ipcamd.wire.avi.writer import AviWriter

EPOCH = datetime(1971, 1, 1, tzinfo=UTC)
KEY_TESTS = codecs.key_tests()
VIDEO_CODECS = (codecs.H264, codecs.MPEG4, codecs.JPEG)


def reading(data: bytes) -> Callable[[int, int], bytes]:
    return lambda place, length: data[place : place + length]


def mended(data: bytes) -> bytes:
    found = reader.repair(reading(data), len(data), EPOCH, KEY_TESTS)
    assert found
    return found.head + data[HEAD : found.end] + found.index


@pytest.mark.parametrize("codec", VIDEO_CODECS)
def test_players_see_every_picture_at_its_time(tmp_path: Path, codec: codecs.Codec) -> None:
    path = tmp_path / "video.avi"
    path.write_bytes(avi_file(pictures(codec), codec, sound=True))
    found = probe(path)
    assert found["video"]["codec_name"] == CODECS[codec.fourcc]
    assert found["video"]["codec_tag_string"] == codec.fourcc
    assert (found["video"]["width"], found["video"]["height"]) == SIZE
    assert found["video"]["r_frame_rate"] == "30/1"
    assert int(str(found["video"]["nb_read_frames"])) == 60
    assert float(str(found["format"]["duration"])) == pytest.approx(2, abs=0.001)
    assert (found["audio"]["codec_name"], found["audio"]["sample_rate"]) == ("pcm_mulaw", "8000")
    assert found["format"]["tags"]["creation_time"] == "2025-06-15 15:06:40"  # type: ignore[index]
    assert playable(path) == ""


def test_a_recording_of_a_slow_source_lasts_as_long_as_it_really_did(tmp_path: Path) -> None:
    """Seven pictures a second, unevenly, in a stream that may have thirty."""
    uneven = [
        replace(picture, captured_ns=NOON + number * SECOND_NS // 7 + number % 3 * 20_000_000)
        for number, picture in enumerate(pictures(codecs.H264))
    ]
    path = tmp_path / "video.avi"
    path.write_bytes(avi_file(uneven, codecs.H264))
    assert float(str(probe(path)["format"]["duration"])) == pytest.approx(59 / 7, abs=2 / 30 + 0.04)
    shown, real = times(path), [(picture.captured_ns - NOON) / SECOND_NS for picture in uneven]
    assert max(abs(a - b) for a, b in zip(shown, real, strict=True)) <= 1 / 60 + 0.001


def test_jitter_does_not_add_up(tmp_path: Path) -> None:
    dice = random.Random(1)
    shaken = [
        replace(p, captured_ns=p.captured_ns + dice.randrange(-14_000_000, 14_000_000)) for p in pictures(codecs.JPEG)
    ]
    shaken[0] = pictures(codecs.JPEG)[0]
    path = tmp_path / "video.avi"
    path.write_bytes(avi_file(shaken, codecs.JPEG))
    assert float(str(probe(path)["format"]["duration"])) == pytest.approx(2, abs=1 / 30)


def test_pictures_from_before_the_beginning_catch_up_with_time(tmp_path: Path) -> None:
    """Twenty pictures too early, at twice the slots: after as many more pictures, each is at its own time."""
    path = tmp_path / "video.avi"
    begin = NOON + 20 * SECOND_NS // 30
    path.write_bytes(avi_file(pictures(codecs.H264), codecs.H264, rate=60, origin=begin, sound=True))
    found = probe(path)
    assert float(str(found["format"]["duration"])) == pytest.approx(40 / 30, abs=1 / 30)
    assert int(str(found["audio"]["nb_frames"])) / 8000 == pytest.approx(40 / 30, abs=0.04)
    shown = times(path)
    assert len(shown) == 60
    assert shown[:40] == pytest.approx([number / 60 for number in range(40)], abs=0.001)
    assert shown[40:] == pytest.approx([(number - 20) / 30 for number in range(40, 60)], abs=0.001)


def test_sound_stays_in_step_over_gaps(tmp_path: Path) -> None:
    avi_format = AviFormat("MJPG", SIZE, 30, True)
    shown = pictures(codecs.JPEG)
    writer = AviWriter(avi_format, datetime.fromtimestamp(NOON / SECOND_NS, UTC), NOON)
    for picture in shown:
        writer.picture(picture.payload, True, picture.captured_ns)
    writer.sound(tone(0.1)[:800], NOON - SECOND_NS // 20)  # half of it is too early
    assert writer.mark()[0].samples == 400
    writer.sound(tone(0.1)[:800], NOON + SECOND_NS // 20 + 20_000_000)  # 20 ms later than due: no gap
    assert writer.mark()[0].samples == 1200
    writer.sound(tone(0.1)[:800], NOON + SECOND_NS)  # silence fills the gap
    assert writer.mark()[0].samples == 8800
    writer.sound(tone(0.1)[:800], NOON + SECOND_NS)  # again: it is there already
    assert writer.mark()[0].samples == 8800
    writer.sound(tone(0.1)[:800], NOON + 3600 * SECOND_NS)  # the clock was set: it continues
    assert writer.mark()[0].samples == 9600


def test_alaw_is_named_in_the_head_and_silent_in_gaps(tmp_path: Path) -> None:
    avi_format = AviFormat("MJPG", SIZE, 30, True, codecs.ALAW.audio_tag)
    writer = AviWriter(avi_format, datetime.fromtimestamp(NOON / SECOND_NS, UTC), NOON)
    data = bytearray(writer.head())
    for picture in pictures(codecs.JPEG):
        data += b"".join(writer.picture(picture.payload, True, picture.captured_ns))
    data += b"".join(writer.sound(alaw.encode(bytes(1600)), NOON + SECOND_NS))
    path = tmp_path / "video.avi"
    path.write_bytes(mended(bytes(data)))
    assert probe(path)["audio"]["codec_name"] == "pcm_alaw"
    assert reader.read_head(path.read_bytes(), path.stat().st_size, KEY_TESTS).avi_format == avi_format
    with av.open(str(path)) as container:
        samples = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    assert samples.size == 8800
    assert np.abs(samples).max() < 20


def test_sound_of_an_unknown_codec_is_refused() -> None:
    writer = AviWriter(AviFormat("MJPG", SIZE, 30, True), datetime.fromtimestamp(NOON / SECOND_NS, UTC), NOON)
    head = writer.head()
    wave = head.index(b"strf", head.index(b"auds")) + 8
    with pytest.raises(ValueError, match="the head is invalid"):
        reader.read_head(head[:wave] + b"\x55" + head[wave + 1 :], len(head), KEY_TESTS)


@pytest.mark.parametrize("codec", VIDEO_CODECS)
def test_an_open_file_plays_with_its_right_length(tmp_path: Path, codec: codecs.Codec) -> None:
    path = tmp_path / "video.avi"
    path.write_bytes(avi_file(pictures(codec), codec, sound=True, closed=False))
    assert float(str(probe(path)["format"]["duration"])) == pytest.approx(2, abs=0.001)
    assert playable(path) == ""


@pytest.mark.parametrize("codec", VIDEO_CODECS)
def test_repair_gives_the_same_file_as_closing(codec: codecs.Codec) -> None:
    data = avi_file(pictures(codec), codec, sound=True, closed=False)
    assert mended(data) == avi_file(pictures(codec), codec, sound=True)


@pytest.mark.parametrize("codec", VIDEO_CODECS)
def test_a_file_truncated_anywhere_is_repaired(codec: codecs.Codec) -> None:
    """Every whole chunk before the cut is kept, and the result is a closed file."""
    data = avi_file(pictures(codec), codec, sound=True)
    dice = random.Random(codec.name)
    for _ in range(300):
        cut = data[: dice.randrange(HEAD + 4000, len(data))]
        whole = mended(cut)
        found = reader.read_head(whole[:HEAD], len(whole), KEY_TESTS)
        kept = [part for part in reader.iterate_chunks(reading(cut), len(cut)) if part.kind == b"00dc"]
        assert found.closed
        assert found.totals.slots == len(kept) >= 1
        assert len(cut) - HEAD - found.totals.bytes < 40_000  # less than a chunk and the index are gone
        assert mended(whole) == whole


@pytest.mark.slow
@pytest.mark.parametrize("codec", VIDEO_CODECS)
def test_fifty_truncated_files_play_before_and_after_repair(tmp_path: Path, codec: codecs.Codec) -> None:
    data = avi_file(pictures(codec), codec, sound=True)
    dice = random.Random(50)
    path = tmp_path / "some.avi"
    path.write_bytes(data)
    original = seen(path)
    for _ in range(50 // len(VIDEO_CODECS) + 1):
        cut = data[: dice.randrange(HEAD + 4000, len(data))]
        slots = len([part for part in reader.iterate_chunks(reading(cut), len(cut)) if part.kind == b"00dc"])
        path.write_bytes(cut)
        assert played(path) >= slots
        path.write_bytes(mended(cut))
        assert playable(path) == ""
        assert float(str(probe(path)["format"]["duration"])) == pytest.approx(slots / 30, abs=0.001)
        shown = seen(path)
        assert len(shown) == slots
        assert all((a == b).all() for a, b in zip(shown, original, strict=False))


def test_a_recording_without_a_picture_cannot_be_repaired() -> None:
    data = avi_file(pictures(codecs.JPEG), codecs.JPEG)
    assert reader.repair(reading(data[: HEAD + 100]), HEAD + 100, EPOCH, KEY_TESTS) is None


def test_a_recording_without_a_start_time_is_repaired() -> None:
    data = avi_file(pictures(codecs.JPEG), codecs.JPEG, closed=False).replace(b"ICRD", b"XXXX")
    whole = mended(data)
    assert reader.read_head(whole[:HEAD], len(whole), KEY_TESTS).began == EPOCH


def test_a_power_cut_that_left_zeros_loses_only_them(tmp_path: Path) -> None:
    data = avi_file(pictures(codecs.JPEG), codecs.JPEG, closed=False)
    third = list(reader.iterate_chunks(reading(data), len(data)))[2]
    cut = data[: third.place - 8] + bytes(len(data) - third.place + 8)
    whole = mended(cut)
    assert reader.read_head(whole[:HEAD], len(whole), KEY_TESTS).totals.slots == 2


def test_the_head_contains_the_start_time() -> None:
    found = reader.read_head(avi_file(pictures(codecs.H264), codecs.H264)[:HEAD], 0, KEY_TESTS)
    assert found.began
    assert found.began.timestamp() == NOON / SECOND_NS
    assert found.length == 2 * SECOND_NS
    assert found.avi_format == AviFormat("H264", SIZE, 30, False)


@settings(deadline=None)
@given(st.binary(max_size=2000))
def test_other_files_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        reader.read_head(data, len(data), KEY_TESTS)
    with pytest.raises(ValueError):
        reader.repair(reading(data), len(data), EPOCH, KEY_TESTS)


HEADS = avi_file(pictures(codecs.H264, 2), codecs.H264)


@settings(deadline=None, max_examples=300)
@given(st.lists(st.tuples(st.integers(0, len(HEADS) - 1), st.integers(0, 255)), min_size=1, max_size=12))
@example([(168, 0)])  # a part of the head that is too short
def test_damaged_files_are_repaired_or_refused(hits: list[tuple[int, int]]) -> None:
    data = bytearray(HEADS)
    for place, value in hits:
        data[place] = value
    try:
        found = reader.repair(reading(bytes(data)), len(data), EPOCH, KEY_TESTS)
    except ValueError:
        return
    assert found is None or HEAD < found.end <= len(data)
