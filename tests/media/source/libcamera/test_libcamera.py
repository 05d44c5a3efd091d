"""Cameras of libcamera, behind a stand-in for rpicam-vid with its options and output."""

import itertools
import os
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.media.scripted_source import decoded, luma
from tests.rpicam import FakeRpicam

from ipcamd.errors import ConfigError, SourceError
from ipcamd.media.codecs import H264, JPEG
from ipcamd.media.frame import Packet, Picture
from ipcamd.media.planes import planes
from ipcamd.media.source import source_timeout
from ipcamd.media.source.capture_device.mode_choice import CaptureMode
from ipcamd.media.source.libcamera.device import LibcameraDevice
from ipcamd.media.source.libcamera.process import CameraProcess
from ipcamd.media.source.libcamera.program import find_program, list_cameras
from ipcamd.media.source.source import Wanted
from ipcamd.media.source.source_choice import make_source
from ipcamd.media.stream.stream_settings import StreamSettings

SILENT = "sends no picture in time"
QVGA, PAL, VGA = (320, 240), (720, 480), (640, 480)


@pytest.fixture
def rpicam(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeRpicam:
    return install(tmp_path, monkeypatch, "rpicam-vid")


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> FakeRpicam:
    made = FakeRpicam(folder, name)
    monkeypatch.setattr(source_timeout, "OPENING_S", 60.0)  # on a busy machine a program takes long to start
    monkeypatch.setattr(source_timeout, "SILENCE_S", 60.0)
    for variable, value in made.environment.items():
        monkeypatch.setenv(variable, value)
    return made


def passed(settings: StreamSettings) -> Wanted:
    """Return the needs of a stream that can be passed through, without a need of pictures."""
    name = settings.codec.name
    return Wanted(
        settings.size, settings.rate, False, frozenset({name}), settings_of={name: settings}.get, decoded_rate=0
    )


class Player:
    """Plays the source, with needs that the test changes."""

    def __init__(self, wanted: Wanted, source: str = "libcamera") -> None:
        self.wanted, self.stop = wanted, threading.Event()
        self.items: Iterator[Packet | Picture] = make_source(source).play(lambda: self.wanted, self.stop)  # type: ignore[assignment]

    def take(self, count: int) -> list:
        return list(itertools.islice(self.items, count))

    def close(self) -> None:
        self.stop.set()
        assert not list(self.items)


def test_each_connected_camera_is_a_source(rpicam: FakeRpicam) -> None:
    assert list_cameras(find_program()) == {0: "imx708", 1: "ov5647"}
    make_source("libcamera").check()
    make_source("libcamera:1").check()
    with pytest.raises(
        ConfigError, match=r"libcamera:2: there is no such camera; there are 0 \(imx708\), 1 \(ov5647\)"
    ):
        make_source("libcamera:2").check()
    rpicam.suffer("gone")
    with pytest.raises(ConfigError, match="no camera is connected"):
        make_source("libcamera").check()


def test_without_the_program_the_message_names_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigError, match="neither rpicam-vid nor libcamera-vid is installed"):
        make_source("libcamera").check()
    (tmp_path / "rpicam-vid").write_text("#!/nowhere")
    (tmp_path / "rpicam-vid").chmod(0o755)
    with pytest.raises(ConfigError, match="cannot be started: No such file"):
        make_source("libcamera").check()


@pytest.mark.slow
def test_raw_pictures_have_the_wanted_size_and_no_padding(rpicam: FakeRpicam, monkeypatch: pytest.MonkeyPatch) -> None:
    player = Player(Wanted(PAL, 30, False))
    pictures = player.take(4)
    assert {(item.video.width, item.video.height) for item in pictures} == {PAL}
    for picture in pictures:
        left, right = (int(planes(picture.video)[0][:, half].mean()) for half in (slice(0, 350), slice(370, 720)))
        assert abs(right - left - 20) <= 1 and right in range(40, 200)
        assert {int(plane.mean()) for plane in planes(picture.video)[1:]} == {128}
    assert all(before.captured_ns < after.captured_ns for before, after in itertools.pairwise(pictures))
    player.close()
    monkeypatch.setenv("RPICAM_VID_MAX", "384x288")  # a camera with lower limits reports them
    player = Player(Wanted(VGA, 30, False))
    (picture,) = player.take(1)
    assert (picture.video.width, picture.video.height) == (384, 288)
    assert abs((luma(picture.video) + 10) % 8) <= 1
    player.close()


