"""Masks in the streams: after a mask is set, no output contains a picture without it."""

import pytest
from tests.media.encoded import h264
from tests.media.passthrough.house import House as PassingHouse
from tests.media.passthrough.test_passthrough import house as passing_house
from tests.media.stage import SECOND, Viewer, decoded, grey
from tests.media.test_pipeline import House, house

from ipcamd.errors import RequestFailed
from ipcamd.media.planes import planes

__all__ = ["house", "passing_house"]

LEFT_HALF = {"Enabled": "yes", "Left": "0", "Top": "0", "Right": "320", "Bottom": "480"}


def halves(picture: object) -> tuple[float, float]:
    """Return the brightness of the left and the right half."""
    luma = planes(picture)[0]  # type: ignore[arg-type]
    return float(luma[:, :140].mean()), float(luma[:, 180:].mean())


async def test_no_older_picture_is_kept_once_a_mask_is_set(house: House) -> None:
    viewers = [Viewer(hub) for hub in (house.pipeline.mjpeg, house.pipeline.h264, house.pipeline.mpeg4)]
    for _ in range(3):
        await house.show(*viewers, frame=grey(200))
    assert all(viewer.hub.gop for viewer in viewers)
    assert await house.pipeline.snapshot() is house.pipeline.mjpeg.gop[-1]
    await house.set("Privacy.Mask1", **LEFT_HALF)
    assert not any(viewer.hub.gop for viewer in viewers)
    frames = await house.show(*viewers, frame=grey(200))
    for name, frame in zip(("mjpeg", "h264", "mpeg4"), frames, strict=True):
        assert frame.key
        left, right = halves(decoded(name, [frame.payload])[0])
        assert left < 25
        assert right > 180
    assert await house.pipeline.snapshot() is frames[0]


async def test_a_picture_that_is_late_is_dropped(house: House) -> None:
    """It was processed before the mask was set, and is encoded after it."""
    viewer = Viewer(house.pipeline.h264)
    (early,) = await house.show(viewer, frame=grey(200))
    await house.set("Privacy.Mask8", **LEFT_HALF)
    house.pipeline.h264.publish(early)
    assert house.pipeline.h264.gop == []
    (frame,) = await house.show(viewer, frame=grey(200))
    assert frame.mask_version > early.mask_version
    assert viewer.frames.empty()


async def test_a_mask_that_is_taken_away_uncovers_the_next_picture(house: House) -> None:
    viewer = Viewer(house.pipeline.mjpeg)
    await house.set("Privacy.Mask3", **LEFT_HALF, Type="mosaic")
    await house.show(viewer, frame=grey(200))
    await house.set("Privacy.Mask3", Type="black")
    (frame,) = await house.show(viewer, frame=grey(200))
    assert halves(decoded("mjpeg", [frame.payload])[0])[0] < 25
    await house.set("Privacy.Mask3", Enabled="no")
    assert house.pipeline.mjpeg.gop == []  # a snapshot shows the uncovered place at once
    (frame,) = await house.show(viewer, frame=grey(200))
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
    house: House, values: dict[str, str], reason: str
) -> None:
    await house.set("Privacy.Mask1", **LEFT_HALF)
    with pytest.raises(RequestFailed, match=reason):
        await house.set("Privacy.Mask1", **values)
    viewer = Viewer(house.pipeline.mjpeg)
    (frame,) = await house.show(viewer, frame=grey(200))
    assert halves(decoded("mjpeg", [frame.payload])[0])[0] < 25


async def test_no_packet_is_passed_through_a_mask(passing_house: PassingHouse) -> None:
    house = passing_house
    pictures = h264(40, gop=10)
    viewer = Viewer(house.pipeline.h264)
    frames = await house.send(viewer, *pictures[:13])
    assert all(house.passed(frames))
    await house.set("Privacy.Mask1", **LEFT_HALF)
    masked = await house.send(viewer, *pictures[13:25])
    assert not any(house.passed(masked))
    assert masked[0].key
    assert masked[0].captured_ns - frames[-1].captured_ns == SECOND // 30
    assert max(halves(picture)[0] for picture in decoded("h264", [each.payload for each in masked])) < 25
    assert house.state == "encoded (a mask covers a part of the picture)"
    await house.set("Privacy.Mask1", Enabled="no")
    frames = await house.send(viewer, *pictures[25:])
    assert house.passed(frames) == [False] * 5 + [True] * 10
    assert house.state == "passed through"
