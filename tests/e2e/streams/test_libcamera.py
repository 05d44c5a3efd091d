"""A camera whose source is a camera of libcamera, with a microphone beside it."""

import itertools
from pathlib import Path

import pytest
from tests.conftest import StartCamera
from tests.e2e.camera import CameraProcess, eventually
from tests.e2e.parts import Part, sdk_parts
from tests.media.encoded import units
from tests.rpicam import FakeRpicam

pytestmark = pytest.mark.slow

DELIMITER, SOUND = 9, ord("A")


def state(camera: CameraProcess) -> str:
    lines = camera.client.get("/cgi/admin/serverreport.cgi").lines
    return next(line.partition(":")[2] for line in lines if line.startswith("Stream H.264:"))


def nal_units(payload: bytes) -> tuple[bytes, ...]:
    return tuple(unit.rstrip(b"\0") for unit in units(payload, DELIMITER))


def test_the_program_s_h264_reaches_viewers_as_it_is_also_after_a_crash(
    start_camera: StartCamera, tmp_path: Path
) -> None:
    rpicam = FakeRpicam(tmp_path)
    camera = start_camera("--source=libcamera:1", "--audio=tone", environment=rpicam.environment)
    camera.client.update("Audio", MicEnabled="yes")
    camera.client.update("Image.H264", Resolution=1)
    with camera.client.open("/cgi/mpeg/stream1.cgi") as answer:
        stream, kinds, counters = sdk_parts(answer), set[int](), list[int]()

        def take() -> Part:
            """Return the next picture."""
            while (part := next(stream)).type == SOUND:
                kinds.add(part.type)
            counters.append(part.counter)
            return part

        def take_until(wanted: str) -> None:
            eventually(lambda: take() and state(camera) == wanted, f"it is not {wanted}")

        def is_own() -> bool:
            """Return whether the next picture is one that the program wrote."""
            shown = nal_units(take().payload)[-1]
            return shown in {nal_units(picture)[-1] for _, pictures in rpicam.runs() for picture in pictures}

        def take_own() -> None:
            """Take pictures until ten are the program's own."""
            take_until("passed through")
            for _ in range(10):
                eventually(is_own, "pictures are encoded again")

        take_own()
        assert rpicam.is_running()
        rpicam.suffer("dead")
        take_until("encoded (no signal)")
        rpicam.suffer("")
        take_own()
    assert counters == list(itertools.islice(itertools.count(counters[0]), len(counters)))
    assert kinds == {SOUND}
    camera.stop()
    assert not rpicam.is_running()
