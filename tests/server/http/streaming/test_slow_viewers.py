"""Slow viewers are counted and named."""

import pytest
from tests.server.rtsp.player import RtspRig
from tests.server.streaming import BIG, frame, part, streaming

from ipcamd.media import codecs
from ipcamd.server.rtsp.multicast import MulticastSettings


async def test_a_slow_viewer_is_counted_and_named(caplog: pytest.LogCaptureFixture) -> None:
    async with streaming() as server:
        healthy, _ = await server.watch()
        await server.watch()
        for number in range(20):
            server.mjpeg.publish(frame(number, BIG))
            await part(healthy)
        quick, slow = server.fanout
        (counted,) = server.fanout.traffic
        assert (counted.stream, counted.protocol) == ("mjpeg", "http")
        assert counted.frames_dropped == slow.dropped > 5
        assert counted.frames_sent == quick.sent + slow.sent == 20 + slow.sent
        assert counted.bytes_sent >= 20 * len(BIG)
        server.fanout.traffic.close()
    assert f"{slow.dropped} of mjpeg for 127.0.0.1 (http, account admin)" in caplog.text


async def test_a_slow_rtsp_viewer_is_counted_and_named(caplog: pytest.LogCaptureFixture) -> None:
    async with RtspRig() as rig:
        rig.service.context.authenticator.login_needed = True
        slow, fast = await rig.player(), await rig.player()
        for player, user in ((slow, "guest"), (fast, "admin")):
            await player.play(user=user)
        slow.writer.transport.pause_reading()  # type: ignore[attr-defined]
        for number in range(100):
            rig.hubs.picture(key=number % 10 == 0, size=60_000)
            await fast.frame()
        (counted,) = rig.traffic
        assert (counted.stream, counted.protocol) == ("h264", "rtsp")
        assert counted.frames_dropped > 10
        assert counted.frames_sent + counted.frames_dropped == 200
        assert counted.bytes_sent > 100 * 60_000
        rig.traffic.close()
    assert f"{counted.frames_dropped} of h264 for 127.0.0.1 (rtsp, account guest)" in caplog.text


async def test_multicast_is_counted_by_itself() -> None:
    async with RtspRig() as rig:
        settings = MulticastSettings("239.255.3.9", ((codecs.H264, 7580),), 0, "127.0.0.1")
        rig.service.context.multicast.configure(settings)
        for number in range(5):
            rig.hubs.picture(key=number == 0)
        assert rig.traffic.of("h264", "multicast").frames_sent == 5
        rig.service.context.multicast.configure(None)
