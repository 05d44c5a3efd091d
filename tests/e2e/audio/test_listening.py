"""The microphone's sound, alone and interleaved with the pictures, and synchronized with them."""

import contextlib
import http.client
import itertools
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.conftest import StartCamera
from tests.e2e.camera import PATIENCE, CameraProcess, Client, eventually
from tests.e2e.parts import Part, sdk_parts
from tests.e2e.received_stream import SOUND, flashing_video, linear, watch
from tests.e2e.streams.test_players import run

from ipcamd.media.source.scene.plan import Plan

pytestmark = pytest.mark.slow

AUDIO, MJPEG = "/cgi/audio/audio.cgi?type=uLaw", "/cgi/mjpg/mjpeg.cgi"
ETH_P_IP = 0x0800
WHOLE = (slice(None), slice(None))


def heard(client: Client, path: str = AUDIO, count: int = 50) -> list[Part]:
    with client.open(path) as answer:
        assert answer.headers["Content-Type"] == "multipart/mixed;boundary=myboundary"
        return list(itertools.islice(sdk_parts(answer), count))


def samples(parts: list[Part]) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    return np.concatenate([linear(part.payload) for part in parts])


def pitch(parts: list[Part]) -> float:
    """The loudest frequency, in Hertz."""
    wave = samples(parts)
    return float(np.argmax(np.abs(np.fft.rfft(wave * np.hanning(wave.size))))) * 8000 / wave.size


@pytest.fixture
def hearing(start_camera: StartCamera) -> Callable[..., CameraProcess]:
    """Start a camera whose microphone is enabled."""

    def start(*options: str) -> CameraProcess:
        camera = start_camera(*options)
        camera.client.update("Audio", MicEnabled="yes")
        return camera

    return start


def test_sound_alone_is_framed_numbered_and_timed(hearing: Callable[..., CameraProcess]) -> None:
    client = hearing("--source=scene").client
    parts = heard(client, count=40)
    assert {(part.type, part.size, part.status) for part in parts} == {(SOUND, 320, 0)}
    # u-law, 8 bits, 8000 per second, one channel, 40 ms
    assert {part.format for part in parts} == {3 | 0 << 4 | 0 << 6 | 1 << 9 | 40 << 11}
    steps = {(b.counter - a.counter, round(b.captured - a.captured, 6)) for a, b in itertools.pairwise(parts)}
    assert steps == {(1, 0.04)}
    again = heard(client, "/live/audio.cgi", count=2)
    assert again[0].counter > parts[-1].counter


def test_flash_and_beep_of_the_scene_are_together(hearing: Callable[..., CameraProcess]) -> None:
    client = hearing("--source=scene").client
    client.update("Image.MJPEG", Resolution=0)
    lamp = Plan((640, 480)).lamp
    box = slice(lamp.top + 3, lamp.top + lamp.height - 3), slice(lamp.left + 3, lamp.left + lamp.width - 3)
    with client.open(MJPEG) as answer:
        assert max(watch(sdk_parts(answer), box, 1 / 30).apart_ms()) < 10


@pytest.mark.parametrize("rate", [30, 8])
def test_flash_and_beep_of_a_video_are_together_and_over_its_seam(
    hearing: Callable[..., CameraProcess], tmp_path: Path, rate: int
) -> None:
    client = hearing(f"--source={flashing_video(tmp_path / 'flash.mp4', seconds=2)}").client
    client.update("Image.MJPEG", Resolution=1, Framerate=rate)
    with client.open(MJPEG) as answer:
        # of 25 pictures a second that are 8 the nearest ones are shown: hardly ever that of the moment of the flash
        seen = watch(sdk_parts(answer), WHOLE, 1 / 25, count=4, exact=rate == 30)
    assert max(seen.apart_ms()) < 10


def test_sound_comes_and_goes_at_once_in_a_running_stream(hearing: Callable[..., CameraProcess]) -> None:
    client = hearing("--source=scene").client
    with client.open(MJPEG) as answer:
        parts = sdk_parts(answer)
        assert SOUND in {part.type for part in itertools.islice(parts, 40)}
        client.update("Audio", MicEnabled="no")
        list(itertools.islice(parts, 60))  # frames in transit
        assert SOUND not in {part.type for part in itertools.islice(parts, 30)}
        client.update("Audio", MicEnabled="yes")
        assert SOUND in {part.type for part in itertools.islice(parts, 90)}


def test_disabling_disconnects_audio_only_viewers_and_is_reported(hearing: Callable[..., CameraProcess]) -> None:
    client = hearing("--source=scene").client
    assert client.get("/cgi/query/query.cgi?listen").text == "listen=0\r\n"
    with client.open(AUDIO) as answer:
        next(sdk_parts(answer))
        client.update("Audio", MicEnabled="no")
        with pytest.raises((EOFError, ConnectionError)):
            list(itertools.islice(sdk_parts(answer), 500))
    refused = client.get(AUDIO)
    assert (refused.status, refused.body) == (503, b"")
    assert client.get("/cgi/query/query.cgi?listen").text == "listen=2\r\n"


