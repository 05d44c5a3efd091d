"""Smaller streams beside the main ones, by RTSP, HTTP, ONVIF and WHEP."""

import itertools

import av
import pytest
from tests.conftest import StartCamera
from tests.e2e.camera import CameraProcess
from tests.e2e.parts import sdk_parts
from tests.e2e.pictures import decode_jpeg
from tests.e2e.webrtc.light_viewer import make_offer
from tests.onvif.client import OnvifClient

pytestmark = pytest.mark.slow


def rtsp_size(camera: CameraProcess, path: str) -> tuple[int, int]:
    url = f"rtsp://admin:correct%20horse@127.0.0.1:{camera.rtsp}/{path}"
    with av.open(url, options={"rtsp_transport": "tcp"}, timeout=20) as medium:
        frame = next(medium.decode(video=0))
        return frame.width, frame.height


def check_onvif_profile(camera: CameraProcess) -> None:
    """The second profile is the smaller stream of the first one; it has a configuration of its own."""
    onvif = OnvifClient(camera.client)
    for service, own in (("trt", ""), ("tr2", "<tr2:Type>VideoEncoder</tr2:Type>")):
        profiles = onvif.change(f"{service}:GetProfiles", own).content
        assert [each.get("token") for each in profiles][:2] == ["h264", "h264_sub"]
        assert [each.text for each in profiles[1].iterfind(".//{*}Width")] == ["320"]
    wanted = (
        '<tr2:Configuration token="h264_sub"><tt:Name>h264_sub</tt:Name><tt:UseCount>1</tt:UseCount>'
        "<tt:Encoding>H264</tt:Encoding><tt:Resolution><tt:Width>640</tt:Width><tt:Height>480</tt:Height>"
        "</tt:Resolution><tt:Quality>1</tt:Quality></tr2:Configuration>"
    )
    onvif.change("tr2:SetVideoEncoderConfiguration", wanted)
    assert camera.client.value("Image.H264.Sub", "Resolution") == "0"
    assert camera.client.value("Image.H264", "Resolution") == "5"
    asked = "<tr2:Protocol>RTSP</tr2:Protocol><tr2:ProfileToken>h264_sub</tr2:ProfileToken>"
    address = onvif.change("tr2:GetStreamUri", asked).text("tr2:Uri")
    assert rtsp_size(camera, address.partition(f":{camera.rtsp}/")[2]) == (640, 480)


def check_viewers_end(camera: CameraProcess) -> None:
    """Viewers of a smaller stream that is disabled are disconnected."""
    url = f"rtsp://admin:correct%20horse@127.0.0.1:{camera.rtsp}/h264/sub"
    with (
        camera.client.open("/cgi/mjpg/mjpeg.cgi?stream=sub") as answer,
        av.open(url, options={"rtsp_transport": "tcp"}, timeout=20) as medium,
    ):
        packets = medium.demux(video=0)
        assert next(packets).size
        camera.client.update("Image.MJPEG.Sub", Enabled="no")
        while answer.read(65536):
            pass
        camera.client.update("Image.H264.Sub", Enabled="no")
        assert [packet.size for packet in packets][-1] == 0  # the end of the stream


def test_recorders_use_the_smaller_stream_for_their_overview(start_camera: StartCamera) -> None:
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
    check_onvif_profile(camera)
    answer = client.ask("POST", "/whep/h264/sub", make_offer(), Content_Type="application/sdp")
    assert (answer.status, answer.fields["Location"][:12]) == (201, "../sessions/")
    metrics = client.get("/metrics").text
    assert 'ipcamd_frames_sent_total{stream="h264_sub",protocol="rtsp"}' in metrics
    check_viewers_end(camera)
    with pytest.raises(av.error.HTTPNotFoundError):
        rtsp_size(camera, "h264/sub")
    assert client.ask("POST", "/whep/h264/sub", make_offer(), Content_Type="application/sdp").status == 404
    assert OnvifClient(client).change("trt:GetProfiles").raw.count('token="h264_sub"') == 0
    refused = client.get("/cgi/mpeg/stream1.cgi", stream="sub").text
    assert refused.startswith("Request failed: stream=sub: H.264 has no smaller stream now")
    assert client.get("/cgi/mpeg/stream1.cgi", stream="third").text.startswith("Request failed: stream=third")
