"""Sources that deliver H.264 or MJPEG: viewers and recordings get the source's own pictures, byte for byte."""

import io
import itertools
import struct
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Self

import av
import pytest
from PIL import Image
from tests.conftest import StartCamera
from tests.e2e.camera import CameraProcess, Client, eventually
from tests.e2e.parts import Part, sdk_parts, wait_in_stream
from tests.media.encoded import annex_b, h264, units, write_movie
from tests.ports import free_port

from ipcamd.wire.payload_header import Status

pytestmark = pytest.mark.slow

MJPEG, H264 = "/cgi/mjpg/mjpeg.cgi", "/cgi/mpeg/stream1.cgi"
SPS, PPS, DELIMITER, FILLER = 7, 8, 9, 12
SIZE, RATE, GOP = (320, 240), 30, 15


def state(client: Client, stream: str = "H.264") -> str:
    lines = client.get("/cgi/admin/serverreport.cgi").lines
    return next(line.partition(":")[2] for line in lines if line.startswith(f"Stream {stream}:"))


def watch(client: Client, path: str) -> Iterator[Part]:
    with client.open(path) as answer:
        yield from (part for part in sdk_parts(answer) if part.type != ord("A"))


class Reader:
    """Reads a stream all the time, as a context: a viewer that reads too little gets only a part of the pictures."""

    def __init__(self, client: Client, path: str = H264) -> None:
        self.parts: list[Part] = []
        self._client, self._path, self._is_over = client, path, False
        self._thread = threading.Thread(target=self._read)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over = True
        self._thread.join()

    def collect(self, count: int) -> None:
        """Wait for so many pictures."""
        eventually(lambda: len(self.parts) >= count or not self._thread.is_alive(), "too few pictures come")
        assert len(self.parts) >= count, "the stream has ended"

    @property
    def pictures(self) -> list[tuple[bytes, ...]]:
        return [nal_units(part.payload) for part in self.parts]

    def _read(self) -> None:
        for part in watch(self._client, self._path):
            self.parts.append(part)
            if self._is_over:
                return


def nal_units(payload: bytes) -> tuple[bytes, ...]:
    return tuple(unit.rstrip(b"\0") for unit in units(payload, DELIMITER, FILLER))


@pytest.fixture
def movie(tmp_path: Path) -> tuple[Path, list[tuple[bytes, ...]]]:
    """A file of two seconds, and the NAL units of its pictures."""
    path, payloads = tmp_path / "movie.mp4", h264(60, SIZE, GOP)
    write_movie(path, payloads, SIZE, RATE, GOP)
    return path, [nal_units(payload) for payload in payloads]


def test_a_file_s_pictures_reach_viewers_as_they_are(
    start_camera: StartCamera, movie: tuple[Path, list[tuple[bytes, ...]]]
) -> None:
    path, pictures = movie
    client = start_camera(f"--source={path}").client
    client.update("Image.H264", Resolution=1)
    assert state(client) == "off"
    stream, taken = watch(client, H264), list[Part]()

    def take(count: int) -> list[Part]:
        taken.extend(itertools.islice(stream, count))
        return taken[-count:]

    def take_until(passed: bool) -> None:
        """Take pictures until one is the file's own, or is not: pictures sent before a change may still arrive."""
        while (nal_units(take(1)[0].payload)[-1] in own) is not passed:
            pass

    own = {units[-1] for units in pictures}
    first = [nal_units(part.payload) for part in take(70)]
    assert state(client) == "passed through"
    # the file is played over and over
    assert [units[-1:] for units in first] == [units[-1:] for units in itertools.islice(itertools.cycle(pictures), 70)]
    assert first[1:15] == pictures[1:15]
    client.update("ImageSource.IO.Sensor", Mirror="on")
    take_until(passed=False)
    assert state(client) == "encoded (the picture is mirrored)"
    client.update("ImageSource.IO.Sensor", Mirror="off")
    take_until(passed=True)
    assert state(client) == "passed through"
    assert {nal_units(part.payload)[-1] for part in take(20)} <= own
    assert [part.counter for part in taken] == list(range(taken[0].counter, taken[0].counter + len(taken)))
    assert all(0 < later.captured - part.captured < 1 for part, later in itertools.pairwise(taken))
    decoder = av.CodecContext.create("h264", "r")
    assert len([frame for part in taken for frame in decoder.decode(av.Packet(part.payload))]) > len(taken) - 10


def test_clips_and_recordings_contain_the_source_s_own_pictures(
    start_camera: StartCamera, movie: tuple[Path, list[tuple[bytes, ...]]]
) -> None:
    path, pictures = movie
    camera = start_camera(f"--source={path}")
    client = camera.client
    client.update("Image.H264", Resolution=1)
    client.update("Event.Server.General", PreEvent=1, PostEvent=1)
    for fields in ({"Name": "always", "ScheduleTimeMode": 1}, {"Name": "door", "TriggerDI1": 1}):
        assert client.get("/cgi/event/schedule.cgi", action="add", EnableSDCard=1, **fields).text.startswith("[Event.")
    eventually(lambda: state(client) == "passed through", "it is encoded")
    for form in ("MP4", "AVI"):
        client.update("Event.Server.General", FileFormat=form)
        wait_in_stream(client, 2)
        client.get("/cgi/admin/virtual.cgi", di1="high")
        eventually(partial(clips, camera, form), "no clip comes")
        client.get("/cgi/admin/virtual.cgi", di1="low")
    camera.stop()
    source = [slices(picture) for picture in pictures]
    recordings = (camera.state / "sdcard" / "record").glob("*")
    for recording in (
        *clips(camera, "MP4"),
        *clips(camera, "AVI"),
        max(recordings, key=lambda path: path.stat().st_size),
    ):
        recorded = recorded_pictures(recording)
        # before the first key frame of the source, a recording may begin with encoded pictures
        start = next(number for number, picture in enumerate(recorded) if picture in source)
        assert len(recorded) - start > 40, recording
        first = source.index(recorded[start])
        assert recorded[start:] == [source[(first + n) % len(source)] for n in range(len(recorded) - start)], recording


