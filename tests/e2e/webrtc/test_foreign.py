"""aiortc as a WebRTC client that others wrote."""

import asyncio
from collections import Counter

import pytest
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from av import VideoFrame
from tests.e2e.camera import CameraProcess
from tests.e2e.webrtc.test_whep import post, until

pytestmark = pytest.mark.slow


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
