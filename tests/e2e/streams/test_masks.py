"""Privacy masks: no picture that leaves the camera shows a covered area, by any protocol."""

import contextlib
import io
import itertools
import threading
from collections.abc import Iterator
from pathlib import Path

import av
import pytest
from PIL import Image, ImageDraw
from tests.conftest import StartCamera
from tests.e2e.camera import CameraProcess, Client, eventually
from tests.e2e.parts import STREAMS, sdk_parts
from tests.e2e.pictures import Rgb, decode_jpeg
from tests.e2e.red_camera import RedCamera, red_camera

pytestmark = pytest.mark.slow

LEFT_HALF = {"Enabled": "yes", "Left": 0, "Top": 0, "Right": 320, "Bottom": 480, "Type": "black"}
CODECS = {"MJPEG": "mjpeg", "H264": "h264", "MPEG4": "mpeg4"}
SDK = {path: CODECS[name] for name, path in STREAMS.items()} | {"/cgi/mjpg/mjpeg.cgi?stream=sub": "mjpeg"}
RTSP = ("", "h264/sub")


@pytest.fixture
def source() -> Iterator[RedCamera]:
    with red_camera() as server:
        yield server


def first_pictures(client: Client, path: str, codec: str) -> Iterator[Rgb]:
    """Give the first pictures of a stream in the SDK's framing."""
    decoder = av.CodecContext.create(codec, "r")
    with client.open(path) as answer:
        pictures = (part for part in sdk_parts(answer) if part.type != ord("A"))
        for part in itertools.islice(pictures, 3):
            yield from (frame.to_ndarray(format="rgb24") for frame in decoder.decode(av.Packet(part.payload)))


def played(url: str) -> Iterator[Rgb]:
    """Give the first pictures that a player shows."""
    options = {"rtsp_transport": "tcp", "analyzeduration": "100000"} if url.startswith("rtsp") else {}
    with av.open(url, options=options, timeout=20) as medium:
        for frame in itertools.islice(medium.decode(video=0), 3):
            yield frame.to_ndarray(format="rgb24")


def snapshot(client: Client) -> Rgb:
    return decode_jpeg(client.get("/cgi/jpg/image.cgi").body)


def ways(camera: CameraProcess) -> Iterator[tuple[str, Rgb]]:
    """Give pictures of each way out of the camera, by new connections."""
    client = camera.client
    yield "snapshot", snapshot(client)
    for path, codec in SDK.items():
        yield from ((path, picture) for picture in first_pictures(client, path, codec))
    for url in (
        client.url("/cgi/mp4/live.mp4"),
        *(f"rtsp://admin:correct%20horse@127.0.0.1:{camera.rtsp}/{p}" for p in RTSP),
    ):
        yield from ((url, picture) for picture in played(url))


def is_red(half: Rgb) -> bool:
    red, green, blue = half.reshape(-1, 3).mean(axis=0)
    return bool(red > 150 and green < 80 and blue < 80)


def halves(picture: Rgb) -> tuple[bool, bool]:
    """Return whether the left and the right half are red; the middle, where codecs mix them, is left out."""
    middle = picture.shape[1] // 2
    return is_red(picture[:, : middle - 16]), is_red(picture[:, middle + 16 :])


@contextlib.contextmanager
def watched(client: Client) -> Iterator[None]:
    """Let viewers watch the main streams meanwhile."""

    def watch(path: str) -> None:
        with client.open(path) as answer:
            for _ in sdk_parts(answer):
                begun.release()
                if ended.is_set():
                    return

    ended, begun = threading.Event(), threading.Semaphore(0)
    viewers = [threading.Thread(target=watch, args=(path,), daemon=True) for path in STREAMS.values()]
    for viewer in viewers:
        viewer.start()
    assert all(begun.acquire(timeout=20) for _ in range(30))
    yield
    ended.set()
    for viewer in viewers:
        viewer.join(20)


def clips(camera: CameraProcess) -> list[Path]:
    return sorted((camera.state / "sdcard" / "event").glob("*.avi"))


def test_no_way_out_shows_what_is_covered(start_camera: StartCamera, source: RedCamera) -> None:
    camera = start_camera(f"--source=http://127.0.0.1:{source.server_address[1]}/")
    client = camera.client
    client.update("Event.Server.General", PreEvent=5, PostEvent=1)
    client.get("/cgi/event/schedule.cgi", action="add", Name="input", TriggerDI1="1", EnableSDCard="1")
    assert halves(snapshot(client)) == (True, True)
    with watched(client):
        client.update("Privacy.Mask5", **LEFT_HALF)
        client.get("/cgi/admin/virtual.cgi", di1="high")
        assert [way for way, picture in ways(camera) if halves(picture) != (False, True)] == []
        masked = "Stream MJPEG:encoded (a mask covers a part of the picture)"
        assert masked in client.get("/cgi/admin/serverreport.cgi").lines
        (clip,) = eventually(lambda: clips(camera))
        eventually(lambda: "|" in client.get("/sdcard.cgi", action="list", dir="event").text)
    with av.open(str(clip)) as recording:
        assert {halves(frame.to_ndarray(format="rgb24")) for frame in recording.decode(video=0)} == {(False, True)}
    camera.kill()
    camera.start()
    client = camera.client
    assert halves(snapshot(client)) == (False, True)
    assert [halves(picture) for picture in first_pictures(client, STREAMS["H264"], "h264")] == [(False, True)] * 3
    client.update("Privacy.Mask5", Enabled="no")
    assert halves(snapshot(client)) == (True, True)


def test_nothing_moves_under_a_mask(start_camera: StartCamera, source: RedCamera) -> None:
    """A lamp blinks on the left; in a mosaic it still does, but that is no motion."""
    pictures = []
    for shade in ("white", "black"):
        picture = Image.new("RGB", (640, 480), "red")
        ImageDraw.Draw(picture).rectangle((40, 40, 240, 240), shade)
        data = io.BytesIO()
        picture.save(data, "JPEG")
        pictures.append(data.getvalue())
    source.pictures = itertools.cycle(pictures[:1] * 5 + pictures[1:] * 5)
    camera = start_camera(f"--source=http://127.0.0.1:{source.server_address[1]}/")
    client = camera.client
    window = "1,0,0,640,480,50"
    assert client.get("/setup.cgi", motionenable=1, mddata=f"{window}|{window}|{window}").text.startswith("OK")
    with client.open(STREAMS["MJPEG"]) as answer:
        parts = (part for part in sdk_parts(answer) if part.type == ord("J"))
        assert any(part.status & 255 for part, _ in zip(parts, range(400), strict=False))
        client.update("Privacy.Mask1", **LEFT_HALF | {"Type": "mosaic"})
        # the lamp is hidden, but its light is visible: shades change within the mask
        shades = set()
        levels = []
        for part in itertools.islice(parts, 70):
            levels.append(part.status & 0xFFFFFF)
            shades.add(int(decode_jpeg(part.payload)[300:340, 300:340].mean()) // 32)
    assert len(shades) > 1
    assert not any(levels[30:])
