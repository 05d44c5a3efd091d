"""Traffic counters, and the warning that names slow viewers."""

import asyncio

import pytest

from ipcamd.media.stream.traffic import MAX_NAMED, SlowViewerLog, Traffic, ViewerIdentity

ANN = ViewerIdentity("192.0.2.1", "http", "ann")
GUEST = ViewerIdentity("192.0.2.2", "rtsp")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ipcamd.media.stream.traffic.GATHER_S", 0.0)


async def settled(caplog: pytest.LogCaptureFixture, count: int = 1) -> list[str]:
    async with asyncio.timeout(30):
        while len(caplog.messages) < count:  # noqa: ASYNC110 - logging tells nobody when a record came
            await asyncio.sleep(0)
    return caplog.messages


def test_each_stream_is_counted_by_protocol() -> None:
    traffic = Traffic()
    traffic.of("h264", "http").send(3, 100)
    traffic.of("h264", "http").send(2, 10)
    traffic.of("h264", "rtsp").send(1, 5)
    counted = {(each.stream, each.protocol): (each.frames_sent, each.bytes_sent) for each in traffic}
    assert counted == {("h264", "http"): (5, 320), ("h264", "rtsp"): (1, 5)}
    assert traffic.report() == [
        ("Frames h264 http", "5 sent, 0 dropped"),
        ("Frames h264 rtsp", "1 sent, 0 dropped"),
    ]


@pytest.mark.usefixtures("quick")
async def test_a_warning_names_each_slow_viewer_and_sums_what_it_missed(caplog: pytest.LogCaptureFixture) -> None:
    traffic = Traffic()
    traffic.of("mjpeg", "http").drop(ANN, 2)
    traffic.of("h264", "rtsp").drop(GUEST, 1)
    traffic.of("mjpeg", "http").drop(ANN, 3)
    (message,) = await settled(caplog)
    assert message == ("frames dropped: 5 of mjpeg for 192.0.2.1 (http, account ann), 1 of h264 for 192.0.2.2 (rtsp)")


@pytest.mark.usefixtures("quick")
async def test_there_is_one_warning_a_minute_at_most(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, loop = SlowViewerLog(), asyncio.get_running_loop()
    log.add((ANN, "mjpeg"), 1)
    await settled(caplog)
    real, passed = loop.time, 0.0
    monkeypatch.setattr(loop, "time", lambda: real() + passed)
    for seconds in (1, 30, 55):
        passed = seconds
        log.add((ANN, "mjpeg"), 1)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert len(caplog.messages) == 1
    passed = 61
    assert (await settled(caplog, 2))[1] == "frames dropped: 3 of mjpeg for 192.0.2.1 (http, account ann)"


async def test_many_slow_viewers_make_one_short_warning(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ipcamd.media.stream.traffic.MAX_KEPT", 50)
    log = SlowViewerLog()
    for number in range(60):
        log.add((ViewerIdentity(f"192.0.2.{number}", "http"), "mjpeg"), 1)
    log.add((ANN, "h264"), 100)
    log.close()
    (message,) = caplog.messages
    assert message.count("192.0.2.") == MAX_NAMED
    assert message.endswith(", 150 for other viewers")


async def test_closing_logs_the_remaining_counts(caplog: pytest.LogCaptureFixture) -> None:
    traffic = Traffic()
    traffic.of("audio", "multicast").drop(ViewerIdentity("239.1.2.3", "multicast"), 4)
    traffic.close()
    traffic.close()
    assert caplog.messages == ["frames dropped: 4 of audio for 239.1.2.3 (multicast)"]
