"""The lens of a V4L2 device: the real camera on the stand-in, whose motors the test sees."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from bench import packs
from tests.conftest import StartCamera
from tests.device.linux.fake_camera import FOCUS, ZOOM, Control, FakeControls
from tests.e2e.camera import PASSWORD, CameraProcess, eventually

from ipcamd.media.image.blur import Blurrer
from ipcamd.media.planes import framed

pytestmark = pytest.mark.slow

FZ = "/cgi/fz/focuszoomctl.cgi"
FOCUS_AUTO = 0x9A090C
CONTROLS = (
    Control(FOCUS, "Focus, Absolute", 0, 500, 5, 100),
    Control(FOCUS_AUTO, "Focus, Automatic Continuous", 0, 1, 1, 1),
    Control(ZOOM, "Zoom, Absolute", 100, 400, 1, 100),
)
BEST = 360
"""The value of the focus control with the sharpest picture."""


class Rig:
    def __init__(self, folder: Path, library: Path, start: StartCamera, *controls: Control) -> None:
        self.device = FakeControls(folder, *controls)
        self._start, self._library = start, library
        self.options = ["--source=scene"]
        self.environment = self.device.environment(library)
        self.config = folder / "camera.toml"
        self.config.write_text(f'admin-password = "{PASSWORD}"\n[device]\nlens = "/dev/video77"\n')

    def run(self) -> CameraProcess:
        camera = self._start(*self.options, f"--config={self.config}", environment=self.environment)
        self.client = camera.client
        return camera

    def mishap(self, letter: str = "") -> None:
        self.device.mishap.write_text(letter)

    def ask(self, command: str) -> str:
        return self.client.ask("GET", f"{FZ}?{command}").text.removesuffix("\r\n")

    def act(self, command: str) -> None:
        assert self.ask(command) == "OK"
        eventually(lambda: self.ask("fzisbusy") == "0", f"{command} does not end")

    def log(self) -> str:
        return self.client.get("/cgi/admin/eventlog.cgi").text


@pytest.fixture
def rig(tmp_path: Path, fakecam: Path, start_camera: StartCamera) -> Rig:
    return Rig(tmp_path, fakecam, start_camera, *CONTROLS)


def test_the_motors_go_where_they_are_sent_in_steps(rig: Rig) -> None:
    rig.run()
    assert rig.ask("getmotorcurpos") == "0|20"
    assert rig.device.value(FOCUS_AUTO) == 0, "the device's own autofocus works against it"
    before = rig.device.sets(ZOOM)
    assert rig.ask("movezoom=6") == "OK"
    assert (rig.ask("fzisbusy"), rig.ask("focusplus")) == ("1", "Request failed: busy")
    eventually(lambda: rig.ask("fzisbusy") == "0")
    assert (rig.ask("getmotorcurpos"), rig.device.value(ZOOM)) == ("6|20", 400)
    assert rig.device.sets(ZOOM) - before > 10, "it is one step"
    rig.act("focusplus")
    assert (rig.device.value(FOCUS), rig.device.value(ZOOM)) == (105, 400)


def test_the_position_survives_a_restart_a_power_cut_and_a_removed_cable(rig: Rig) -> None:
    camera = rig.run()
    rig.act("movezoom=2")
    rig.act("focusminus")
    camera.stop()
    rig.device.set(ZOOM, 100)
    rig.device.set(FOCUS, 0)
    rig.mishap("g")
    camera = rig.run()
    assert rig.ask("getmotorcurpos") == "2|19"
    rig.mishap()
    eventually(lambda: (rig.device.value(ZOOM), rig.device.value(FOCUS)) == (200, 95), "it is not taken up")
    assert rig.ask("movezoom=6") == "OK"
    eventually(lambda: rig.device.value(ZOOM) > 220)
    camera.kill()
    rig.run()
    eventually(lambda: rig.device.value(ZOOM) == 200, "it does not go back to where it rested")
    rig.mishap("g")
    rig.device.set(ZOOM, 100)
    rig.device.set(FOCUS, 0)
    assert rig.ask("focusplus") == "Request failed: /dev/video77: no such device"
    assert rig.client.value("Hardware", "Zoom") == "0"
    assert "/dev/video77: no such device" in rig.log()
    assert rig.client.get("/cgi/jpg/image.cgi").status == 200
    rig.mishap()
    eventually(lambda: (rig.device.value(ZOOM), rig.device.value(FOCUS)) == (200, 95), "it is not taken up")
    rig.act("focusplus")
    assert (rig.device.value(FOCUS), rig.client.value("Hardware", "Zoom")) == (100, "1")


def test_a_device_that_hangs_is_a_clear_error_and_all_else_works(rig: Rig) -> None:
    camera = rig.run()
    assert rig.ask("movezoom=6") == "OK"
    rig.mishap("h")
    eventually(lambda: rig.ask("fzisbusy") == "0", "it stays busy")
    assert rig.ask("movezoom=0") == "Request failed: /dev/video77: it hangs"
    assert "/dev/video77: it hangs" in rig.log()
    assert rig.client.get("/cgi/jpg/image.cgi").status == 200
    rig.mishap()
    eventually(lambda: rig.ask("movezoom=3") == "OK", "it does not recover")
    eventually(lambda: rig.device.value(ZOOM) == 250)
    rig.mishap("h")
    camera.stop()


def test_a_move_by_another_program_is_noticed(rig: Rig) -> None:
    rig.run()
    rig.device.set(FOCUS, 250)
    eventually(lambda: rig.ask("getmotorcurpos") == "0|50")
    rig.act("focusplus")
    assert rig.device.value(FOCUS) == 255


def test_a_lens_without_zoom_reports_that(tmp_path: Path, fakecam: Path, start_camera: StartCamera) -> None:
    rig = Rig(tmp_path, fakecam, start_camera, CONTROLS[0])
    rig.run()
    assert rig.ask("movezoom=1") == "Request failed: /dev/video77: it has no zoom_absolute"
    rig.act("focusplus")
    assert rig.device.value(FOCUS) == 105


def test_a_device_without_a_motor_reports_that(tmp_path: Path, fakecam: Path, start_camera: StartCamera) -> None:
    rig = Rig(tmp_path, fakecam, start_camera, CONTROLS[1])
    rig.run()
    refused = "/dev/video77: it has neither focus_absolute nor zoom_absolute"
    assert rig.ask("focusplus") == f"Request failed: {refused}"
    assert refused in rig.log()


def pictures() -> Iterator[bytes]:
    """Give a picture for each fifth value of the focus control, blurred away from the best one."""
    shades = np.random.default_rng(1).integers(0, 255, (30, 40), np.uint8)
    luma = np.kron(shades, np.ones((8, 8), np.uint8))
    colour = np.full((120, 160), 128, np.uint8)
    blurrer = Blurrer()
    for value in range(0, 501, 5):
        yield packs.encode(blurrer.blur(framed((luma, colour, colour)), abs(value - BEST) / 8), 85)


def test_autofocus_finds_the_sharpest_picture_of_the_device(rig: Rig, tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    packs.write(pack, pictures())
    rig.options = ["--source=/dev/video77"]
    rig.environment |= {"FAKECAM_PACK": str(pack), "FAKECAM_SIZE": "320x240", "FAKECAM_FOCUS": "1"}
    rig.run()
    rig.act("smartfocusscan")
    assert abs(rig.device.value(FOCUS) - BEST) <= 15
