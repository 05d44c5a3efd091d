"""Recording by the whole camera: schedules, events, the card, power cuts, the page."""

import time
from datetime import datetime
from pathlib import Path
from statistics import median

import av
import numpy as np
import pytest
from tests.conftest import StartCamera
from tests.e2e.camera import PASSWORD, CameraProcess, Client, eventually
from tests.e2e.parts import wait_in_stream
from tests.e2e.received_stream import RATE, Flash, beginnings, flashes, flashing_video, nearest
from tests.e2e.streams.test_players import ffprobe_all
from tests.wire.avi.avi_files import playable, probe

pytestmark = pytest.mark.slow

ALWAYS = {"Name": "always", "ScheduleTimeMode": "1", "EnableSDCard": "1"}
INPUT = {"Name": "input", "TriggerDI1": "1", "EnableSDCard": "1"}


def schedule(client: Client, fields: dict[str, str]) -> None:
    assert client.get("/cgi/event/schedule.cgi", action="add", **fields).text.startswith("[Event.Schedule.")


def listed(client: Client, folder: str) -> list[str]:
    """Return the names in a folder of the card."""
    answer = client.get("/sdcard.cgi", action="list", dir=folder).text.rstrip("\r\n")
    return [entry.split("|")[0] for entry in answer.split(",")[4:]]


def files(camera: CameraProcess, folder: str) -> list[Path]:
    return sorted((camera.state / "sdcard" / folder).glob("*.avi"))


def seconds(path: Path) -> float:
    return float(str(probe(path)["format"]["duration"]))


def test_an_event_s_clip_goes_to_the_card_and_comes_back_whole(camera: CameraProcess) -> None:
    client = camera.client
    client.update("Audio", MicEnabled="yes")
    client.update("Event.Server.General", PreEvent=1, PostEvent=2)
    schedule(client, INPUT)
    wait_in_stream(client, 2)
    client.get("/cgi/admin/virtual.cgi", di1="high")
    (name,) = eventually(lambda: listed(client, "event"), "no clip")
    (path,) = files(camera, "event")
    found = probe(path)
    assert found["video"]["codec_name"] == "h264"
    assert float(str(found["format"]["duration"])) == pytest.approx(3, abs=1 / 30 + 0.001)
    assert int(str(found["audio"]["nb_frames"])) / 8000 == pytest.approx(3, abs=0.1)
    assert playable(path) == ""
    answer = client.get("/sdcard.cgi", action="download", dir="event", fname=name)
    assert answer.body == path.read_bytes()
    assert answer.fields["Content-Type"] == "video/x-msvideo"
    assert "di1 high" in client.get("/cgi/admin/eventlog.cgi").text
    assert client.get("/sdcard.cgi", action="delete", dir="event", fname=name).text == "1\r\n"
    assert listed(client, "event") == []


def heard_and_seen(path: Path) -> tuple[list[float], list[Flash]]:
    """Return when beeps begin and where the picture becomes light, in seconds from the recording's beginning."""
    with av.open(str(path)) as recording:
        levels = [
            (float(f.dts * f.time_base), float(f.to_ndarray(format="gray").mean())) for f in recording.decode(video=0)
        ]
    with av.open(str(path)) as recording:
        samples = np.concatenate([frame.to_ndarray()[0] for frame in recording.decode(audio=0)]) / 32768
    return [at / RATE for at in beginnings(samples)], flashes(levels)


