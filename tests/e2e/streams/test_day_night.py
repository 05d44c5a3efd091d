"""Day and night on the real camera: the colour of every stream, snapshot and clip; the filter, the lamp, the LED."""

import itertools
from pathlib import Path

import av
import pytest
from tests.conftest import StartCamera
from tests.e2e.camera import CameraProcess, Client, eventually
from tests.e2e.parts import sdk_parts
from tests.e2e.pictures import Rgb, decode_jpeg, difference
from tests.media.scripted_source import decoded

pytestmark = pytest.mark.slow

STREAMS = {"h264": "/cgi/mpeg/stream1.cgi", "mpeg4": "/cgi/mpeg/stream2.cgi", "mjpeg": "/cgi/mjpg/mjpeg.cgi"}
COLOURED, GREY = 5, 1
"""More difference of red and blue than the first is colour, less than the second is none."""


def colour(picture: Rgb) -> float:
    return difference(picture[..., 0], picture[..., 2])


def streamed(client: Client, codec: str) -> list[float]:
    """Return the colour of some pictures of a stream."""
    with client.open(STREAMS[codec]) as answer:
        payloads = [part.payload for part in itertools.islice(sdk_parts(answer), 15)]
    return [colour(frame.to_ndarray(format="rgb24")) for frame in decoded(codec, payloads)]


def snapshot(client: Client) -> float:
    return colour(decode_jpeg(client.get("/cgi/jpg/image.cgi").body))


def virtual(client: Client, **conditions: object) -> dict[str, str]:
    if conditions:
        assert client.get("/cgi/admin/virtual.cgi", **conditions).text == "OK\r\n"
    return dict(line.split("=", 1) for line in client.get("/cgi/admin/virtual.cgi").lines)


def test_by_night_every_stream_and_snapshot_is_grey(camera: CameraProcess) -> None:
    client = camera.client
    client.update("ImageSource.IO.Sensor", Saturation=200)
    for usage, night in (("on", False), ("off", True), ("on", False)):
        client.update("IRCUt", Usage=usage)
        found = {codec: streamed(client, codec) for codec in STREAMS} | {"snapshot": [snapshot(client)]}
        for what, colours in found.items():
            assert colours, what
            assert (max(colours) < GREY) if night else (min(colours) > COLOURED), (what, usage, colours)


def test_the_light_switches_filter_lamp_picture_and_recording(camera: CameraProcess) -> None:
    client = camera.client
    assert virtual(client)["ircut"] == "on"
    virtual(client, light=10)
    eventually(lambda: virtual(client)["ircut"] == "off", "night does not come")
    assert virtual(client)["irled"] == "on"
    assert snapshot(client) < GREY
    client.update("Event.Server.General", PreEvent=1, PostEvent=2)
    client.get("/cgi/event/schedule.cgi", action="add", Name="clip", TriggerDI1="1", EnableSDCard="1")
    eventually(lambda: streamed(client, "h264"))
    virtual(client, di1="high")
    (path,) = eventually(lambda: sorted(Path(camera.state / "sdcard" / "event").glob("*.avi")), "there is no clip")
    with av.open(str(path)) as clip:
        assert max(colour(frame.to_ndarray(format="rgb24")) for frame in clip.decode(video=0)) < GREY
    virtual(client, light=50)
    eventually(lambda: snapshot(client) > COLOURED, "day does not come")
    assert (virtual(client)["ircut"], virtual(client)["irled"]) == ("on", "off")


def test_settings_of_filter_and_led_survive_a_restart(start_camera: StartCamera) -> None:
    camera = start_camera("--source=scene")
    camera.client.update("IRCUt", Usage="off")
    camera.client.update("NetworkLED", Usage="off")
    assert virtual(camera.client)["led"] == "off"
    camera.kill()
    client = start_camera("--source=scene").client
    state = virtual(client)
    assert (state["ircut"], state["irled"], state["led"]) == ("off", "on", "off")
    assert snapshot(client) < GREY
