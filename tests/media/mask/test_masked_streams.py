"""Masks in the streams: after a mask is set, no output contains a picture without it."""

import pytest
from tests.media.encoded import h264
from tests.media.passthrough.rig import PassthroughRig
from tests.media.passthrough.test_passthrough import rig as passthrough_rig
from tests.media.scripted_source import SECOND, Viewer, decoded, grey
from tests.media.test_pipeline import PipelineRig, rig

from ipcamd.errors import RequestFailed
from ipcamd.media.planes import planes

__all__ = ["passthrough_rig", "rig"]

LEFT_HALF = {"Enabled": "yes", "Left": "0", "Top": "0", "Right": "320", "Bottom": "480"}


def halves(picture: object) -> tuple[float, float]:
    """Return the brightness of the left and the right half."""
    luma = planes(picture)[0]  # type: ignore[arg-type]
    return float(luma[:, :140].mean()), float(luma[:, 180:].mean())


async def test_no_older_picture_is_kept_once_a_mask_is_set(rig: PipelineRig) -> None:
    viewers = [Viewer(hub) for hub in (rig.pipeline.mjpeg, rig.pipeline.h264, rig.pipeline.mpeg4)]
    for _ in range(3):
        await rig.show(*viewers, frame=grey(200))
    assert all(viewer.hub.gop for viewer in viewers)
    assert await rig.pipeline.snapshot() is rig.pipeline.mjpeg.gop[-1]
    await rig.set("Privacy.Mask1", **LEFT_HALF)
    assert not any(viewer.hub.gop for viewer in viewers)
    frames = await rig.show(*viewers, frame=grey(200))
    for name, frame in zip(("mjpeg", "h264", "mpeg4"), frames, strict=True):
        assert frame.key
        left, right = halves(decoded(name, [frame.payload])[0])
        assert left < 25
        assert right > 180
    assert await rig.pipeline.snapshot() is frames[0]


async def test_a_picture_that_is_late_is_dropped(rig: PipelineRig) -> None:
    """It was processed before the mask was set, and is encoded after it."""
    viewer = Viewer(rig.pipeline.h264)
    (early,) = await rig.show(viewer, frame=grey(200))
    await rig.set("Privacy.Mask8", **LEFT_HALF)
    rig.pipeline.h264.publish(early)
    assert rig.pipeline.h264.gop == []
    (frame,) = await rig.show(viewer, frame=grey(200))
    assert frame.mask_version > early.mask_version
    assert viewer.frames.empty()


async def test_a_picture_that_is_late_is_dropped_when_privacy_has_begun(rig: PipelineRig) -> None:
    """It was processed before privacy began, and is encoded after it."""
    viewer = Viewer(rig.pipeline.h264)
    (early,) = await rig.show(viewer, frame=grey(200))
    await rig.set("Privacy", Enabled="yes")
    rig.pipeline.h264.publish(early)
    assert early not in (*rig.pipeline.h264.gop, *viewer.take_all())
    await rig.set("Privacy", Enabled="no")
    (frame,) = await rig.show(viewer, frame=grey(200))
    assert frame.mask_version > early.mask_version


async def test_a_mask_that_is_taken_away_uncovers_the_next_picture(rig: PipelineRig) -> None:
    viewer = Viewer(rig.pipeline.mjpeg)
    await rig.set("Privacy.Mask3", **LEFT_HALF, Type="mosaic")
    await rig.show(viewer, frame=grey(200))
    await rig.set("Privacy.Mask3", Type="black")
    (frame,) = await rig.show(viewer, frame=grey(200))
    assert halves(decoded("mjpeg", [frame.payload])[0])[0] < 25
    await rig.set("Privacy.Mask3", Enabled="no")
    assert rig.pipeline.mjpeg.gop == []  # a snapshot shows the uncovered place at once
    (frame,) = await rig.show(viewer, frame=grey(200))
    assert min(halves(decoded("mjpeg", [frame.payload])[0])) > 180


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"Left": "641"}, r"^Privacy.Mask1.Left=641: allowed: 0 to 640$"),
        ({"Bottom": "-1"}, r"^Privacy.Mask1.Bottom=-1: allowed: 0 to 480$"),
        ({"Left": "1e2"}, r"^Privacy.Mask1.Left=1e2: allowed: 0 to 640$"),
        ({"Type": "white"}, r"^Privacy.Mask1.Type=white: allowed: black, mosaic$"),
        ({"Left": "400"}, r"^Left=400: at most Right, which is 320$"),
        ({"Top": "300", "Bottom": "299"}, r"^Top=300: at most Bottom, which is 299$"),
        ({"Right": "0"}, r"^Enabled=yes: the mask covers nothing; Right must exceed Left, and Bottom must exceed Top$"),
    ],
)
async def test_an_invalid_mask_is_refused_and_the_old_one_is_kept(
    rig: PipelineRig, values: dict[str, str], reason: str
) -> None:
    await rig.set("Privacy.Mask1", **LEFT_HALF)
    with pytest.raises(RequestFailed, match=reason):
        await rig.set("Privacy.Mask1", **values)
    viewer = Viewer(rig.pipeline.mjpeg)
    (frame,) = await rig.show(viewer, frame=grey(200))
    assert halves(decoded("mjpeg", [frame.payload])[0])[0] < 25


async def test_no_packet_is_passed_through_a_mask(passthrough_rig: PassthroughRig) -> None:
    rig = passthrough_rig
    pictures = h264(40, gop=10)
    viewer = Viewer(rig.pipeline.h264)
    frames = await rig.send(viewer, *pictures[:13])
    assert all(rig.passed(frames))
    await rig.set("Privacy.Mask1", **LEFT_HALF)
    masked = await rig.send(viewer, *pictures[13:25])
    assert not any(rig.passed(masked))
    assert masked[0].key
    assert masked[0].captured_ns - frames[-1].captured_ns == SECOND // 30
    assert max(halves(picture)[0] for picture in decoded("h264", [each.payload for each in masked])) < 25
    assert rig.state == "encoded (a mask covers a part of the picture)"
    await rig.set("Privacy.Mask1", Enabled="no")
    frames = await rig.send(viewer, *pictures[25:])
    assert rig.passed(frames) == [False] * 5 + [True] * 10
    assert rig.state == "passed through"