@pytest.mark.slow
def test_h264_is_encoded_by_the_program_as_the_stream_is_set(rpicam: FakeRpicam) -> None:
    player = Player(passed(StreamSettings(H264, QVGA, 30, 3, 400_000)))
    packets = player.take(33)
    ((options, written), *_) = rpicam.runs()
    assert [packet.payload.rstrip(b"\0") for packet in packets] == [data.rstrip(b"\0") for data in written[:33]]
    assert [number for number, packet in enumerate(packets) if packet.key] == [0, 30]
    assert {(packet.size, packet.rate, packet.obstacle) for packet in packets} == {(QVGA, 30, "")}
    assert len(decoded("h264", [packet.payload for packet in packets])) == 33
    assert [options[options.index(name) + 1] for name in ("--bitrate", "--intra")] == ["400000", "30"]
    # another quality, and then pictures for an overlay: the program continues to encode, as a change would interrupt
    player.wanted = passed(StreamSettings(H264, QVGA, 30, 0))
    assert [packet.key for packet in player.take(2)] == [False, True]
    assert rpicam.runs()[1][0][rpicam.runs()[1][0].index("--bitrate") + 1] == str(int(320 * 240 * 30 * 0.03))
    player.wanted = Wanted(QVGA, 30, False, settings_of=player.wanted.settings_of)
    assert {type(item) for item in player.take(5)} == {Picture}
    assert len(rpicam.runs()) == 2
    player.close()


@pytest.mark.slow
def test_an_old_program_has_jpegs_and_h264_that_may_need_encoding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    libcamera = install(tmp_path, monkeypatch, "libcamera-vid")
    player = Player(passed(StreamSettings(JPEG, QVGA, 30, 4)), "libcamera:1")
    packets = player.take(5)
    options, written = libcamera.runs()[0]
    assert [packet.payload for packet in packets] == written[:5]
    assert [options[options.index(name) + 1] for name in ("--camera", "--quality")] == ["1", "88"]
    player.wanted = passed(StreamSettings(H264, QVGA, 30, 3))
    assert "B-frames" in {packet.obstacle for packet in player.take(5)}
    player.close()


@pytest.mark.slow
def test_pictures_of_an_earlier_mode_are_not_shown(rpicam: FakeRpicam) -> None:
    with closing(LibcameraDevice(find_program(), 0, threading.Event())) as device:
        device.start(CaptureMode("MJPG", QVGA, 30), None)
        assert device.read_picture(60)
        while len(rpicam.runs()[0][1]) < 9:
            time.sleep(0.01)
        assert device.read_picture(60)
        layout = device.start(CaptureMode("YU12", (384, 288), 30), None)
        picture = device.read_picture(60)
    assert picture and len(picture.data) == layout.size[0] * layout.size[1] * 3 // 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mishap", "said"),
    [
        ("crash", "the camera program was ended by signal 11"),
        ("busy", "the camera program says: failed to acquire camera /base"),
        ("gone", "the camera program says: no cameras available"),
        ("frozen", SILENT),
        ("deaf", SILENT),
    ],
)
def test_failures_are_explained_and_leave_no_process(
    rpicam: FakeRpicam, monkeypatch: pytest.MonkeyPatch, mishap: str, said: str
) -> None:
    if said == SILENT:
        monkeypatch.setattr(source_timeout, "OPENING_S", 0.3)
    started: list[CameraProcess] = []
    start = CameraProcess.__init__

    def note(process: CameraProcess, command: list[str]) -> None:
        start(process, command)
        started.append(process)

    monkeypatch.setattr(CameraProcess, "__init__", note)
    rpicam.suffer(mishap)
    with pytest.raises(SourceError, match=said):
        Player(Wanted(QVGA, 30, False)).take(30)
    for process in started:
        with pytest.raises(ProcessLookupError):
            os.kill(process._process.pid, 0)
    assert started
