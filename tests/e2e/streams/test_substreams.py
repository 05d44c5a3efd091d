"""Smaller streams beside the main ones, by RTSP and by HTTP."""

import itertools

import av
import pytest
from tests.conftest import StartCamera
from tests.e2e.camera import CameraProcess
from tests.e2e.parts import sdk_parts
from tests.e2e.pictures import decode_jpeg

pytestmark = pytest.mark.slow


def rtsp_size(camera: CameraProcess, path: str) -> tuple[int, int]:
    url = f"rtsp://admin:correct%20horse@127.0.0.1:{camera.rtsp}/{path}"
    with av.open(url, options={"rtsp_transport": "tcp"}, timeout=20) as medium:
        frame = next(medium.decode(video=0))
        return frame.width, frame.height


def test_recorders_take_the_smaller_stream_for_their_overview(start_camera: StartCamera) -> None:
    camera = start_camera("--source=scene")
    client = camera.client
    client.update("Image.H264.Sub", Resolution=1)
    assert rtsp_size(camera, "h264/sub") == (320, 240)
    assert rtsp_size(camera, "mjpeg/sub") == (640, 480)
    with client.open("/cgi/mjpg/mjpeg.cgi?stream=sub") as answer:
        parts = [part for part in itertools.islice(sdk_parts(answer), 3) if part.type != ord("A")]
        assert {decode_jpeg(part.payload).shape for part in parts} == {(480, 640, 3)}
        assert "Stream MJPEG sub:encoded (the source sends no MJPEG)" in client.get("/cgi/admin/serverreport.cgi").lines
        assert "Stream MJPEG:off" in client.get("/cgi/admin/serverreport.cgi").lines
    metrics = client.get("/metrics").text
    assert 'ipcamd_frames_sent_total{stream="h264_sub",protocol="rtsp"}' in metrics
    client.update("Image.H264.Sub", Enabled="no")
    with pytest.raises(av.error.HTTPNotFoundError):
        rtsp_size(camera, "h264/sub")
    refused = client.get("/cgi/mpeg/stream1.cgi", stream="sub").text
    assert refused.startswith("Request failed: stream=sub: H.264 has no smaller stream now")
    assert client.get("/cgi/mpeg/stream1.cgi", stream="third").text.startswith("Request failed: stream=third")
