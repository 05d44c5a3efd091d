"""Slow viewers are counted and named."""

import pytest
from tests.server.streaming import BIG, frame, part, streaming


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
