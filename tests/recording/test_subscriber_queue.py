"""Subscriber queue: frames wait for a recorder, in order, and no more than a bounded number of them."""

import pytest
from tests.wire.avi.avi_files import NOON, SECOND

from ipcamd.media import codecs
from ipcamd.media.frame import EncodedFrame
from ipcamd.media.stream.hub import Hub
from ipcamd.media.stream.traffic import RECORDING, Traffic
from ipcamd.recording import subscriber_queue
from ipcamd.recording.subscriber_queue import SubscriberQueue


def frame(number: int, key: bool = False, size: int = 100, captured_ns: int | None = None) -> EncodedFrame:
    at = NOON + number * SECOND // 30 if captured_ns is None else captured_ns
    return EncodedFrame(codecs.H264, bytes(size), key, at, number, (160, 120))


async def test_unread_frames_are_dropped_up_to_the_next_key_frame(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(subscriber_queue, "MAX_BYTES", 1000)
    hub = Hub(codecs.H264)
    counters = Traffic()
    traffic = counters.of(hub.name, RECORDING)
    queue = SubscriberQueue(hub, None, lambda: 0.0, traffic)
    hub.key_wanted.clear()
    for number in range(20):
        hub.publish(frame(number, number == 0))
    assert hub.key_wanted.is_set()
    assert queue.take() == []
    assert queue.dropped == 20
    assert (traffic.frames_sent, traffic.frames_dropped) == (0, 20)
    hub.publish(frame(20, True))
    hub.publish(frame(21))
    assert [f.counter for f in queue.take()] == [20, 21]
    assert (traffic.frames_sent, traffic.bytes_sent) == (2, 200)
    counters.close()
    assert "20 of h264 for the recording, because the SD card is too slow" in caplog.text


def test_pictures_are_in_their_own_order_whatever_the_clock_did() -> None:
    shown = [frame(0, True), frame(1), frame(2, captured_ns=NOON - SECOND), frame(3, captured_ns=NOON + SECOND)]
    sounds = [frame(10, captured_ns=NOON + SECOND // 60), frame(11, captured_ns=NOON + SECOND // 2)]
    merged = list(subscriber_queue.merge_by_time(shown, sounds))
    assert [f.counter for f in merged] == [0, 10, 1, 2, 11, 3]
