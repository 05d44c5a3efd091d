"""Recordings in MP4: delivered like AVI, played by FFmpeg and a browser without conversion, complete after a kill."""

import io
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import av
import pytest
from tests.delivery.ftp.ftp_server import PASSWORD as FTP_PASSWORD
from tests.delivery.ftp.ftp_server import USER, FtpServer
from tests.e2e.camera import PASSWORD, CameraProcess, eventually
from tests.e2e.chromium import Chromium
from tests.e2e.events.test_events import outside, schedule
from tests.e2e.streams.test_players import ffprobe_all, run
from tests.wire.avi.avi_files import playable, played

pytestmark = pytest.mark.slow

PLAY = """((address) => new Promise((resolve) => {
    const video = document.createElement("video");
    const tell = () => resolve({ width: video.videoWidth, length: video.duration, at: video.currentTime,
                                 heard: video.webkitAudioDecodedByteCount, error: video.error?.message ?? "" });
    video.addEventListener("ended", tell);
    video.addEventListener("error", tell);
    Object.assign(video, { muted: true, src: address }).play();
}))"""


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CameraProcess]:
    """A camera that makes clips in MP4 of two seconds and more."""
    folder = tmp_path_factory.mktemp("mp4")
    camera = CameraProcess(
        folder / "state", "--source=scene", "--allow-local-targets", f"--sdcard={folder / 'card'}"
    ).start()
    camera.client.update("Image.H264", Resolution=1)
    camera.client.update("Audio", MicEnabled="yes")
    camera.client.update("Event.Server.General", FileFormat="MP4", PreEvent=1, PostEvent=2)
    schedule(camera, Name="door", TriggerDI1=1, EnableSDCard=1)
    yield camera
    camera.stop()


def card(camera: CameraProcess) -> Path:
    return camera.state.parent / "card" / "event"


def take_clip(camera: CameraProcess) -> Path:
    """Trigger an event; return its clip on the card."""
    before = set(card(camera).glob("*"))
    outside(camera, di1="high")
    found = eventually(lambda: set(card(camera).glob("*.mp4")) - before, "no clip comes")
    outside(camera, di1="low")
    (clip,) = found
    list_events = {"action": "list", "dir": "event"}
    eventually(lambda: clip.name in camera.client.get("/sdcard.cgi", **list_events).text, "it is not listed")
    return clip


