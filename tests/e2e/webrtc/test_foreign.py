"""aiortc as an independent WebRTC client."""

import asyncio
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame, VideoFrame
from tests.e2e.camera import PATIENCE, CameraProcess, eventually
from tests.e2e.pages.test_page_live import spoken
from tests.e2e.webrtc.test_whep import post, until

from ipcamd.media.audio.tone import PITCH_HZ

pytestmark = pytest.mark.slow

RATE_HZ, SAMPLES = 48_000, 960
"""Of a voice: 20 ms a frame."""


@pytest.mark.parametrize(("codec", "sent"), [("alaw", "PCMA/8000"), ("aac", "opus/48000/2"), ("opus", "opus/48000/2")])
async def test_aiortc_receives_the_tone(camera: CameraProcess, codec: str, sent: str) -> None:
    """Sound comes in the codec of ``Audio.Codec``; browsers know no AAC over RTP and get Opus."""
    await asyncio.to_thread(camera.client.update, "Audio", Codec=codec)
    heard, tracks = list[np.ndarray](), asyncio.Queue[MediaStreamTrack]()
    connection = RTCPeerConnection()
    connection.on("track", tracks.put_nowait)
    for kind in ("video", "audio"):
        connection.addTransceiver(kind, direction="recvonly")
    try:
        await connection.setLocalDescription(await connection.createOffer())
        answer = await asyncio.to_thread(post, camera, connection.localDescription.sdp.encode())
        sound = answer.text.partition("m=audio")[2]
        assert f" {sent}\r\n" in sound
        assert sound.count("a=rtpmap:") == 1
        await connection.setRemoteDescription(RTCSessionDescription(answer.text, "answer"))
        async with asyncio.timeout(3 * PATIENCE):
            while (track := await tracks.get()).kind != "audio":
                pass
            while sum(wave.size for wave in heard) < 2 * rate_of(sent):
                frame = await track.recv()
                assert isinstance(frame, AudioFrame)
                heard.append(frame.to_ndarray().ravel()[:: len(frame.layout.channels)])
    finally:
        await connection.close()
        await asyncio.to_thread(camera.client.update, "Audio", Codec="ulaw")
    wave = np.concatenate(heard)[-rate_of(sent) :]
    assert abs(int(np.argmax(np.abs(np.fft.rfft(wave * np.hanning(wave.size))))) - PITCH_HZ) <= 2


def rate_of(encoding: str) -> int:
    """The samples per second of a format."""
    return int(encoding.split("/")[1])


async def test_aiortc_decodes_pictures_and_sound(camera: CameraProcess) -> None:
    got, sizes = Counter[str](), set[tuple[int, int]]()
    pulling: list[asyncio.Task[None]] = []

    async def pull(track: MediaStreamTrack) -> None:
        try:
            while True:
                frame = await track.recv()
                got[track.kind] += 1
                if isinstance(frame, VideoFrame):
                    sizes.add((frame.width, frame.height))
        except MediaStreamError:
            return

    connection = RTCPeerConnection()
    connection.on("track", lambda track: pulling.append(asyncio.ensure_future(pull(track))))
    for kind in ("video", "audio"):
        connection.addTransceiver(kind, direction="recvonly")
    await connection.setLocalDescription(await connection.createOffer())
    answer = await asyncio.to_thread(post, camera, connection.localDescription.sdp.encode())
    await connection.setRemoteDescription(RTCSessionDescription(answer.text, "answer"))
    await until(lambda: got["video"] > 20 and got["audio"] > 20, "nothing is decoded")
    assert sizes == {(1280, 720)}
    await connection.close()
    await asyncio.gather(*pulling)


class ToneTrack(MediaStreamTrack):
    """A tone."""

    kind = "audio"

    def __init__(self, pitch_hz: int) -> None:
        super().__init__()
        self.pitch_hz, self.samples = pitch_hz, 0

    async def recv(self) -> AudioFrame:
        await asyncio.sleep(SAMPLES / RATE_HZ)
        times = np.arange(self.samples, self.samples + SAMPLES) / RATE_HZ
        wave = (8000 * np.sin(2 * np.pi * self.pitch_hz * times)).astype(np.int16)
        frame = AudioFrame.from_ndarray(wave.reshape(1, -1), "s16", "mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, self.samples, Fraction(1, RATE_HZ)
        self.samples += SAMPLES
        return frame


@pytest.mark.parametrize(("codec", "sent", "pitch_hz"), [("alaw", "PCMA/8000", 600), ("opus", "opus/48000/2", 1000)])
async def test_aiortc_talks(camera: CameraProcess, codec: str, sent: str, pitch_hz: int) -> None:
    await asyncio.to_thread(camera.client.update, "Audio", Codec=codec)
    connection, voice = RTCPeerConnection(), ToneTrack(pitch_hz)
    connection.addTransceiver("video", direction="recvonly")
    connection.addTransceiver(voice, direction="sendrecv")
    try:
        await connection.setLocalDescription(await connection.createOffer())
        answer = await asyncio.to_thread(post, camera, connection.localDescription.sdp.encode())
        sound = answer.text.partition("m=audio")[2]
        assert "a=sendrecv\r\n" in sound
        assert f" {sent}\r\n" in sound
        await connection.setRemoteDescription(RTCSessionDescription(answer.text, "answer"))
        await asyncio.to_thread(eventually, lambda: pitch_of(spoken(camera)) == pitch_hz, "the tone is not heard")
    finally:
        voice.stop()
        await connection.close()
        await asyncio.to_thread(camera.client.update, "Audio", Codec="ulaw")


def pitch_of(wave: np.ndarray) -> int:
    """Return the pitch of the last half second, to 20 Hz; 0 if there is less."""
    if wave.size < 4000:
        return 0
    strengths = np.abs(np.fft.rfft(wave[-4000:] * np.hanning(4000)))
    return 20 * round(2 * int(np.argmax(strengths)) / 20)
