"""V4L2 cameras: the kernel's interface, the selection of a mode, and a stand-in for a camera."""

import ctypes
import itertools
from pathlib import Path

import numpy as np
import pytest
from tests.device.linux.fake_camera import Control, FakeControls
from tests.media.encoded import h264
from tests.media.source.clips import grey

from ipcamd.errors import SourceError
from ipcamd.media.planes import planes
from ipcamd.media.source.capture_device.device import PixelLayout
from ipcamd.media.source.capture_device.mode_choice import RAW, CaptureMode, choose
from ipcamd.media.source.capture_device.raw_decoder import decode_raw
from ipcamd.media.source.convert import VideoConverter
from ipcamd.media.source.v4l2 import abi
from ipcamd.time_units import SECOND_NS

HD, FULL_HD, VGA, QVGA = (1280, 720), (1920, 1080), (640, 480), (320, 240)

REQUESTS = {
    "QUERYCAP": 0x80685600,
    "ENUM_FMT": 0xC0405602,
    "S_FMT": 0xC0D05605,
    "REQBUFS": 0xC0145608,
    "QUERYBUF": 0xC0585609,
    "QBUF": 0xC058560F,
    "DQBUF": 0xC0585611,
    "STREAMON": 0x40045612,
    "STREAMOFF": 0x40045613,
    "S_PARM": 0xC0CC5616,
    "S_CTRL": 0xC008561C,
    "ENUM_FRAMESIZES": 0xC02C564A,
    "ENUM_FRAMEINTERVALS": 0xC034564B,
}
"""As a C compiler makes them of linux/videodev2.h for 64-bit machines."""


@pytest.mark.skipif(ctypes.sizeof(ctypes.c_void_p) != 8, reason="the numbers are those of 64-bit machines")
def test_requests_are_those_of_the_kernel() -> None:
    assert {request.name: int(request) for request in abi.Ioctl} == REQUESTS
    assert (abi.Buffer.timestamp.offset, abi.Buffer.sequence.offset, abi.Buffer.m.offset) == (24, 56, 64)
    assert abi.StreamFormat.fmt.offset == 8


def test_pixel_formats_have_four_letters() -> None:
    assert abi.fourcc("MJPG") == 0x47504A4D
    assert abi.name(0x56595559) == "YUYV"


WEBCAM = [
    CaptureMode("MJPG", FULL_HD, 30),
    CaptureMode("MJPG", HD, 30),
    CaptureMode("MJPG", HD, 60),
    CaptureMode("MJPG", VGA, 30),
    CaptureMode("YUYV", FULL_HD, 5),
    CaptureMode("YUYV", HD, 10),
    CaptureMode("YUYV", VGA, 30),
    CaptureMode("YUYV", QVGA, 30),
    CaptureMode("H264", FULL_HD, 60),
]


@pytest.mark.parametrize(
    ("size", "rate", "mode"),
    [
        (HD, 30, CaptureMode("MJPG", HD, 30)),
        (HD, 10, CaptureMode("YUYV", HD, 10)),
        (HD, 60, CaptureMode("MJPG", HD, 60)),
        (FULL_HD, 30, CaptureMode("MJPG", FULL_HD, 30)),
        (FULL_HD, 5, CaptureMode("YUYV", FULL_HD, 5)),
        (VGA, 30, CaptureMode("YUYV", VGA, 30)),
        (QVGA, 15, CaptureMode("YUYV", QVGA, 30)),
        ((720, 480), 30, CaptureMode("MJPG", HD, 30)),
        ((2048, 1536), 20, CaptureMode("MJPG", FULL_HD, 30)),
    ],
)
def test_the_cheapest_mode_that_gives_what_is_wanted_is_chosen(
    size: tuple[int, int], rate: int, mode: CaptureMode
) -> None:
    assert choose(WEBCAM, size, rate) == mode


def test_h264_is_passed_through_where_it_is_watched_and_otherwise_the_last_choice() -> None:
    both = [CaptureMode("MJPG", HD, 30), CaptureMode("H264", HD, 30)]
    assert choose(both, HD, 30, codecs=("h264", "mjpeg")).format == "H264"
    assert choose(both, HD, 30, codecs=("mjpeg",)).format == "MJPG"
    assert choose(both, HD, 30).format == "MJPG"
    # a change interrupts the pictures
    assert choose(both, HD, 30, both[1]).format == "H264"


def test_a_rate_a_little_below_is_better_than_a_much_smaller_picture() -> None:
    assert choose([CaptureMode("MJPG", FULL_HD, 25), CaptureMode("MJPG", VGA, 30)], FULL_HD, 30).size == FULL_HD
    assert choose([CaptureMode("YUYV", FULL_HD, 5), CaptureMode("MJPG", HD, 30)], FULL_HD, 30).size == HD


def test_a_rate_that_is_almost_an_integer_is_accepted() -> None:
    assert choose([CaptureMode("MJPG", HD, 29.97), CaptureMode("MJPG", VGA, 30)], HD, 30).rate == 29.97


