"""The "no signal" picture."""

import numpy as np
import pytest

from ipcamd.media.capture.no_signal import no_signal_picture
from ipcamd.media.capture.video_capture import PRIVACY
from ipcamd.media.planes import planes
from ipcamd.params.image import RESOLUTIONS

LONG = "rtsp://192.168.100.200:8554/some/very/long/path/of/a/stream: cannot be opened: Connection refused " * 3


@pytest.mark.parametrize("size", [*RESOLUTIONS.values(), (176, 144), (90, 70), (321, 1001)])
def test_it_is_dark_with_a_text_in_any_size(size: tuple[int, int]) -> None:
    made = no_signal_picture(size, LONG, 5)
    assert made.captured_ns == 5
    assert (made.video.width, made.video.height) == (size[0] // 2 * 2, size[1] // 2 * 2)
    assert made.video.format.name == "yuvj420p"
    luma = planes(made.video)[0]
    assert luma.mean() < 60
    assert luma.max() > 90


def ink(reason: str) -> np.ndarray:
    return planes(no_signal_picture((640, 480), reason, 0).video)[0] > 60


def test_the_reason_is_written() -> None:
    nothing = ink("")
    assert (ink("unplugged") & ~nothing).sum() > 100
    assert (ink("unplugged") & ~nothing)[300:].any()


def test_privacy_has_a_title_of_its_own() -> None:
    """The title is above the reason."""
    failed, other, private = (ink(reason)[:300] for reason in ("unplugged", "silent", PRIVACY))
    assert (failed == other).all()
    assert (failed ^ private).sum() > 100


def test_a_long_reason_stays_within_the_picture() -> None:
    written = ink(LONG) & ~ink("")
    assert written.any(0).argmax() > 20
    assert not written[:, -20:].any()
    assert not written[440:].any()


def test_each_picture_has_pixels_of_its_own() -> None:
    first, second = (no_signal_picture((320, 240), "x", 0).video for _ in range(2))
    planes(first)[0][:] = 255
    assert planes(second)[0].mean() < 60
