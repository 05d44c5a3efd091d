"""Privacy: the source is closed, and no earlier picture is shown, recorded or sent."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from tests.e2e.camera import CameraProcess, Client, eventually
from tests.e2e.parts import STREAMS, sdk_parts
from tests.e2e.red_camera import RedCamera, red_camera

pytestmark = pytest.mark.slow


@pytest.fixture
def source() -> Iterator[RedCamera]:
    with red_camera() as server:
        yield server


def is_red(jpeg: bytes) -> bool:
    red, green, blue = Image.open(io.BytesIO(jpeg)).convert("RGB").resize((1, 1)).getpixel((0, 0))  # type: ignore[misc]
    return bool(red > 150 and green < 60 and blue < 60)


def snapshot(client: Client) -> bytes:
    answer = client.get("/cgi/jpg/image.cgi")
    assert answer.status == 200
    return answer.body


@pytest.mark.parametrize("passthrough", ["auto", "off"])
def test_capture_stops_and_nothing_is_shown_or_recorded(tmp_path: Path, source: RedCamera, passthrough: str) -> None:
    url = f"http://127.0.0.1:{source.server_address[1]}/"
    camera = CameraProcess(tmp_path / "state", f"--source={url}").start()
    try:
        client = camera.client
        client.update("Image.MJPEG", Passthrough=passthrough)
        client.update("Recording", Continuous="yes")
        with client.open(STREAMS["MJPEG"]) as stream:
            parts = sdk_parts(stream)
            assert any(is_red(part.payload) for part, _ in zip(parts, range(200), strict=False))
            eventually(lambda: recordings(client))
            client.update("Privacy", Enabled="yes")
            assert not is_red(snapshot(client))
            eventually(lambda: source.viewers == 0)
            # frames in transit may still arrive, then none
            shown = [is_red(next(parts).payload) for _ in range(30)]
            assert shown == sorted(shown, reverse=True)
            assert not shown[-1]
            files = recordings(client)
            assert not any(is_red(next(parts).payload) for _ in range(6))
            assert recordings(client) == files
            client.update("Privacy", Enabled="no")
            assert any(is_red(part.payload) for part, _ in zip(parts, range(200), strict=False))
        client.update("Privacy", Enabled="yes")
        camera.stop()
        opened = source.connections
        camera.start()
        assert not is_red(snapshot(camera.client))
        assert source.connections == opened
        assert "source lost" not in camera.client.get("/web/events").text
    finally:
        camera.stop()


def recordings(client: Client) -> str:
    """Return the list of continuous recordings, with their sizes; "" if there is none."""
    answer = client.get("/sdcard.cgi", action="list", dir="record").text
    return answer if ".avi" in answer else ""