@pytest.mark.parametrize(("encoding", "sound"), [("H264", "alaw"), ("MPEG4", "opus")])
def test_sound_is_in_step_with_the_pictures(
    start_camera: StartCamera, tmp_path: Path, encoding: str, sound: str
) -> None:
    """A light that flashes with a beep each second: in the clip they are as close as a frame and a block of sound."""
    camera = start_camera(f"--source={flashing_video(tmp_path / 'flashing.avi')}")
    client = camera.client
    client.update("Audio", MicEnabled="yes", Codec=sound)
    client.update("Event.Server.General", EncodeFormat=encoding, PreEvent=3, PostEvent=1)
    schedule(client, INPUT)
    wait_in_stream(client, 4, encoding)
    client.get("/cgi/admin/virtual.cgi", di1="high")
    eventually(lambda: listed(client, "event"), "no clip")
    (path,) = files(camera, "event")
    assert seconds(path) == pytest.approx(4, abs=1 / 25)
    heard, seen = heard_and_seen(path)
    # in the first second pictures may still be catching up
    apart = [flash.apart(nearest(flash.light, heard), 1 / 25) for flash in seen if 1 < flash.dark < 3.9]
    assert len(apart) >= 2
    assert max(apart) < 0.04, apart
    recorded = "pcm_alaw" if sound == "alaw" else "pcm_mulaw"  # AVI holds no Opus
    assert probe(path)["audio"]["codec_name"] == recorded
    replayed = ffprobe_all(f"rtsp://admin:{PASSWORD}@127.0.0.1:{camera.rtsp}/replay/sdcard")
    assert recorded in {stream["codec_name"] for stream in replayed}


def test_recording_continues_after_a_removed_card_and_ends_properly(camera: CameraProcess) -> None:
    client = camera.client
    schedule(client, ALWAYS)
    eventually(lambda: listed(client, "record"), "nothing is recorded")
    wait_in_stream(client, 2)
    client.get("/cgi/admin/virtual.cgi", sdcard="remove")
    assert client.value("Event.Server.External.Storage", "Mount") == "no"
    assert client.get("/sdcard.cgi", action="status").text == "0\r\n"
    client.get("/cgi/admin/virtual.cgi", sdcard="insert")
    eventually(lambda: len(listed(client, "record")) == 2, "recording did not go on")
    wait_in_stream(client, 1)
    camera.stop()
    assert len(files(camera, "record")) == 2
    for path in files(camera, "record"):
        assert playable(path) == ""
        assert seconds(path) > 0.5


def begun(path: Path) -> float:
    """Return the start of a recording by its head, in seconds since the epoch."""
    date = str(probe(path)["format"]["tags"]["date"])  # type: ignore[index]
    return datetime.fromisoformat(date).timestamp()


def fetched(camera: CameraProcess, name: str) -> bool:
    return camera.client.get("/sdcard.cgi", action="download", fname=name).status == 200


def test_kill_9_loses_at_most_the_last_second(start_camera: StartCamera) -> None:
    camera = start_camera("--source=scene")
    schedule(camera.client, ALWAYS)
    known: set[Path] = set()
    lost = []
    for pause in (1.5, 1.96, 2.42):
        (newest,) = eventually(lambda: set(files(camera, "record")) - known, "nothing is recorded")  # noqa: B023
        known.add(newest)
        time.sleep(pause)
        end = time.time()
        camera.kill()
        camera = start_camera("--source=scene")
        eventually(lambda: fetched(camera, newest.name), "the recording that was cut off is not there")  # noqa: B023
        assert playable(newest) == ""
        lost.append(end - begun(newest) - seconds(newest))
    assert median(lost) <= 1, lost
    assert max(lost) < 2.5, lost
    assert all(playable(path) == "" for path in known)


def test_kill_9_in_the_middle_of_an_event_leaves_its_clip(start_camera: StartCamera) -> None:
    """A thief who pulls the plug is on the card: the recording ends in the last second before."""
    camera = start_camera("--source=scene")
    camera.client.update("Event.Server.General", PreEvent=2, PostEvent=5)
    schedule(camera.client, INPUT)
    wait_in_stream(camera.client, 3)
    camera.client.get("/cgi/admin/virtual.cgi", di1="high")
    time.sleep(2.5)
    end = time.time()
    camera.kill()
    assert files(camera, "event") == []
    camera = start_camera("--source=scene")
    (name,) = eventually(lambda: listed(camera.client, "event"), "the clip is not there")
    (recording,) = files(camera, "event")
    assert recording.name in name
    assert playable(recording) == ""
    assert end - 2.5 < begun(recording) + seconds(recording) < end + 0.1
    assert seconds(recording) > 2 + 2.5 - 1.5
    camera.kill()
    camera = start_camera("--source=scene")  # it has been handed on, and is not again
    assert eventually(lambda: listed(camera.client, "event"), "the clip is gone") == [name]
