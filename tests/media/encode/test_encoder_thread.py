"""Encoder thread: frames of one stream, from its pictures."""

import asyncio
import itertools
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.media.scripted_source import NOON, SECOND, WAIT, sloped

from ipcamd.media import codecs
from ipcamd.media.encode.encoder_thread import EncoderThread
from ipcamd.media.frame import EncodedFrame, Packet
from ipcamd.media.image.scale import ProcessedFrame
from ipcamd.media.stream.hub import Hub
from ipcamd.media.stream.publisher import Publisher
from ipcamd.media.stream.stream_settings import StreamSettings
from ipcamd.media.stream.traffic import Traffic
from ipcamd.wire.payload_header import Status

STATUS = Status((1, 2, 3), (True, False), True)


class FrameCollector(Publisher):
    """Collects frames in place of the event loop."""

    def __init__(self, hub: Hub) -> None:
        super().__init__(hub, asyncio.new_event_loop(), Traffic().of("test", "encoder"))
        self._loop.close()
        self.frames: list[EncodedFrame] = []
        self.came = threading.Semaphore(0)

    def send(self, frame: EncodedFrame) -> None:
        self.frames.append(frame)
        self.came.release()


class EncoderRig:
    """A stream and its thread, fed picture by picture."""

    def __init__(self, settings: StreamSettings) -> None:
        self.hub = Hub(settings.codec, "test")
        self.stream = EncoderThread(self.hub, settings, lambda: NOON + SECOND, lambda: STATUS)
        self.collector = FrameCollector(self.hub)
        self.time = NOON
        self.thread = threading.Thread(target=self.stream.run, args=(self.collector,), daemon=True)
        self.thread.start()
        self.stream.input.set_wanted(True)

    def feed(self, count: int, interval: int = SECOND // 30) -> list[EncodedFrame]:
        """Feed this many pictures, each after the previous one was encoded; return the frames."""
        for _ in range(count):
            self.stream.input.put(ProcessedFrame(sloped(), self.time))
            self.time += interval
            assert self.collector.came.acquire(timeout=WAIT)
        return self.collector.frames[-count:]

    def stop(self) -> None:
        self.stream.input.close()
        self.thread.join(WAIT)
        assert not self.thread.is_alive()


@pytest.fixture
def h264() -> Iterator[EncoderRig]:
    running = EncoderRig(StreamSettings(codecs.H264, (320, 240), 30, 3))
    yield running
    running.stop()


@pytest.fixture
def jpeg() -> Iterator[EncoderRig]:
    running = EncoderRig(StreamSettings(codecs.JPEG, (320, 240), 30, 2))
    yield running
    running.stop()


def test_every_frame_has_its_description(jpeg: EncoderRig) -> None:
    for number, frame in enumerate(jpeg.feed(3)):
        assert frame.counter == number
        assert frame.captured_ns == NOON + number * (SECOND // 30)
        assert (frame.codec, frame.key, frame.size) == (codecs.JPEG, True, (320, 240))
        assert (frame.rate, frame.gop, frame.quality, frame.status) == (30, 1, 2, STATUS)


def test_frames_count_from_each_key_frame(h264: EncoderRig) -> None:
    assert [frame.since_key for frame in h264.feed(33)] == [*range(30), 0, 1, 2]


def test_the_counter_wraps(jpeg: EncoderRig) -> None:
    jpeg.stream._counter = itertools.count((1 << 32) - 1)
    assert [frame.counter for frame in jpeg.feed(2)] == [(1 << 32) - 1, 0]


def test_a_new_shape_acts_at_the_next_picture_and_begins_with_a_key_frame(h264: EncoderRig) -> None:
    first = h264.feed(3)
    h264.stream.settings = replace(h264.stream.settings, size=(640, 480), quality=0)
    second = h264.feed(3)
    assert [frame.counter for frame in first + second] == list(range(6))
    assert [frame.key for frame in first + second] == [True, False, False] * 2
    assert second[0].size == (640, 480)
    assert (second[0].rate, second[0].gop, second[0].quality) == (30, 30, 0)


def test_a_later_viewer_starts_with_a_key_frame_and_the_counter_continues(h264: EncoderRig) -> None:
    h264.feed(3)
    h264.stream.input.set_wanted(False)
    h264.stream.input.set_wanted(True)
    # the thread must notice the time without viewers before it waits for pictures again
    while not h264.collector.came.acquire(timeout=0.02):
        h264.stream.input.put(ProcessedFrame(sloped(), h264.time))
    assert (h264.collector.frames[3].key, h264.collector.frames[3].counter) == (True, 3)


def test_a_failing_encoder_is_restarted(h264: EncoderRig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ipcamd.media.latest_value.RETRY_S", 0.0)
    h264.feed(2)
    h264.stream.input.put(ProcessedFrame(None, h264.time))  # type: ignore[arg-type]
    while not h264.collector.came.acquire(timeout=0.02):
        h264.stream.input.put(ProcessedFrame(sloped(), h264.time + SECOND))
    assert (h264.collector.frames[2].key, h264.collector.frames[2].counter) == (True, 2)


def test_the_meter_reports_the_stream(jpeg: EncoderRig) -> None:
    jpeg.feed(10)
    meter = jpeg.stream.meter
    assert (meter.frames, meter.passed_frames) == (10, 0)
    assert meter.frames_per_s > 0
    assert meter.work.distribution.total > 0
    assert meter.delay.distribution.total > 0


def test_encoding_after_a_packet_begins_with_a_key_frame(h264: EncoderRig) -> None:
    assert [frame.key for frame in h264.feed(2)] == [True, False]
    assert h264.stream.input.append(Packet(codecs.H264, b"passed through", True, (320, 240), h264.time))
    assert h264.collector.came.acquire(timeout=WAIT)
    assert [frame.key for frame in h264.feed(2)] == [True, False]
    assert [frame.counter for frame in h264.collector.frames] == [0, 1, 2, 3, 4]
