"""Streams that FFmpeg receives through the relay."""

import socket
import threading
from collections.abc import Iterator
from fractions import Fraction

import av
import pytest
from tests.e2e.camera import eventually
from tests.media.source.network.rtsp.scripted_camera import PASSED, ScriptedCamera

from ipcamd.media.source.source import Wanted
from ipcamd.media.source.source_choice import make_source
from ipcamd.wire.rtp.rtp import RtpSequencer
from ipcamd.wire.rtsp.message import interleave
from ipcamd.wire.rtsp.sdp import MediaDescription

VP8 = MediaDescription("video", 96, "VP8/90000", "", "stream=0")
PICTURES = 300
DESCRIPTOR = b"\x10"
"""VP8 payload descriptor of the start of a frame (RFC 7741, 4.2)."""


def packets() -> Iterator[bytes]:
    """Yield RTP packets of small pictures, each in one packet."""
    encoder = av.CodecContext.create("libvpx", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt, encoder.time_base = 64, 48, "yuv420p", Fraction(1, 30)
    encoder.options = {"deadline": "realtime", "lag-in-frames": "0"}
    sequencer = RtpSequencer(96, 7, 100)
    for number in range(PICTURES):
        frame = av.VideoFrame(64, 48, "yuv420p")
        frame.pts = number
        for each in encoder.encode(frame):
            payload = DESCRIPTOR + bytes(each)
            yield from (interleave(0, [packet]) for packet in sequencer.pack([(number * 3000, True, payload)]))


def script(camera: ScriptedCamera, client: socket.socket) -> None:
    for packet in packets():
        client.sendall(packet)
        if camera.stopped.wait(1 / 30):
            return


@pytest.mark.parametrize("number", range(5))
def test_a_source_that_stops_ends_the_session(number: int) -> None:
    stop, wanted = threading.Event(), Wanted((64, 48), 30, False, PASSED)
    with ScriptedCamera(script, (VP8,)) as camera:
        for count, _ in enumerate(make_source(camera.url).play(lambda: wanted, stop)):
            if count == 10 + number:
                stop.set()
        eventually(lambda: camera.requests[-1].startswith("TEARDOWN"), "the session goes on")
