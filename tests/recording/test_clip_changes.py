"""Clips while something changes: the stream's parameters, the clock."""

from pathlib import Path

import av
import pytest
from tests.recording.filming import Filming
from tests.recording.stage import general
from tests.wire.avi.films import SECOND, SIZE, playable, probe

from ipcamd.recording import clip_writer, event_clip

FRAME = SECOND // 30


async def test_a_stream_whose_size_changes_goes_on_in_another_film(filming: Filming) -> None:
    stage = filming.stage
    await general(stage, PreEvent="1", PostEvent="3")
    filming.clips.arm(True)
    stage.show(90)
    task = await filming.begin()
    stage.show(30)  # up to the key frame
    stage.size = (320, 240)
    stage.show(100)
    before, after = await task
    assert [width(film.path) for film in (before, after)] == [160, 320]
    lasts = [float(str(probe(film.path)["format"]["duration"])) for film in (before, after)]
    assert lasts == pytest.approx([2, 2], abs=1 / 30)
    assert before.started_ns + round(lasts[0] * SECOND) == pytest.approx(after.started_ns, abs=FRAME)
    assert [playable(film.path) for film in (before, after)] == ["", ""]


def width(film: Path) -> int:
    """Return the pictures' width that the head of an AVI file says."""
    return int.from_bytes(film.read_bytes()[64:68], "little")


async def test_a_second_film_that_the_disk_does_not_take_leaves_the_first(
    filming: Filming, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    stage = filming.stage
    await general(stage, PreEvent="1", PostEvent="3")
    filming.clips.arm(True)
    stage.show(90)
    task = await filming.begin()
    stage.show(30)
    first = clip_writer.Segment
    monkeypatch.setattr(clip_writer, "Segment", lambda *given: full() if given[3].size != SIZE else first(*given))
    stage.size = (320, 240)
    stage.show(100)
    (material,) = await task
    assert width(material.path) == 160
    assert playable(material.path) == ""


@pytest.mark.parametrize("step", [-3600 * SECOND, 3600 * SECOND, -SECOND // 2], ids=["back", "forth", "a little back"])
async def test_a_clock_that_is_set_meanwhile_ends_in_a_clip_nevertheless(
    filming: Filming, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    monkeypatch.setattr(event_clip.ClipCapture, "PICTURE_TIMEOUT_S", -0.95)
    stage = filming.stage
    await general(stage, PreEvent="1", PostEvent="1")
    filming.clips.arm(True)
    stage.show(60)
    task = await filming.begin()
    stage.show(15)
    stage.offset = step
    stage.show(60)
    (material,) = await task
    assert playable(material.path) == ""
    assert float(str(probe(material.path)["format"]["duration"])) < 4


@pytest.mark.parametrize("step", [-3600 * SECOND, 3600 * SECOND], ids=["back", "forth"])
async def test_sound_from_before_the_clock_was_set_is_in_no_later_clip(filming: Filming, step: int) -> None:
    stage = filming.stage
    await general(stage, PreEvent="3", PostEvent="1")
    filming.clips.arm(True)
    stage.show(110)
    stage.offset = step
    stage.show(5)
    task = await filming.begin()
    stage.show(70)
    (material,) = await task
    with av.open(str(material.path)) as container:
        heard = sum(packet.size for packet in container.demux(audio=0)) / 8000
    assert heard == pytest.approx(float(str(probe(material.path)["format"]["duration"])), abs=0.1)


async def test_a_clock_that_is_corrected_a_little_costs_nothing_of_what_was_before(filming: Filming) -> None:
    stage = filming.stage
    await general(stage, PreEvent="3", PostEvent="1")
    filming.clips.arm(True)
    stage.show(110)
    stage.offset = -SECOND // 2
    stage.show(5)
    task = await filming.begin()
    stage.show(70)
    (material,) = await task
    assert playable(material.path) == ""
    assert float(str(probe(material.path)["format"]["duration"])) == pytest.approx(4, abs=0.5)
