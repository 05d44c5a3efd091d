"""The microphone's sound in other codecs, decoded by FFmpeg: the same tone at the same time, for all listeners."""

import asyncio
import math
from array import array
from collections.abc import AsyncIterator, Callable

import av
import numpy as np
import pytest
from tests.media.scripted_source import NOON, SECOND
from tests.server.serving import until

from ipcamd.media import codecs
from ipcamd.media.audio.audio_stream import AudioStream
from ipcamd.media.audio.microphone import Microphone
from ipcamd.media.codecs import Codec
from ipcamd.media.frame import NO_STATUS, AudioChunk, EncodedFrame

PITCH_HZ, BEGIN_S = 440, 0.5
DECODERS = {"alaw": ("pcm_alaw", 8000), "aac": ("aac", 16000), "opus": ("libopus", 48000)}
CODECS = [codec for codec in codecs.audio_codecs() if codec.audio_encoder]


class MicrophoneRig:
    """A microphone with silence, then a tone."""

    def __init__(self, codec: Codec) -> None:
        self.needs: list[bool] = []
        self.microphone = Microphone(lambda: NOON, lambda: NO_STATUS)
        self.microphone.need = self.needs.append
        self.microphone.enabled = True
        self.stream = AudioStream(codec, self.microphone)
        self.frames: list[EncodedFrame] = []

    def speak(self, seconds: float) -> None:
        for first in range(0, int(seconds * 8000), 320):
            times = [at / 8000 for at in range(first, first + 320)]
            wave = array("h", (int(9000 * math.sin(math.tau * PITCH_HZ * t)) if t >= BEGIN_S else 0 for t in times))
            self.microphone.feed(AudioChunk(np.array(wave, np.int16), NOON + first * SECOND // 8000))


def decode(codec: Codec, frames: list[EncodedFrame]) -> "tuple[np.ndarray[tuple[int], np.dtype[np.float64]], int]":
    """Return samples, -1 to 1, and their rate."""
    name, rate = DECODERS[codec.name]
    decoder = av.CodecContext.create(name, "r")
    assert isinstance(decoder, av.AudioCodecContext)
    decoder.sample_rate, decoder.layout = rate, "mono"
    if codec is codecs.AAC:
        decoder.extradata = bytes.fromhex("140856e500")
    decoded = [frame for each in frames for frame in decoder.decode(av.Packet(each.payload))]
    samples = np.concatenate([frame.to_ndarray().ravel() for frame in decoded])
    return samples / (32768 if samples.dtype == np.int16 else 1), rate


@pytest.fixture
async def rig(codec: Codec) -> AsyncIterator[MicrophoneRig]:
    rig = MicrophoneRig(codec)
    yield rig
    rig.stream.close()
    rig.microphone.close()


@pytest.mark.parametrize("codec", CODECS)
async def test_a_tone_comes_out_at_its_pitch_and_time(rig: MicrophoneRig, codec: Codec) -> None:
    rig.stream.hub.subscribe(rig.frames.append)
    rig.speak(2.0)
    await until(lambda: rig.frames and rig.frames[-1].captured_ns > NOON + 1.7 * SECOND)
    rig.stream.hub.unsubscribe(rig.frames.append)
    samples, rate = decode(codec, rig.frames)
    spectrum = np.abs(np.fft.rfft(samples[-rate:] * np.hanning(rate)))
    assert abs(int(np.argmax(spectrum)) - PITCH_HZ) <= 1
    assert np.abs(samples).max() == pytest.approx(9000 / 32768, rel=0.3)
    begun_s = int(np.argmax(np.abs(samples) > 0.05)) / rate + (rig.frames[0].captured_ns - NOON) / SECOND
    assert begun_s == pytest.approx(BEGIN_S, abs=0.02)
    ticks = codec.rtp_format.ticks(codec.rtp_format.payloads(rig.frames[0].payload)[0])
    times = [frame.captured_ns for frame in rig.frames]
    assert np.diff(times) == pytest.approx(ticks * SECOND / codec.rtp_format.clock, abs=10)


@pytest.mark.parametrize("codec", CODECS)
async def test_nothing_runs_without_a_listener_or_a_microphone(rig: MicrophoneRig, codec: Codec) -> None:
    take: Callable[[EncodedFrame], None] = rig.frames.append
    assert rig.needs == []
    rig.stream.hub.subscribe(take)
    rig.microphone.enabled = False
    assert rig.needs == [True, False]
    rig.microphone.enabled = True
    rig.stream.hub.unsubscribe(take)
    assert rig.needs == [True, False, True, False]
    rig.stream.hub.subscribe(take)
    rig.speak(0.5)
    await until(lambda: len(rig.frames) > 2)
    rig.stream.close()
    rig.microphone.close()
    assert rig.needs[-1] is False
    await asyncio.sleep(0)


@pytest.mark.parametrize("codec", [codecs.AAC])
async def test_a_failing_encoder_is_logged_and_ends_nothing(
    rig: MicrophoneRig, codec: Codec, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        def encode(self, samples: bytes, captured_ns: int) -> list[object]:
            raise OSError("no encoder")

    rig.stream.hub.subscribe(rig.frames.append)
    rig.stream._encoder = Broken()  # type: ignore[assignment]
    rig.speak(0.2)
    await until(lambda: "sound in AAC: no encoder" in caplog.text)
    rig.stream.hub.unsubscribe(rig.frames.append)
