"""Stream input: packets reach the stream in order, in the thread of the source while that of the stream waits."""

import threading

from tests.media.scripted_source import WAIT

from ipcamd.media import codecs
from ipcamd.media.encode.stream_input import StreamInput
from ipcamd.media.frame import Packet


def packet(number: int, *, key: bool = True) -> Packet:
    return Packet(codecs.H264, b"picture", key, (320, 240), number)


class Stream:
    """The thread of a stream; it notes the time of each packet, and the thread that got it."""

    def __init__(self) -> None:
        self.input = StreamInput()
        self.input.set_wanted(True)
        self.came: list[tuple[int, threading.Thread]] = []
        self._arrivals = threading.Semaphore(0)
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        while isinstance(item := self.input.take_or_pass(self._note), Packet):
            self._note(item)

    def _note(self, item: Packet) -> None:
        self.came.append((item.captured_ns, threading.current_thread()))
        self._arrivals.release()

    def await_next(self) -> threading.Thread:
        """Wait for the next packet; return the thread that got it."""
        assert self._arrivals.acquire(timeout=WAIT)
        return self.came[-1][1]

    def stop(self) -> None:
        self.input.close()
        self.thread.join(WAIT)
        assert not self.thread.is_alive()


def test_a_waiting_thread_need_not_wake_for_a_packet() -> None:
    stream = Stream()
    stream.thread.start()
    sent, taker = 0, stream.thread
    while taker is stream.thread and sent < 10_000:  # the first packets may come before it waits
        assert stream.input.append(packet(sent))
        sent, taker = sent + 1, stream.await_next()
    assert taker is threading.current_thread()
    assert [moment for moment, _ in stream.came] == list(range(sent))
    stream.stop()


def test_packets_wait_in_order_for_a_busy_thread() -> None:
    stream = Stream()
    assert [stream.input.append(packet(number)) for number in range(3)] == [True] * 3
    assert not stream.came
    stream.thread.start()
    for _ in range(3):
        stream.await_next()
    assert stream.came == [(number, stream.thread) for number in range(3)]
    stream.stop()


def test_a_stream_begins_with_a_key_frame() -> None:
    stream = Stream()
    stream.thread.start()
    assert not stream.input.append(packet(0, key=False))
    assert stream.input.append(packet(1))
    stream.await_next()
    assert stream.came[0][0] == 1
    stream.stop()