def test_the_present_mode_stays_unless_another_is_much_better() -> None:
    present = CaptureMode("MJPG", HD, 30)
    assert choose(WEBCAM, VGA, 30, present) == present
    assert choose(WEBCAM, QVGA, 30, present) == CaptureMode("YUYV", QVGA, 30)
    assert choose(WEBCAM, FULL_HD, 30, present) == CaptureMode("MJPG", FULL_HD, 30)


def test_only_what_can_be_decoded_is_chosen() -> None:
    with pytest.raises(ValueError):
        choose([CaptureMode("HEVC", HD, 30), CaptureMode("pBAA", HD, 30)], HD, 30)


@pytest.mark.parametrize("padding", [0, 24])
@pytest.mark.parametrize("form", RAW)
def test_raw_pictures_of_each_format(form: str, padding: int) -> None:
    shown, size = RAW[form].name, (48, 32)
    source = grey(size, 90, "yuvj420p")
    planes(source)[0][8:16, 8:24] = 200
    planes(source)[1][:] = 140 if form != "GREY" else 128
    picture = source.reformat(format=shown, src_color_range=2, dst_color_range=2)
    stride = size[0] * RAW[form].bytes + padding
    data = b"".join(
        row.tobytes().ljust(int(stride * share), b"\xee")
        for plane, share in zip(picture.planes, RAW[form].rows, strict=True)
        for row in np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, -1)[
            :, : int(size[0] * RAW[form].bytes * share)
        ]
    )
    layout = PixelLayout(form, size, stride, True)
    made = decode_raw(layout, data)
    assert made
    y, u, v = planes(VideoConverter().convert(made, size))
    assert abs(int(y[12, 12]) - 200) <= 2 and abs(int(y[20, 40]) - 90) <= 2
    assert abs(int(u[12, 20]) - int(planes(source)[1][0, 0])) <= 2 and abs(int(v[12, 20]) - 128) <= 2
    assert decode_raw(layout, data[: len(data) // 2]) is None


def test_a_driver_that_insists_on_an_unknown_format() -> None:
    with pytest.raises(SourceError, match="unknown format"):
        decode_raw(PixelLayout("pBAA", HD, 0, False), b"")


@pytest.mark.slow
def test_a_camera_gives_its_pictures_in_the_size_that_is_wanted(camera) -> None:
    said, seen = camera("camera.check(); take(12, (640, 480), 100); take(3, (320, 240), 50); take(3, (320, 240), 100)")
    assert said == []
    assert [size for *size, _, _ in seen] == [[640, 480]] * 12 + [[320, 240]] * 6
    # a busy machine misses some of 100 pictures a second, but shows none twice; after ten pictures they come again
    for (*_, before, before_ns), (*_, after, after_ns) in itertools.pairwise(seen[:12]):
        step = (after - before) % 200
        assert min(step % 20, -step % 20) <= 2
        assert 2 < step < 198 or after_ns - before_ns > 50_000_000
    times = [captured_ns for *_, captured_ns in seen[:12]]
    assert times == sorted(set(times))


@pytest.mark.slow
def test_no_more_pictures_than_wanted_and_the_mode_follows(camera) -> None:
    said, seen = camera(
        "take(8, (320, 240), 20, lambda number: Wanted((640, 480), 100, False) if number == 3 else None)"
    )
    assert said == []
    # the demand is read when a picture has arrived, and the mode follows before the next one
    assert [size for *size, _, _ in seen] == [[320, 240]] * 5 + [[640, 480]] * 3
    times = [captured_ns for *_, captured_ns in seen[:4]]
    # of 100 pictures a second one for each 50 ms; a busy machine misses some, but takes no more
    assert times[-1] - times[0] >= 90_000_000


@pytest.mark.slow
def test_failures_are_explained_and_the_camera_recovers(camera) -> None:
    said, seen = camera(
        """
for letter in "gfd":
    limit(60.0 if letter == "g" else 0.3)
    mishap.unlink(missing_ok=True)
    take(4, between=lambda number: number == 1 and mishap.write_text(letter) and None)
limit(60.0)
for letter in "bg":
    mishap.write_text(letter)
    take(1)
try:
    camera.check()
except ConfigError as error:
    said.append(str(error))
mishap.unlink()
take(2)
"""
    )
    assert said == [
        "the camera was unplugged",
        "sends no picture for 0.3 s",
        "sends no picture for 0.3 s",
        "another program uses the camera",
        "the camera was unplugged",
        "source /dev/video0: the camera was unplugged",
    ]
    assert len(seen) >= 4


@pytest.mark.slow
def test_a_silent_camera_can_be_stopped(camera) -> None:
    said, seen = camera(
        """
limit(1000.0)
take(4, between=lambda number: number == 1 and (
    mishap.write_text("f"), threading.Timer(0.2, lambda: said.append("stopped") or events[0].set()).start()
) and None)
"""
    )
    assert said == ["stopped"]
    assert len(seen) in (2, 3)


@pytest.mark.slow
def test_nothing_is_left_open_when_it_fails_a_hundred_times(camera) -> None:
    said, seen = camera(
        """
import os
take(2)
before = len(os.listdir("/proc/self/fd"))
for _ in range(100):
    mishap.write_text("b")
    take(1)
    mishap.unlink()
take(1)
said = [len(set(said)), len(os.listdir("/proc/self/fd")) - before]
"""
    )
    assert said == [1, 0]
    assert len(seen) == 3


@pytest.mark.slow
def test_without_a_camera_of_that_name_it_is_no_source(camera) -> None:
    said, _ = camera(
        """
for name in ("/dev/video1", "/dev/null", "/dev/video0"):
    try:
        make_source(name).check()
    except ConfigError as error:
        said.append(str(error))
import os
os.environ["FAKECAM_PART"] = "yes"
try:
    make_source("/dev/video0").check()
except ConfigError as error:
    said.append(str(error))
said.append(make_source("").name)
""",
        modes="pBAA:640x480@30",
    )
    assert said == [
        "source /dev/video1: no such device",
        "source /dev/null: is not a camera",
        "source /dev/video0: none of its formats can be decoded (pBAA)",
        "source /dev/video0: is a part of a camera that needs libcamera; use --source libcamera",
        "scene",
    ]


@pytest.mark.slow
def test_h264_is_passed_through_as_it_is_and_decoded_where_pictures_are_wanted(camera) -> None:
    _, seen = camera(
        """
def collect(count, codecs):
    want, stop = Wanted((320, 240), 30, False, frozenset(codecs), decoded_rate=0 if codecs else None), threading.Event()
    for number, item in enumerate(camera.play(lambda: want, stop)):
        if codecs:
            seen.append((item.key, item.size, item.obstacle, item.payload.hex()))
        else:
            seen.append((item.video.width, item.video.height, int(planes(item.video)[0].mean())))
        if number + 1 == count:
            stop.set()

collect(25, ["h264"])
collect(5, [])
""",
        modes="H264:320x240@30",
    )
    own = {payload.hex(): not number for number, payload in enumerate(h264(10, QVGA, gop=10))}
    passed, pictures = seen[:25], seen[25:]
    assert all(key == own[payload] for key, *_, payload in passed)
    first = next(number for number, (key, *_) in enumerate(passed) if key)
    assert {(tuple(size), obstacle) for _, size, obstacle, _ in passed[first:]} == {(QVGA, "")}
    assert all((width, height) == QVGA and 10 <= luma <= 90 for width, height, luma in pictures)


@pytest.mark.slow
def test_a_camera_with_an_encoder_is_asked_for_key_frames_at_most_once_a_second(camera, tmp_path: Path) -> None:
    lines = """
def collect(asks):
    want, stop = Wanted((320, 240), 8, False, frozenset(["h264"]), decoded_rate=0, key_frame=asks), threading.Event()
    for number, item in enumerate(camera.play(lambda: want, stop)):
        seen.append((item.key, item.captured_ns))
        if number + 1 == 25:
            stop.set()

collect(ASKS)
"""
    controls, counts = FakeControls(tmp_path, Control(abi.FORCE_KEY_FRAME, "Force Key Frame", 0, 1)), []
    for asks in ("False", "True"):
        _, seen = camera(lines.replace("ASKS", asks), "H264:320x240@8", str(controls.path))
        counts.append(controls.sets(abi.FORCE_KEY_FRAME))
    assert counts[0] == 0
    assert 1 <= counts[1] <= (seen[-1][1] - seen[0][1]) // SECOND_NS + 1
    # one without the control takes no requests
    _, seen = camera(lines.replace("ASKS", "True"), "H264:320x240@8")
    assert len(seen) == 25


@pytest.mark.slow
def test_a_camera_that_refuses_the_request_for_a_key_frame_goes_on(camera, tmp_path: Path) -> None:
    controls = FakeControls(tmp_path, Control(abi.FORCE_KEY_FRAME, "Force Key Frame", 0, 1))
    controls.mishap.write_text("k")
    said, _ = camera(
        """
import logging
logging.basicConfig(level=logging.DEBUG, handlers=[handler := logging.Handler()])
handler.emit = lambda record: said.append(record.getMessage())
want, stop = Wanted((320, 240), 30, False, frozenset(["h264"]), decoded_rate=0, key_frame=True), threading.Event()
for item in camera.play(lambda: want, stop):
    seen.append([item.captured_ns])
    if len(seen) >= 10 and "request" in said[-1]:
        stop.set()
""",
        "H264:320x240@30",
        str(controls.path),
    )
    assert controls.sets(abi.FORCE_KEY_FRAME) == 1
    assert said[1:] == ["camera: takes no request for a key frame: Device or resource busy"]
