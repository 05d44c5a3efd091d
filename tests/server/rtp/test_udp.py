"""A viewer over UDP that does not catch up with the first frames."""

import pytest

from ipcamd.media.stream.traffic import Traffic, ViewerIdentity
from ipcamd.server.rtp import paced_viewer
from ipcamd.server.rtp.frame import RtpFrame
from ipcamd.server.rtp.udp_viewer import UdpPortPair, UdpViewer
from ipcamd.wire.rtp.rtp import FULL

IDENTITY = ViewerIdentity("127.0.0.1", "rtsp")


def frame(number: int, *, key: bool = False, packets: int = 1) -> RtpFrame:
    return RtpFrame([bytes(FULL)] * packets, key=key, captured_ns=number, sequence=number)


async def test_a_queue_that_overflows_skips_to_the_next_key_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paced_viewer, "PAUSE_S", 60)
    monkeypatch.setattr(paced_viewer, "MAX_WAITING", 4)
    ports, traffic = UdpPortPair("127.0.0.1", 0), Traffic()
    receiver = ("127.0.0.1", ports.port)
    viewer = UdpViewer(IDENTITY, ports, (receiver, receiver))
    viewer.traffic = traffic.of("h264", "rtsp")
    try:
        viewer.start([frame(0, key=True, packets=paced_viewer.BURST // FULL + 1), frame(1), frame(2)])
        for number in range(3, 6):
            viewer.offer(frame(number))
        # four waited, and the fifth found no room: all are dropped
        assert (viewer.dropped, viewer.skipping) == (5, True)
        viewer.offer(frame(6))
        viewer.offer(frame(7, key=True))
        assert (viewer.dropped, viewer.skipping) == (6, False)
        assert viewer.traffic.frames_dropped == 6
    finally:
        viewer.pause(None)
        ports.close()
        traffic.close()
