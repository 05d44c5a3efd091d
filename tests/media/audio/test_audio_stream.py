"""The microphone's sound in other codecs, decoded by FFmpeg: the same tone at the same time, for all listeners."""

import asyncio
import math
from array import array
from collections.abc import AsyncIterator, Callable

import av
import numpy as np
import pytest
from tests.media.stage import NOON, SECOND
from tests.server.serving import until

from ipcamd.media import codecs
from ipcamd.media.audio.audio_stream import AudioStream
from ipcamd.media.audio.microphone import Microphone
from ipcamd.media.codecs import Codec
from ipcamd.media.frame import AudioChunk, EncodedFrame

PITCH_HZ, BEGIN_S = 440, 0.5
DECODERS = {"alaw": ("pcm_alaw", 8000), "aac": ("aac", 16000), "opus": ("libopus", 48000)}
CODECS = [codec for codec in codecs.audio_codecs() if codec.audio_encoder]


class Room:
    """A microphone that hears silence, then a tone."""

    def __init__(self, codec: Codec) -> None:
        self.needs: list[bool] = []
        self.microphone = Microphone(lambda: NOON, need=self.needs.append)
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
async def room(codec: Codec) -> AsyncIterator[Room]:
    room = Room(codec)
    yield room
    room.stream.close()
    room.microphone.close()


@pytest.mark.parametrize("codec", CODECS)
async def test_a_tone_comes_out_at_its_pitch_and_time(room: Room, codec: Codec) -> None:
    room.stream.hub.subscribe(room.frames.append)
    room.speak(2.0)
    await until(lambda: room.frames and room.frames[-1].captured_ns > NOON + 1.7 * SECOND)
    room.stream.hub.unsubscribe(room.frames.append)
    samples, rate = decode(codec, room.frames)
    spectrum = np.abs(np.fft.rfft(samples[-rate:] * np.hanning(rate)))
    assert abs(int(np.argmax(spectrum)) - PITCH_HZ) <= 1
    assert np.abs(samples).max() == pytest.approx(9000 / 32768, rel=0.3)
    begun_s = int(np.argmax(np.abs(samples) > 0.05)) / rate + (room.frames[0].captured_ns - NOON) / SECOND
    assert begun_s == pytest.approx(BEGIN_S, abs=0.02)
    ticks = codec.rtp_format.ticks(codec.rtp_format.payloads(room.frames[0].payload)[0])
    times = [frame.captured_ns for frame in room.frames]
    assert np.diff(times) == pytest.approx(ticks * SECOND / codec.rtp_format.clock, abs=10)


@pytest.mark.parametrize("codec", CODECS)
async def test_nothing_runs_without_a_listener_or_a_microphone(room: Room, codec: Codec) -> None:
    take: Callable[[EncodedFrame], None] = room.frames.append
    assert room.needs == []
    room.stream.hub.subscribe(take)
    room.microphone.enabled = False
    assert room.needs == [True, False]
    room.microphone.enabled = True
    room.stream.hub.unsubscribe(take)
    assert room.needs == [True, False, True, False]
    room.stream.hub.subscribe(take)
    room.speak(0.5)
    await until(lambda: len(room.frames) > 2)
    room.stream.close()
    room.microphone.close()
    assert room.needs[-1] is False
    await asyncio.sleep(0)


@pytest.mark.parametrize("codec", [codecs.AAC])
async def test_a_failing_encoder_is_logged_and_ends_nothing(
    room: Room, codec: Codec, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        def encode(self, samples: bytes, captured_ns: int) -> list[object]:
            raise OSError("no encoder")

    room.stream.hub.subscribe(room.frames.append)
    room.stream._encoder = Broken()  # type: ignore[assignment]
    room.speak(0.2)
    await until(lambda: "sound in AAC: no encoder" in caplog.text)
    room.stream.hub.unsubscribe(room.frames.append)