def told(camera: CameraProcess, path: str, clip: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(camera.client.get(f"/web/{path}", dir="event", fname=clip.name).text)
    return found


def codecs_of(clip: Path) -> set[object]:
    assert playable(clip) == ""
    return {stream["codec_name"] for stream in ffprobe_all(str(clip))}


def length_s(clip: Path) -> float:
    command = ("ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", str(clip))
    return float(subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout)


def test_a_browser_plays_a_clip_as_it_is(camera: CameraProcess) -> None:
    clip = take_clip(camera)
    assert codecs_of(clip) == {"h264", "aac"}
    assert 1 < length_s(clip) < 5.5
    download = camera.client.get("/sdcard.cgi", action="download", dir="event", fname=clip.name)
    assert (download.body, download.fields["Content-Type"]) == (clip.read_bytes(), "video/mp4")
    assert told(camera, "segments", clip)["segment"] is None
    assert camera.client.get("/web/thumbnail", dir="event", fname=clip.name).body.startswith(b"\xff\xd8")
    run("mpv", "--no-config", "--really-quiet", "--vo=null", "--ao=null", str(clip))
    with Chromium() as browser:
        browser.log_in("admin", PASSWORD)
        browser.go(f"http://127.0.0.1:{camera.port}/api")
        seen = browser.run(f"{PLAY}('/web/video?dir=event&fname={quote(clip.name)}')")
    assert seen["error"] == ""
    assert seen["width"] == 320
    assert seen["heard"] > 0
    assert seen["length"] == pytest.approx(length_s(clip), abs=0.2)


def test_h265_and_opus_if_they_are_chosen(camera: CameraProcess) -> None:
    client = camera.client
    client.update("Image.H265", Enabled="yes", Resolution=1)
    client.update("Audio", Codec="opus")
    client.update("Event.Server.General", EncodeFormat="H265")
    try:
        clip = take_clip(camera)
    finally:
        client.update("Event.Server.General", EncodeFormat="H264")
        client.update("Audio", Codec="ulaw")
        client.update("Image.H265", Enabled="no")
    assert codecs_of(clip) == {"hevc", "opus"}
    assert told(camera, "segments", clip)["segment"]  # the page plays it encoded again
    segment = camera.client.get("/web/segment", dir="event", fname=clip.name, number=0).body
    with av.open(io.BytesIO(segment), format="mp4") as box:
        assert [stream.codec_context.name for stream in box.streams] == ["h264", "aac"]
    assert 1 < length_s(clip) < 5.5


def test_a_clip_reaches_the_ftp_server(camera: CameraProcess, tmp_path: Path) -> None:
    client = camera.client
    with FtpServer(tmp_path / "ftp") as server:
        client.update("Event.Server.FTP", Enable="yes", Port=server.port, FTPServer="127.0.0.1", UserName=USER, Path="")
        client.get("/cgi/admin/param.cgi", action="update", group="Event.Server.FTP", Password=FTP_PASSWORD)
        schedule(camera, Name="far", TriggerDI2=1, EnableFtp=1)
        outside(camera, di2="high")
        (name,) = eventually(lambda: [name for name in server.files() if name.endswith(".mp4")], "nothing comes")
        outside(camera, di2="low")
        client.get("/cgi/event/schedule.cgi", action="remove", Name="far")
    assert codecs_of(tmp_path / "ftp" / name) == {"h264", "aac"}


def record(camera: CameraProcess, size_bytes: int) -> Path:
    """Record continuously; return the recording when it has that size."""
    folder = camera.state.parent / "card" / "record"
    before = set(folder.glob("*.mp4"))
    schedule(camera, Name="always", ScheduleTimeMode=1, EnableSDCard=1)

    def written() -> list[Path]:
        return [path for path in set(folder.glob("*.mp4")) - before if path.stat().st_size > size_bytes]

    (recording,) = eventually(written, "nothing is recorded")
    return recording


def complete(camera: CameraProcess, recording: Path) -> None:
    """End continuous recording; wait until the recording is complete."""
    camera.client.get("/cgi/event/schedule.cgi", action="remove", Name="always")
    asked = {"action": "download", "dir": "record", "fname": recording.name}
    answer = eventually(
        lambda: found if (found := camera.client.get("/sdcard.cgi", **asked)).status == 200 else None,
        "it is not complete",
    )
    assert answer.body == recording.read_bytes()
    assert codecs_of(recording) == {"h264", "aac"}


def test_continuous_recordings_are_exported_and_replayed(camera: CameraProcess, tmp_path: Path) -> None:
    recording, client = record(camera, 150_000), camera.client
    complete(camera, recording)
    assert recording.name in client.get("/sdcard.cgi", action="list", dir="record").text
    (listed,) = (r for r in json.loads(client.get("/web/recordings").text)["recordings"] if r["name"] == recording.name)
    exported = tmp_path / "export.mp4"
    asked = {"id": "1", "since": listed["start"], "until": listed["end"], "dir": "record"}
    exported.write_bytes(client.get("/web/export", **asked).body)
    assert codecs_of(exported) == {"h264", "aac"}
    assert played(exported) == played(recording)
    replayed = ffprobe_all(f"rtsp://admin:{PASSWORD}@127.0.0.1:{camera.rtsp}/replay/sdcard")
    assert {stream["codec_name"] for stream in replayed} >= {"h264", "aac"}


def test_a_killed_camera_leaves_a_recording_that_plays(camera: CameraProcess) -> None:
    recording = record(camera, 100_000)
    camera.kill()
    assert played(recording)  # as it is, before the camera repairs it
    camera.start()
    complete(camera, recording)


def test_a_killed_camera_delivers_what_it_had(camera: CameraProcess) -> None:
    camera.client.update("Event.Server.General", PostEvent=5)
    before, earlier = set(card(camera).glob("*")), set(camera.state.rglob("*.mp4"))

    def is_written() -> bool:
        return any(path.stat().st_size > 60_000 for path in set(camera.state.rglob("*.mp4")) - earlier)

    outside(camera, di1="high")
    eventually(is_written, "nothing is written")
    camera.kill()
    camera.start()
    (clip,) = eventually(lambda: set(card(camera).glob("*.mp4")) - before, "no clip comes")
    assert codecs_of(clip) == {"h264", "aac"}
    assert length_s(clip) > 0.5
