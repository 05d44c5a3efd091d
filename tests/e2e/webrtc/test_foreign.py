"""aiortc as a WebRTC client that others wrote."""

import asyncio
from collections import Counter

import numpy as np
import pytest
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame, VideoFrame
from tests.e2e.camera import PATIENCE, CameraProcess
from tests.e2e.webrtc.test_whep import post, until

from ipcamd.media.sound.tone import PITCH_HZ

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("codec", "sent"), [("alaw", "PCMA/8000"), ("aac", "opus/48000/2"), ("opus", "opus/48000/2")])
async def test_aiortc_hears_the_tone(camera: CameraProcess, codec: str, sent: str) -> None:
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
        async with asyncio.timeout(PATIENCE):
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