def clips(camera: CameraProcess, form: str) -> list[Path]:
    """Complete clips on the card."""
    return list((camera.state / "sdcard" / "event").glob(f"*.{form.lower()}"))


def slices(picture: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """The NAL units of a picture without its parameter sets."""
    return tuple(unit for unit in picture if unit[0] & 31 not in (SPS, PPS))


def recorded_pictures(path: Path) -> list[tuple[bytes, ...]]:
    """The slices of each picture of a recording."""
    with av.open(str(path)) as recording:
        payloads = [bytes(packet) for packet in recording.demux(video=0) if packet.size]
    return [slices(nal_units(payload if path.suffix == ".avi" else start_codes(payload))) for payload in payloads]


def start_codes(payload: bytes) -> bytes:
    """A picture of MP4, in which lengths stand before the NAL units, in Annex B form."""
    parts = []
    while payload:
        length = int.from_bytes(payload[:4])
        parts.append(payload[4 : 4 + length])
        payload = payload[4 + length :]
    return annex_b(parts)


def test_motion_is_found_in_the_analysis_source_while_the_main_one_is_passed_through(
    start_camera: StartCamera, movie: tuple[Path, list[tuple[bytes, ...]]]
) -> None:
    client = start_camera(f"--source={movie[0]}", "--analysis-source=scene").client
    client.update("Image.H264", Resolution=1)
    client.get("/setup.cgi?mddata=1,0,120,640,480,50|0,0,0,1,1,50|0,0,0,1,1,50&mdpercent=5|5|5&motionenable=1")
    stream = watch(client, H264)
    eventually(lambda: next(stream) and state(client) == "passed through", "it is encoded")
    eventually(lambda: Status.parse(next(stream).status).motion[0], "no motion is found")
    assert state(client) == "passed through"


def test_another_camera_s_stream_is_passed_through_whenever_it_is_there(start_camera: StartCamera) -> None:
    port = free_port()
    far = start_camera("--source=scene", f"--rtsp-port={port}", state="far")
    near = start_camera(f"--source=rtsp://admin:correct%20horse@127.0.0.1:{port}/h264", state="near")
    for camera in (far, near):
        camera.client.update("Image.H264", Resolution=1)
    compare(far, near)
    with Reader(near.client) as reader:
        reader.collect(10)
        far.kill()
        eventually(lambda: state(near.client) == "encoded (no signal)", "it does not notice")
        far.start()
        eventually(lambda: state(near.client) == "passed through", "it does not go on")
        reader.collect(len(reader.parts) + 10)
    counters = [part.counter for part in reader.parts]
    assert counters == list(range(counters[0], counters[0] + len(counters)))
    compare(far, near)


def compare(far: CameraProcess, near: CameraProcess) -> None:
    """Fail unless both cameras' viewers get the same NAL units, each picture once."""
    with Reader(far.client) as there, Reader(near.client) as here:
        eventually(lambda: here.parts and state(near.client) == "passed through", "it is encoded")
        here.collect(len(here.parts) + 80)
        passed = here.pictures[-40:]
        eventually(lambda: passed[-1] in there.pictures, "its last picture is another one")
    original = there.pictures
    start = original.index(passed[0])
    assert passed == original[start : start + 40]


def test_a_webcam_s_jpegs_reach_viewers_as_they_are(start_camera: StartCamera, stand_in: Path, tmp_path: Path) -> None:
    pictures = [jpeg(level) for level in range(16, 226, 7)]
    lengths = b"".join(struct.pack("<I", len(picture)) + picture for picture in pictures)
    (tmp_path / "frames.pack").write_bytes(struct.pack("<I", len(pictures)) + lengths)
    environment = {
        "LD_PRELOAD": str(stand_in),
        "FAKECAM_PATH": "/dev/video77",
        "FAKECAM_PACK": str(tmp_path / "frames.pack"),
        "FAKECAM_MODES": "YUYV:640x480@30,MJPG:640x480@30",
    }
    client = start_camera("--source=/dev/video77", environment=environment).client
    client.update("Image.MJPEG", Resolution=0)
    stream = watch(client, MJPEG)
    seen = {next(stream).payload}  # a busy machine misses some of the 30 pictures until they come again
    eventually(lambda: seen.add(next(stream).payload) or seen >= {*pictures}, "some pictures never come")
    assert seen == {*pictures}
    assert state(client, "MJPEG") == "passed through"
    assert client.get("/cgi/jpg/image.cgi").body in pictures
    client.update("Image.MJPEG", Passthrough="off")
    assert not {part.payload for part in itertools.islice(stream, 20)} <= set(pictures)
    assert state(client, "MJPEG") == "encoded (Passthrough is off)"


def jpeg(level: int) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (640, 480), (level,) * 3).save(data, "JPEG", quality=61)
    return data.getvalue()
