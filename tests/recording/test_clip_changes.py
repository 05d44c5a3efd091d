"""Clips while the stream's parameters or the clock change."""

from pathlib import Path

import av
import pytest
from tests.recording.clip_rig import ClipRig
from tests.recording.fake_pipeline import general
from tests.wire.avi.avi_files import SECOND, SIZE, playable, probe

from ipcamd.recording import clip_capture, clip_writer

FRAME = SECOND // 30


async def test_a_stream_whose_size_changes_continues_in_another_file(rig: ClipRig) -> None:
    source_pipeline = rig.source_pipeline
    await general(source_pipeline, PreEvent="1", PostEvent="3")
    rig.clips.arm(True)
    source_pipeline.show(90)
    task = await rig.begin()
    source_pipeline.show(30)  # up to the key frame
    source_pipeline.size = (320, 240)
    source_pipeline.show(100)
    before, after = await task
    assert [width(clip.path) for clip in (before, after)] == [160, 320]
    lasts = [float(str(probe(clip.path)["format"]["duration"])) for clip in (before, after)]
    assert lasts == pytest.approx([2, 2], abs=1 / 30)
    assert before.started_ns + round(lasts[0] * SECOND) == pytest.approx(after.started_ns, abs=FRAME)
    assert [playable(clip.path) for clip in (before, after)] == ["", ""]


def width(clip: Path) -> int:
    """Return the width of the pictures in the head of an AVI file."""
    return int.from_bytes(clip.read_bytes()[64:68], "little")


async def test_a_second_file_that_the_disk_does_not_take_leaves_the_first(
    rig: ClipRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    source_pipeline = rig.source_pipeline
    await general(source_pipeline, PreEvent="1", PostEvent="3")
    rig.clips.arm(True)
    source_pipeline.show(90)
    task = await rig.begin()
    source_pipeline.show(30)
    first = clip_writer.RecordingFile
    monkeypatch.setattr(
        clip_writer, "RecordingFile", lambda *given: full() if given[3].avi_format.size != SIZE else first(*given)
    )
    source_pipeline.size = (320, 240)
    source_pipeline.show(100)
    (material,) = await task
    assert width(material.path) == 160
    assert playable(material.path) == ""


@pytest.mark.parametrize("step", [-3600 * SECOND, 3600 * SECOND, -SECOND // 2], ids=["back", "forth", "a little back"])
async def test_a_clock_that_is_set_meanwhile_ends_in_a_clip_nevertheless(
    rig: ClipRig, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    monkeypatch.setattr(clip_capture.ClipCapture, "PICTURE_TIMEOUT_S", -0.95)
    source_pipeline = rig.source_pipeline
    await general(source_pipeline, PreEvent="1", PostEvent="1")
    rig.clips.arm(True)
    source_pipeline.show(60)
    task = await rig.begin()
    source_pipeline.show(15)
    source_pipeline.offset = step
    source_pipeline.show(60)
    (material,) = await task
    assert playable(material.path) == ""
    assert float(str(probe(material.path)["format"]["duration"])) < 4


@pytest.mark.parametrize("step", [-3600 * SECOND, 3600 * SECOND], ids=["back", "forth"])
async def test_sound_from_before_the_clock_was_set_is_in_no_later_clip(rig: ClipRig, step: int) -> None:
    source_pipeline = rig.source_pipeline
    await general(source_pipeline, PreEvent="3", PostEvent="1")
    rig.clips.arm(True)
    source_pipeline.show(110)
    source_pipeline.offset = step
    source_pipeline.show(5)
    task = await rig.begin()
    source_pipeline.show(70)
    (material,) = await task
    with av.open(str(material.path)) as container:
        heard = sum(packet.size for packet in container.demux(audio=0)) / 8000
    assert heard == pytest.approx(float(str(probe(material.path)["format"]["duration"])), abs=0.1)


async def test_a_clock_that_is_corrected_a_little_costs_nothing_of_what_was_before(rig: ClipRig) -> None:
    source_pipeline = rig.source_pipeline
    await general(source_pipeline, PreEvent="3", PostEvent="1")
    rig.clips.arm(True)
    source_pipeline.show(110)
    source_pipeline.offset = -SECOND // 2
    source_pipeline.show(5)
    task = await rig.begin()
    source_pipeline.show(70)
    (material,) = await task
    assert playable(material.path) == ""
    assert float(str(probe(material.path)["format"]["duration"])) == pytest.approx(4, abs=0.5)


async def test_a_clip_holds_no_picture_from_before_a_mask_was_set(rig: ClipRig) -> None:
    source_pipeline = rig.source_pipeline
    await general(source_pipeline, PreEvent="3", PostEvent="1")
    rig.clips.arm(True)
    source_pipeline.show(90)
    source_pipeline.mask_version = 1
    source_pipeline.hub.require_masks(1)
    masked_ns = source_pipeline.now_ns()
    early = await rig.begin()  # before the first picture with the mask
    source_pipeline.show(60)
    (clip,) = await early
    assert clip.started_ns >= masked_ns
    late = await rig.begin("later")
    source_pipeline.show(60)
    (clip,) = await late
    assert clip.started_ns == masked_ns
