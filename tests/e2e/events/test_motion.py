"""SDK 4 and 3.1: windows through /setup.cgi, levels and states of inputs and output in the Status word."""

import itertools
from collections.abc import Iterator

import pytest
from tests.conftest import StartCamera
from tests.e2e.camera import CameraProcess, Client, eventually
from tests.e2e.parts import sdk_parts

from ipcamd.wire.payload_header import Status

pytestmark = pytest.mark.slow

WINDOWS = "mddata=1,0,120,640,480,50|1,0,0,160,100,50|0,0,0,640,480,50&mdpercent=5|5|5&motionenable=1"
"""The first below the scene's board with its clock, the second over the wall's corner, the third off."""

STREAMS = ["/cgi/mjpg/mjpeg.cgi", "/cgi/mpeg/stream1.cgi", "/cgi/mpeg/stream2.cgi"]


def words(client: Client, seconds: float = 3, path: str = STREAMS[0]) -> Iterator[Status]:
    with client.open(path) as answer:
        for part in itertools.islice(sdk_parts(answer), round(seconds * 30)):
            yield Status.parse(part.status)


@pytest.mark.parametrize("path", STREAMS)
def test_levels_are_in_every_stream_while_the_visitor_walks(camera: CameraProcess, path: str) -> None:
    assert camera.client.get(f"/setup.cgi?{WINDOWS}").lines == ["OK mddata", "OK mdpercent", "OK motionenable"]
    first, second, third = zip(*(status.motion for status in words(camera.client, 4, path)), strict=True)
    assert max(first) > 20
    assert set(second) == set(third) == {0}


def test_objects_at_rest_have_no_level(camera: CameraProcess) -> None:
    camera.client.get(f"/setup.cgi?{WINDOWS}")
    camera.client.get("/cgi/admin/virtual.cgi", scene="still")
    list(words(camera.client, 3))
    assert {status.motion for status in words(camera.client, 3)} == {(0, 0, 0)}


def test_a_camera_that_moves_sees_no_motion(camera: CameraProcess) -> None:
    client = camera.client
    client.get(f"/setup.cgi?{WINDOWS}")
    client.get("/cgi/admin/virtual.cgi", scene="still")
    with client.open(STREAMS[0]) as answer:
        stream = sdk_parts(answer)
        for query in ("speed=3|3|3", "move=right&continuous=yes", "move=left&continuous=yes", "move=home"):
            assert client.get("/cgi/ptz/ptz.cgi?" + query).status == 204
            seen = {Status.parse(part.status).motion for part in itertools.islice(stream, 90)}
            assert seen == {(0, 0, 0)}, query


def test_the_switch_between_day_and_night_is_no_motion(camera: CameraProcess) -> None:
    client = camera.client
    client.get(f"/setup.cgi?{WINDOWS}")
    client.get("/cgi/admin/virtual.cgi", scene="still")
    client.update("ImageSource.IO.Sensor", Brightness=160, Contrast=180)
    list(words(client, 2))
    with client.open(STREAMS[0]) as answer:
        stream = sdk_parts(answer)
        for usage in ("off", "on", "off"):
            client.update("IRCUt", Usage=usage)
            seen = {Status.parse(part.status).motion for part in itertools.islice(stream, 90)}
            assert seen == {(0, 0, 0)}, usage


def test_inputs_and_output_are_in_the_status_word(camera: CameraProcess) -> None:
    client = camera.client
    assert next(words(client)) == Status()
    client.get("/cgi/admin/virtual.cgi", di2="high")
    client.update("GPIO", TriggerOutStatus1="high")
    with client.open(STREAMS[0]) as answer:
        stream = sdk_parts(answer)
        eventually(lambda: Status.parse(next(stream).status) == Status(inputs=(False, True), output=True))


def test_acknowledged_changes_survive_a_power_cut(start_camera: StartCamera) -> None:
    camera = start_camera("--source=scene")
    camera.client.get(f"/setup.cgi?{WINDOWS}&mdname=Door")
    listed = camera.client.get("/setup.cgi").text
    assert "mdname=Door\r\n" in listed
    camera.kill()
    assert start_camera("--source=scene").client.get("/setup.cgi").text == listed
