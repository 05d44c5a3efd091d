"""The microphone: blocks on a hub with the SDK's header, while it is enabled and has listeners."""

import asyncio
import itertools
import struct
from collections.abc import Callable

import numpy as np
import pytest

from ipcamd.media import codecs
from ipcamd.media.audio.audio_framer import BLOCK_NS, BLOCK_SAMPLES
from ipcamd.media.audio.microphone import GAP_NS, Microphone
from ipcamd.media.frame import AudioChunk, EncodedFrame
from ipcamd.wire import ulaw
from ipcamd.wire.payload_header import Status

SECOND = 1_000_000_000
NOON = 1_750_000_000 * SECOND


STATUS = Status((1, 2, 3), output=True)


class MicrophoneRig:
    """A microphone, its clock and its listeners."""

    def __init__(self) -> None:
        self.now = NOON
        self.needs: list[bool] = []
        self.chunks: list[EncodedFrame] = []
        self._real: Callable[[], float] | None = None
        self._passed = 0
        self.microphone = Microphone(lambda: self.now, lambda: STATUS)
        self.microphone.need = self.needs.append

    def speak(self, values: np.ndarray[tuple[int], np.dtype[np.int16]], at: int) -> None:
        self.microphone.feed(AudioChunk(values, at))

    def listen(self) -> None:
        self.microphone.hub.subscribe(self.chunks.append)

    def leave(self) -> None:
        self.microphone.hub.unsubscribe(self.chunks.append)

    async def pass_time(self, nanoseconds: int) -> None:
        """Let timers that are due by then run, in order."""
        loop, end = asyncio.get_running_loop(), self.now + nanoseconds
        if self._real is None:
            self._real = loop.time
            loop.time = lambda: self._real() + self._passed / SECOND  # type: ignore[method-assign, misc]
        while self.now < end:
            step = min(end - self.now, BLOCK_NS // 4)
            self.now, self._passed = self.now + step, self._passed + step
            await asyncio.sleep(0)
            await asyncio.sleep(0)


@pytest.fixture
def rig() -> MicrophoneRig:
    return MicrophoneRig()


def ramp(count: int) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    return np.arange(count, dtype=np.int16) * 8


async def test_nothing_is_needed_before_it_is_enabled_and_has_a_listener(rig: MicrophoneRig) -> None:
    rig.listen()
    assert rig.needs == []
    rig.microphone.enabled = True
    assert rig.needs == [True]
    rig.leave()
    assert rig.needs == [True, False]
    rig.listen()
    rig.microphone.enabled = False
    assert rig.needs == [True, False, True, False]
    assert not rig.microphone.listening


async def test_a_block_has_its_counter_and_its_time(rig: MicrophoneRig) -> None:
    rig.microphone.enabled = True
    rig.listen()
    rig.speak(ramp(400), NOON + 5000)
    rig.speak(ramp(400), NOON + 5000 + SECOND // 20)
    await asyncio.sleep(0)
    assert [frame.captured_ns for frame in rig.chunks] == [NOON + 5000, NOON + 5000 + BLOCK_NS]
    assert [(frame.counter, len(frame.payload)) for frame in rig.chunks] == [(0, BLOCK_SAMPLES), (1, BLOCK_SAMPLES)]
    assert {(f.codec, f.key, f.rate, f.status) for f in rig.chunks} == {(codecs.ULAW, True, 8000, STATUS)}
    samples = struct.unpack("<320h", ulaw.decode(rig.chunks[0].payload))
    assert max(abs(a - b) for a, b in zip(samples, ramp(320), strict=True)) <= 64


async def test_the_counter_goes_on_when_listeners_come_and_go(rig: MicrophoneRig) -> None:
    rig.microphone.enabled = True
    for at in range(3):
        rig.listen()
        rig.speak(ramp(330), NOON + at * SECOND)
        await asyncio.sleep(0)
        rig.leave()
    assert [frame.counter for frame in rig.chunks] == [0, 1, 2]


async def test_sound_without_listeners_is_not_kept(rig: MicrophoneRig) -> None:
    rig.microphone.enabled = True
    rig.listen()
    rig.speak(ramp(3200), NOON)
    rig.leave()
    rig.listen()
    await asyncio.sleep(0)
    assert rig.chunks == []


async def test_where_no_sound_comes_there_is_silence_in_real_time(rig: MicrophoneRig) -> None:
    rig.microphone.enabled = True
    rig.listen()
    await rig.pass_time(3 * SECOND)
    assert len(rig.chunks) == pytest.approx((3 * SECOND - GAP_NS) / BLOCK_NS, abs=4)
    assert {frame.payload for frame in rig.chunks} == {b"\xff" * BLOCK_SAMPLES}
    times = [frame.captured_ns for frame in rig.chunks]
    assert {b - a for a, b in itertools.pairwise(times)} == {BLOCK_NS}
    assert times[0] >= NOON - SECOND
    assert NOON + 3 * SECOND - 2 * GAP_NS < times[-1] < NOON + 3 * SECOND


async def test_sound_that_pauses_leaves_silence_and_comes_back_in_its_place(rig: MicrophoneRig) -> None:
    rig.microphone.enabled = True
    rig.listen()
    loud = np.full(320, 8000, np.int16)
    for second in (0, 2):
        for n in range(25):
            rig.speak(loud, NOON + second * SECOND + n * BLOCK_NS)
            await rig.pass_time(BLOCK_NS)
        await rig.pass_time(SECOND)
    times = [frame.captured_ns for frame in rig.chunks]
    assert {b - a for a, b in itertools.pairwise(times)} == {BLOCK_NS}
    by_time = {frame.captured_ns: frame.payload for frame in rig.chunks}
    assert by_time[NOON + SECOND // 2 // BLOCK_NS * BLOCK_NS] == ulaw.encode(loud.tobytes())
    assert by_time[NOON + 3 * SECOND // 2 // BLOCK_NS * BLOCK_NS] == b"\xff" * BLOCK_SAMPLES
    assert by_time[NOON + 5 * SECOND // 2 // BLOCK_NS * BLOCK_NS] == ulaw.encode(loud.tobytes())


@pytest.mark.parametrize("jump", [3600, -3600])
async def test_silence_goes_on_when_the_clock_is_set(rig: MicrophoneRig, jump: int) -> None:
    rig.microphone.enabled = True
    rig.listen()
    await rig.pass_time(SECOND)
    rig.now += jump * SECOND
    before = len(rig.chunks)
    await rig.pass_time(SECOND)
    assert 20 <= len(rig.chunks) - before <= 26
    assert abs(rig.chunks[-1].captured_ns - rig.now) < SECOND


async def test_more_stretches_than_fit_cost_the_oldest(rig: MicrophoneRig) -> None:
    rig.microphone.enabled = True
    rig.listen()
    for n in range(200):
        rig.speak(ramp(320), NOON + n * BLOCK_NS)
    await asyncio.sleep(0)
    assert len(rig.chunks) == 63
    assert rig.chunks[0].captured_ns == NOON + 136 * BLOCK_NS
