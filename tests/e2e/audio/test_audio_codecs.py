"""The microphone's sound in A-law, AAC and Opus (``Audio.Codec``): players decode it, in sync with the picture."""

import itertools
import subprocess
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from tests.e2e.camera import PASSWORD, CameraProcess
from tests.e2e.parts import Format, Part, sdk_parts
from tests.e2e.received_stream import BLOCK, LONGEST, RATE, SOUND, ReceivedStream
from tests.e2e.streams.test_players import ffprobe_all, run
from tests.e2e.streams.test_rtsp import playing, url

from ipcamd.media.source.scene.plan import Plan
from ipcamd.wire import ulaw

pytestmark = pytest.mark.slow

PITCH_HZ = 1000
NAMES = {"alaw": "pcm_alaw", "aac": "aac", "opus": "opus"}
DEPAYLOADERS = {
    "alaw": "rtppcmadepay ! alawdec",
    "aac": "rtpmp4gdepay ! aacparse ! avdec_aac",
    "opus": "rtpopusdepay ! opusdec",
}


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CameraProcess]:
    """A camera whose microphone is on."""
    camera = CameraProcess(tmp_path_factory.mktemp("codecs") / "state", "--source=scene").start()
    camera.client.update("Audio", MicEnabled="yes")
    camera.client.update("Image.H264", Resolution=1)
    yield camera
    camera.stop()


@pytest.fixture(params=NAMES)
def codec(camera: CameraProcess, request: pytest.FixtureRequest) -> str:
    """One codec after the other."""
    name: str = request.param
    camera.client.update("Audio", Codec=name)
    return name


def pitch(file: Path, rate: int = 48_000) -> float:
    """The loudest frequency of a file, as FFmpeg decodes it, in Hertz."""
    command = ("ffmpeg", "-v", "error", "-i", str(file), "-f", "s16le", "-ar", str(rate), "-ac", "1", "-")
    done = subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL, timeout=60)
    wave = np.frombuffer(done.stdout, np.int16) / 32768
    assert np.abs(wave).max() > 0.1
    return float(np.argmax(np.abs(np.fft.rfft(wave * np.hanning(wave.size))))) * rate / wave.size


def test_ffmpeg_receives_the_tone(camera: CameraProcess, codec: str, tmp_path: Path) -> None:
    (stream,) = ffprobe_all(url(camera, "/audio"), "-rtsp_transport", "tcp")
    assert (stream["codec_name"], stream["codec_type"]) == (NAMES[codec], "audio")
    file = tmp_path / "heard.wav"
    source = ("-rtsp_transport", "udp", "-i", url(camera, "/audio"))
    done = run("ffmpeg", "-v", "error", *source, "-t", "2.5", str(file))
    assert not done.stderr
    assert pitch(file) == pytest.approx(PITCH_HZ, abs=5)


def test_gstreamer_receives_the_tone(camera: CameraProcess, codec: str, tmp_path: Path) -> None:
    file = tmp_path / "heard.wav"
    source = (f"location={url(camera, '/audio', '')}", "user-id=admin", f"user-pw={PASSWORD}", "protocols=tcp")
    chain = f"! {DEPAYLOADERS[codec]} ! audioconvert ! audioresample ! audio/x-raw,format=S16LE,rate=48000 ! identity"
    end = f"eos-after=60 ! wavenc ! filesink location={file}"
    run("gst-launch-1.0", "-q", "rtspsrc", *source, *chain.split(), *end.split())
    assert pitch(file) == pytest.approx(PITCH_HZ, abs=5)


def test_flash_and_beep_are_together(camera: CameraProcess, codec: str) -> None:
    with playing(camera, "/h264") as player:
        assert player.streams.audio[0].codec_context.name == NAMES[codec]
        assert max(watch_scene(player, 2).apart_ms()) < 40


def watch_scene(player: "av.container.InputContainer", count: int) -> ReceivedStream:
    """Decode the scene until its lamp was seen to go on `count` times without a picture missing."""
    seen, resampler = ReceivedStream(1 / 30), av.AudioResampler("s16", "mono", RATE, frame_size=BLOCK)
    for packet in player.demux():
        for frame in packet.decode():
            if isinstance(frame, av.AudioFrame):
                seen.sound += (part_of(block) for block in resampler.resample(frame))
            elif isinstance(frame, av.VideoFrame) and frame.time is not None:
                lamp = Plan((frame.width, frame.height)).lamp
                inside = np.s_[lamp.top : lamp.top + lamp.height, lamp.left : lamp.left + lamp.width]
                seen.levels.append((frame.time, float(frame.to_ndarray(format="gray")[inside].mean())))
        if len(seen.levels) % 30 == 29 and seen.count(exact=True) >= count:
            return seen
        assert len(seen.levels) < LONGEST, "no flash is seen without a gap"
    raise AssertionError("the stream ended")


def part_of(block: av.AudioFrame) -> Part:
    """Return decoded sound in the form of the camera's own parts."""
    assert block.time is not None
    second, rest = divmod(block.time, 1)
    samples = ulaw.encode(block.to_ndarray().tobytes())
    return Part(0, len(samples), SOUND, int(second), round(rest * 1e6), 0, 0, samples)


def test_the_sdk_s_addresses_keep_u_law(camera: CameraProcess, codec: str) -> None:
    """Another codec changes only the description."""
    with camera.client.open("/cgi/audio/audio.cgi") as answer:
        parts = list(itertools.islice(sdk_parts(answer), 30))
    assert {(part.type, part.size, Format.of(part.format).type) for part in parts} == {(SOUND, BLOCK, 3)}
    assert camera.client.value("Properties.Audio", "Format") == f"ulaw,{codec}"


def test_it_changes_for_new_listeners_and_goes_on_for_the_others(camera: CameraProcess) -> None:
    camera.client.update("Audio", Codec="aac")
    with playing(camera, "/audio") as old:
        sound = old.decode(audio=0)
        assert next(sound).sample_rate == 16_000
        camera.client.update("Audio", Codec="ulaw")
        with playing(camera, "/audio") as new:
            assert next(new.decode(audio=0)).sample_rate == 8_000
        assert [next(sound).sample_rate for _ in range(30)] == [16_000] * 30
    assert camera.client.value("Properties.Audio", "Format") == "ulaw"
    refused = camera.client.get("/cgi/admin/param.cgi", action="update", group="Audio", Codec="mp3").text
    assert refused.startswith("Request failed: Audio.Codec=mp3: ")
