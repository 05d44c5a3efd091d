"""A camera that decodes and encodes in hardware until that fails. Other codecs of FFmpeg take the place of the
hardware."""

import itertools
import os
from pathlib import Path

import pytest
from tests.conftest import StartCamera
from tests.e2e.camera import CameraProcess, eventually
from tests.e2e.parts import Part, sdk_parts
from tests.media.encoded import units
from tests.media.source.clips import clip
from tests.other_encoders import BASELINE

pytestmark = pytest.mark.slow

DECODERS = {f"Decoder {codec}": "software" for codec in ("MJPEG", "H.264", "H.265")}
ROOT = Path(__file__).parents[3]
FAILURES = (
    "nvenc failed, H.264 is encoded in software at 320x240: ",
    "nvenc failed, H.264 is decoded in software at 640x480: ",
)


def codecs(camera: CameraProcess) -> dict[str, str]:
    lines = camera.client.get("/cgi/admin/serverreport.cgi").lines
    return dict(line.split(":", 1) for line in lines if line.startswith(("Encoder ", "Decoder ")))


def is_from_hardware(part: Part) -> bool | None:
    """Return whether a key frame has the profile of the hardware; None for other pictures."""
    profiles = [unit[1] for unit in units(part.payload) if unit[0] & 31 == 7]
    return profiles[0] == BASELINE if profiles else None


def test_viewers_see_no_gap_when_the_hardware_fails(start_camera: StartCamera, tmp_path: Path) -> None:
    switch, film = tmp_path / "fail", tmp_path / "film.mp4"
    clip(film, tuple(range(20, 220)), "libx264", size=(640, 480), rate=20, options={"g": "20", "bf": "0"})
    environment = {
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "src"))),
        "FAIL_ENCODERS": str(switch),
        "FAIL_DECODERS": str(switch),
    }
    program = ("-m", "tests.other_encoders")
    camera = start_camera(f"--source={film}", "--encoder=nvenc", program=program, environment=environment)
    assert codecs(camera) == {"Encoder H.264": "nvenc", "Encoder H.265": "software"} | DECODERS | {
        "Decoder H.264": "nvenc"
    }
    camera.client.update("Image.H264", Resolution=1)
    with camera.client.open("/cgi/mpeg/stream1.cgi") as answer:
        stream, counters = sdk_parts(answer), list[int]()

        def take() -> Part:
            part = next(stream)
            counters.append(part.counter)
            return part

        eventually(lambda: is_from_hardware(take()), "the hardware is not used")
        switch.touch()
        eventually(lambda: is_from_hardware(take()) is False, "the software is not used")
        for _ in range(5):
            take()
    assert counters == list(itertools.islice(itertools.count(counters[0]), len(counters)))
    assert codecs(camera)["Encoder H.264"] == "nvenc; software at 320x240 (nvenc failed: Invalid argument)"
    assert codecs(camera)["Decoder H.264"] == "nvenc; software at 640x480 (nvenc failed: Invalid argument)"
    assert [camera.log.count(failure) for failure in FAILURES] == [1, 1]
    assert "Traceback" not in camera.log
