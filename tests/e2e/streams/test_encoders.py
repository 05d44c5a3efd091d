"""A camera that encodes in hardware until that fails. Another encoder of FFmpeg takes the place of the hardware."""

import itertools
import os
from pathlib import Path

import pytest
from tests.conftest import StartCamera
from tests.e2e.camera import CameraProcess, eventually
from tests.e2e.parts import Part, sdk_parts
from tests.media.encoded import units
from tests.other_encoders import BASELINE

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
FAILURE = "nvenc failed, H.264 is encoded in software at 320x240: "


def encoders(camera: CameraProcess) -> dict[str, str]:
    lines = camera.client.get("/cgi/admin/serverreport.cgi").lines
    return dict(line.removeprefix("Encoder ").split(":", 1) for line in lines if line.startswith("Encoder "))


def is_from_hardware(part: Part) -> bool | None:
    """Return whether a key frame has the profile of the hardware; None for other pictures."""
    profiles = [unit[1] for unit in units(part.payload) if unit[0] & 31 == 7]
    return profiles[0] == BASELINE if profiles else None


def test_viewers_see_no_gap_when_the_hardware_fails(start_camera: StartCamera, tmp_path: Path) -> None:
    switch = tmp_path / "fail"
    environment = {"PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "src"))), "FAIL_ENCODERS": str(switch)}
    program = ("-m", "tests.other_encoders")
    camera = start_camera("--source=scene", "--encoder=nvenc", program=program, environment=environment)
    assert encoders(camera) == {"H.264": "nvenc", "H.265": "software"}
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
    assert encoders(camera)["H.264"] == "nvenc; software at 320x240 (nvenc failed: Invalid argument)"
    assert camera.log.count(FAILURE) == 1
    assert "Traceback" not in camera.log
