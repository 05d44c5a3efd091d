"""Tampering and recording as a real camera's ONVIF events: its source is a simulated camera."""

import http.server
import io
import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PIL import Image
from tests.conftest import StartCamera
from tests.e2e.camera import PATIENCE, Client
from tests.motion.yard import Grey, yard
from tests.onvif.client import OnvifClient

pytestmark = pytest.mark.slow

PULL = f"<tev:Timeout>PT{PATIENCE:g}S</tev:Timeout><tev:MessageLimit>100</tev:MessageLimit>"
ALWAYS = {"Name": "always", "ScheduleTimeMode": "1", "EnableSDCard": "1"}
SIGNAL_LOSS = "tns1:VideoSource/SignalLoss"
RECORDING = "tns1:RecordingHistory/Recording/State"


def jpeg(picture: Grey) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8)).resize((640, 360)).save(file, "JPEG")
    return file.getvalue()


class ChangingCamera(http.server.ThreadingHTTPServer):
    """Network camera that shows `picture`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _PictureHandler)
        self.picture = jpeg(yard())
        self.ended = threading.Event()

    def show(self, picture: Grey) -> None:
        self.picture = jpeg(picture)


class _PictureHandler(http.server.BaseHTTPRequestHandler):
    server: ChangingCamera

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=b")
        self.end_headers()
        while not self.server.ended.wait(0.1):
            picture = self.server.picture
            head = b"--b\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(picture)
            try:
                self.wfile.write(head + picture + b"\r\n")
            except OSError:
                return

    def log_message(self, *_: object) -> None:
        """Suppress the log."""


@pytest.fixture
def changing() -> Iterator[ChangingCamera]:
    changing = ChangingCamera()
    thread = threading.Thread(target=changing.serve_forever)
    thread.start()
    yield changing
    changing.ended.set()
    changing.shutdown()
    thread.join()
    changing.server_close()


class ReportedStates:
    """States that a pull point has reported, the newest of each topic."""

    def __init__(self, onvif: OnvifClient) -> None:
        self.states: dict[str, str] = {}
        self._point = onvif.at(onvif.change("tev:CreatePullPointSubscription").texts("{*}Address")[0])

    def until(self, wanted: Callable[[dict[str, str]], bool]) -> None:
        """Pull until the states are as expected; each pull waits for the next message."""
        while not wanted(self.states):
            messages = self._point.change("tev:PullMessages", PULL).content.findall("{*}NotificationMessage")
            assert messages, self.states
            for message in messages:
                topic = message.findtext("{*}Topic") or ""
                item = message.find(".//{*}Data/{*}SimpleItem")
                self.states[topic] = "" if item is None else item.get("Value", "")

    def tampering(self) -> set[str]:
        """Return the kinds of tampering that are detected now."""
        kinds = (topic.split("/")[1] for topic, value in self.states.items() if value == "true")
        return {kind for kind in kinds if kind.startswith(("Image", "Global"))}


def test_tampering_and_a_lost_source_are_events_and_logged(start_camera: StartCamera, changing: ChangingCamera) -> None:
    camera = start_camera(f"--source=http://127.0.0.1:{changing.server_port}/")
    client, onvif = camera.client, OnvifClient(camera.client)
    listed = onvif.change("tev:GetEventProperties").content
    for name in ("ImageTooDark", "ImageTooBright", "GlobalSceneChange"):
        assert listed.find(f".//{{*}}{name}/ImagingService") is not None
    reported = ReportedStates(onvif)
    reported.until(lambda states: len([topic for topic in states if topic.endswith("/ImagingService")]) == 3)
    assert listed.find(".//{*}SignalLoss/{*}MessageDescription") is not None
    assert (reported.tampering(), reported.states[SIGNAL_LOSS]) == (set(), "false")
    record(client, reported)
    changing.show(np.full((90, 160), 3.0))
    reported.until(lambda _: reported.tampering() == {"ImageTooDark"})
    changing.show(np.full((90, 160), 252.0))
    reported.until(lambda _: reported.tampering() == {"ImageTooBright"})
    changing.show(np.roll(yard()[::-1], 35, 1))
    reported.until(lambda _: reported.tampering() == {"GlobalSceneChange"})
    found = client.get("/web/events", kind="tamper").text
    assert [words in found for words in ("image too dark", "image too bright", "scene changed")] == [True] * 3
    changing.ended.set()
    reported.until(lambda states: states[SIGNAL_LOSS] == "true")
    changing.ended.clear()
    reported.until(lambda states: states[SIGNAL_LOSS] == "false")


def record(client: Client, reported: ReportedStates) -> None:
    """Record for a moment: longer than the detector takes to learn the scene."""
    assert reported.states[RECORDING] == "false"
    assert client.get("/cgi/event/schedule.cgi", action="add", **ALWAYS).text.startswith("[Event.Schedule.")
    reported.until(lambda states: states[RECORDING] == "true")
    client.get("/cgi/admin/virtual.cgi", sdcard="remove")
    reported.until(lambda states: states[RECORDING] == "false")
    assert reported.states["tns1:Device/HardwareFailure/StorageFailure"] == "false"