def test_a_missing_microphone_is_reported(start_camera: StartCamera) -> None:
    client = start_camera("--source=scene", "--audio=none").client
    assert client.get("/cgi/query/query.cgi?listen").text == "listen=1\r\n"
    assert client.get(AUDIO).status == 503
    assert client.value("Hardware", "MicIn") == "0"
    assert client.value("Properties.Audio", "Audio") == "no"
    refused = client.get("/cgi/admin/param.cgi", action="update", group="Audio", MicEnabled="yes")
    assert "not supported by this device" in refused.text


def test_the_tone_replaces_the_sound_of_the_source(hearing: Callable[..., CameraProcess]) -> None:
    client = hearing("--source=scene", "--audio=tone").client
    assert pitch(heard(client, count=60)[20:]) == pytest.approx(440, abs=5)


def test_a_sound_file_is_played_and_its_loss_ends_nothing(
    hearing: Callable[..., CameraProcess], tmp_path: Path
) -> None:
    file = tmp_path / "sine.wav"
    run("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=700:d=1:r=44100", "-ac", "2", str(file))
    camera = hearing("--source=scene", f"--audio={file}")
    assert pitch(heard(camera.client, count=80)[20:]) == pytest.approx(700, abs=5)
    file.unlink()
    with camera.client.open(AUDIO) as answer:
        parts = sdk_parts(answer)
        silent = itertools.dropwhile(lambda part: set(part.payload) != {0xFF}, itertools.islice(parts, 400))
        assert next(silent)
    eventually(lambda: "audio " in camera.log)
    assert camera.client.get("/cgi/jpg/image.cgi").status == 200


@pytest.mark.parametrize(
    ("option", "words"), [("--audio=/nowhere.wav", "no such file"), ("--audio=alsa:nix", "alsa:nix: cannot be opened")]
)
def test_sound_that_is_unavailable_at_start_is_exit_code_2(start_camera: StartCamera, option: str, words: str) -> None:
    with pytest.raises(AssertionError, match=f"(?s)exit code 2.*{words}"):
        start_camera("--source=scene", option)


def test_ffmpeg_plays_the_bare_form(hearing: Callable[..., CameraProcess], tmp_path: Path) -> None:
    client = hearing("--source=scene", "--audio=tone").client
    played = tmp_path / "played.wav"
    url = client.url("/cgi/audio/audio.cgi?header=no")
    done = run("ffmpeg", "-v", "error", "-f", "mulaw", "-ar", "8000", "-ac", "1", "-i", url, "-t", "3", str(played))
    assert not done.stderr
    done = run("ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", str(played))
    assert float(done.stdout) == pytest.approx(3.0, abs=0.1)


@pytest.fixture
def wire() -> Iterator[socket.socket]:
    """All IP packets that pass the loopback."""
    try:
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IP))
    except PermissionError:
        pytest.skip("only root may capture packets")
    with sock:
        sock.bind(("lo", 0))
        sock.settimeout(PATIENCE)
        yield sock


def tos_of(wire: socket.socket, port: int, count: int = 8) -> int:
    """The type of service of the packets with data that go out from a TCP port now: the last of so many."""
    tos = -1
    while count:
        packet = wire.recv(65536)
        size = 4 * (packet[0] & 15)
        if packet[9] == socket.IPPROTO_TCP and packet[size : size + 2] == port.to_bytes(2) and len(packet) > 200:
            tos, count = packet[1], count - 1
    return tos


def drain(answer: http.client.HTTPResponse) -> None:
    """Read until the answer ends, or the test."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        while answer.read(1000):
            pass


@pytest.mark.parametrize(("path", "both", "audio"), [(MJPEG, 34, 0), ("/cgi/audio/audio.cgi", 46, 46)])
def test_quality_of_service_marks_what_is_sent(
    hearing: Callable[..., CameraProcess], wire: socket.socket, path: str, both: int, audio: int
) -> None:
    client = hearing("--source=scene").client
    client.update("Network.Advanced.QoS", VideoDSCP=34, AudioDSCP=46)
    with client.open(path) as answer:
        threading.Thread(target=drain, args=(answer,), daemon=True).start()
        for changes, expected in (({}, 0), ({"Enabled": "yes", "Type": "both"}, both), ({"Type": "audio"}, audio)):
            if changes:
                client.update("Network.Advanced.QoS", **changes)
            eventually(lambda expected=expected: tos_of(wire, client.port) == expected << 2)  # type: ignore[misc]
