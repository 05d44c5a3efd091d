"""Independent WebRTC clients in Node and GStreamer decode the stream of a real camera."""

import json
import subprocess
from pathlib import Path

import av
import numpy as np
import pytest
from tests.e2e.camera import CameraProcess
from tests.e2e.webrtc.test_foreign import pitch_of
from tests.foreign_programs import node_packages

from ipcamd.media.audio.tone import PITCH_HZ
from ipcamd.wire import ulaw
from ipcamd.wire.rtp import rtp

pytestmark = pytest.mark.slow

PLAYERS = Path(__file__).parent / "players"
SYSTEM_PYTHON = "/usr/bin/python3"
_AGGREGATE, _FRAGMENT = 24, 28
"""Types of packets (RFC 6184, 5.2)."""


@pytest.mark.parametrize(
    ("package", "script"),
    [("werift@0.25.2", "werift_viewer.cjs"), ("node-datachannel@0.33.4", "datachannel_viewer.cjs")],
)
def test_clients_of_node(camera: CameraProcess, tmp_path: Path, package: str, script: str) -> None:
    program, file = node_packages(package), tmp_path / "packets.json"
    url = f"http://127.0.0.1:{camera.port}/whep"
    program.run(str(PLAYERS / script), url, camera.client.login()["Authorization"], str(file))
    payloads = {kind: order(packets) for kind, packets in json.loads(file.read_text()).items()}
    pictures = decode(payloads["video"])
    assert len(pictures) >= 5
    assert {(picture.width, picture.height) for picture in pictures} == {(1280, 720)}
    sound = ulaw.decode(b"".join(payloads["audio"]))
    assert pitch_of(np.frombuffer(sound, "<i2")) == PITCH_HZ


def order(packets: list[str]) -> list[bytes]:
    """Return the payloads of packets by sequence number: a packet that was lost comes later."""
    parsed = [rtp.parse(bytes.fromhex(packet)) for packet in packets]
    first = parsed[0].sequence
    return [packet.payload for packet in sorted(parsed, key=lambda packet: packet.sequence - first & 0xFFFF)]


def decode(payloads: list[bytes]) -> list[av.VideoFrame]:
    """Return the pictures of H.264 payloads."""
    stream = b""
    for payload in payloads:
        kind = payload[0] & 31
        if kind == _AGGREGATE:
            rest = payload[1:]
            while rest:
                length = int.from_bytes(rest[:2])
                stream += b"\0\0\0\1" + rest[2 : 2 + length]
                rest = rest[2 + length :]
        elif kind == _FRAGMENT:
            begin = b"\0\0\0\1" + bytes((payload[0] & 0xE0 | payload[1] & 31,)) if payload[1] & 0x80 else b""
            stream += begin + payload[2:]
        else:
            stream += b"\0\0\0\1" + payload
    decoder = av.CodecContext.create("h264", "r")
    return [frame for packet in [*decoder.parse(stream), None] for frame in decoder.decode(packet)]


def test_gstreamer_plays_the_smaller_stream(camera: CameraProcess) -> None:
    """Its offer does not say how packets are to be made."""
    command = [SYSTEM_PYTHON, str(PLAYERS / "gstreamer_viewer.py"), f"http://127.0.0.1:{camera.port}/whep/h264/sub"]
    login = camera.client.login()["Authorization"]
    done = subprocess.run([*command, login], capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["pictures"] >= 5, (seen, done.stderr)
    assert seen["size"] == [640, 480]
    assert seen["sound"] > 0
