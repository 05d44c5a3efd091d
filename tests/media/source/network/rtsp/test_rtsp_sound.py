"""Sound of an RTSP source, with a scripted camera."""

import itertools
import math
import socket
import struct
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import av
import numpy as np
import pytest
from tests.media.encoded import h264
from tests.media.source.network.rtsp.scripted_camera import NOON, VIDEO, ScriptedCamera, pack, play, send

from ipcamd.errors import SourceError
from ipcamd.media.frame import AudioChunk, Packet
from ipcamd.media.source import source_timeout
from ipcamd.media.source.pacing import Clock
from ipcamd.time_units import SECOND_NS
from ipcamd.wire.packetize import aac
from ipcamd.wire.rtp import rtcp
from ipcamd.wire.rtp.rtp import RtpSequencer
from ipcamd.wire.rtsp.message import interleave
from ipcamd.wire.rtsp.sdp import MediaDescription

FRAMES = h264(12, gop=6)
SOUND = MediaDescription("audio", 0, "PCMU/8000", control="stream=1")


def tone(rate_hz: int, count: int) -> np.ndarray[Any, np.dtype[np.int16]]:
    return (12_000 * np.sin(np.arange(count) * 2 * math.pi * 440 / rate_hz)).astype(np.int16)


def encode(name: str, rate_hz: int, seconds: float) -> tuple[list[bytes], bytes]:
    """Return frames of a tone, and the configuration of their decoder."""
    context: Any = av.CodecContext.create(name, "w")
    context.sample_rate, context.layout, context.format = rate_hz, "mono", {"aac": "fltp"}.get(name, "s16")
    context.open()
    resampler = av.AudioResampler(context.format, "mono", rate_hz, context.frame_size or rate_hz // 50)
    frame = av.AudioFrame.from_ndarray(tone(rate_hz, int(rate_hz * seconds))[None], "s16", "mono")
    frame.sample_rate = rate_hz
    made = [bytes(packet) for each in [*resampler.resample(frame), None] for packet in context.encode(each)]
    return made, bytes(context.extradata or b"")


def aac_parameters(config: bytes) -> str:
    return f"mode=AAC-hbr;config={config.hex()};sizelength=13;indexlength=3;indexdeltalength=3"


def audio_tracks() -> Iterator[tuple[str, MediaDescription, list[tuple[int, bool, bytes]]]]:
    """Yield name, track and payloads with time stamp and marker."""
    for kind, name, title in (
        (0, "pcm_mulaw", "PCMU/8000"),
        (8, "pcm_alaw", "PCMA/8000"),
        (97, "pcm_s16be", "L16/16000"),
    ):
        rate = int(title.partition("/")[2])
        frames, _ = encode(name, rate, 1)
        track = MediaDescription("audio", kind, title, control="stream=1")
        yield name, track, [(at * rate // 50, True, data) for at, data in enumerate(frames)]
    frames, _ = encode("libopus", 48_000, 1)
    track = MediaDescription("audio", 97, "opus/48000/2", control="stream=1")
    yield "opus", track, [(at * 960, True, data) for at, data in enumerate(frames)]
    frames, config = encode("aac", 16_000, 1)
    track = MediaDescription("audio", 97, "MPEG4-GENERIC/16000/1", aac_parameters(config), "stream=1")
    yield "aac", track, [(at * 1024, True, aac.FORMAT.payloads(data)[0]) for at, data in enumerate(frames)]
    fragments = list[tuple[int, bool, bytes]]()
    for at, data in enumerate(frames):
        head, half = struct.pack(">HH", 16, len(data) << 3), len(data) // 2
        fragments += [(at * 1024, False, head + data[:half]), (at * 1024, True, head + data[half:])]
    yield "aac in fragments", track, fragments


@pytest.mark.parametrize(("track", "sent"), [pytest.param(*rest, id=name) for name, *rest in audio_tracks()])
def test_sound_is_decoded(track: MediaDescription, sent: list[tuple[int, bool, bytes]]) -> None:
    made = interleave(2, RtpSequencer(track.payload_type, 9, 1).pack(sent))
    camera = ScriptedCamera(send(*pack(FRAMES[:1]), made), (VIDEO, track))
    with camera, closing(play(camera.url, sound=True)) as items:
        heard = [item for item in itertools.islice(items, 20) if isinstance(item, AudioChunk)]
    samples = np.concatenate([chunk.samples for chunk in heard]).astype(float)
    spectrum = np.abs(np.fft.rfft(samples[-2048:] * np.hanning(min(2048, samples.size))))
    assert np.argmax(spectrum) * 8000 / min(2048, samples.size) == pytest.approx(440, abs=8)
    assert abs(samples).max() > 8000
    begun = (heard[-1].captured_ns - heard[4].captured_ns) / SECOND_NS
    assert begun == pytest.approx(sum(chunk.samples.size for chunk in heard[4:-1]) / 8000, abs=0.07)


def test_sender_reports_synchronize_sound_and_picture() -> None:
    """The picture of time stamp 9000 was captured with the sound of time stamp 50000."""
    video = list(pack(FRAMES))
    sound = RtpSequencer(0, 9, 1).pack((48_000 + 160 * at, True, b"\xff" * 160) for at in range(30))
    reports = interleave(1, [rtcp.sender_report(7, NOON, 9000, 1, 1, "c")])
    reports += interleave(3, [rtcp.sender_report(9, NOON, 50_000, 1, 1, "c")])
    camera = ScriptedCamera(send(reports, *video, interleave(2, sound)), (VIDEO, SOUND))
    with camera, closing(play(camera.url, sound=True)) as items:
        found = list(itertools.islice(items, 30))
    first = next(item for item in found if isinstance(item, Packet))
    chunk = next(item for item in found if isinstance(item, AudioChunk))
    # the picture is 0.1 s before the common moment, the sound 0.25 s
    assert (first.captured_ns - chunk.captured_ns) / SECOND_NS == pytest.approx(0.15, abs=0.03)


def test_sound_without_pictures_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_timeout, "SILENCE_S", 0.3)

    def script(camera: ScriptedCamera, client: socket.socket) -> None:
        client.sendall(b"".join(pack(FRAMES)))
        sequencer = RtpSequencer(0, 9, 1)
        for at in itertools.count():
            client.sendall(interleave(2, sequencer.pack([(160 * at, True, b"\xff" * 160)])))
            if camera.stopped.wait(0.02):
                return

    camera = ScriptedCamera(script, (VIDEO, SOUND))
    with camera, pytest.raises(SourceError, match=r"sends sound but no picture for 0\.3 s"):
        list(play(camera.url, clock=Clock()))
