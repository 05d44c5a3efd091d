"""Bounded frame queue: the frames that a slow consumer still gets."""

from hypothesis import given
from hypothesis import strategies as st

from ipcamd.media import codecs
from ipcamd.media.frame import EncodedFrame
from ipcamd.media.stream.key_frame_queue import FrameQueue


def frame(number: int, key: bool = False, size: int = 10) -> EncodedFrame:
    return EncodedFrame(codecs.H264, bytes(size), key, 0, number)


def fill(queue: FrameQueue[EncodedFrame], *frames: EncodedFrame) -> list[bool]:
    return [queue.put(each) for each in frames]


def numbers(queue: FrameQueue[EncodedFrame]) -> list[int]:
    return [each.counter for each in queue.take_all()]


def test_it_begins_with_a_key_frame_and_what_comes_before_is_no_loss() -> None:
    queue: FrameQueue[EncodedFrame] = FrameQueue(5)
    assert fill(queue, frame(0), frame(1, key=True), frame(2)) == [False, True, True]
    assert (numbers(queue), queue.dropped) == ([1, 2], 0)


def test_full_it_skips_to_the_next_key_frame() -> None:
    queue: FrameQueue[EncodedFrame] = FrameQueue(3)
    fill(queue, frame(0, key=True), *(frame(number) for number in range(1, 5)))
    assert (len(queue), queue.dropped, queue.skipping) == (0, 5, True)
    fill(queue, frame(5), frame(6, key=True), frame(7))
    assert (numbers(queue), queue.dropped, queue.skipping) == ([6, 7], 6, False)


def test_the_newest_of_independent_pictures_is_kept() -> None:
    queue: FrameQueue[EncodedFrame] = FrameQueue(1)
    fill(queue, *(frame(number, key=True) for number in range(4)))
    assert (numbers(queue), queue.dropped) == ([3], 3)


def test_bytes_are_bounded_too() -> None:
    queue: FrameQueue[EncodedFrame] = FrameQueue(100, max_bytes=25)
    fill(queue, frame(0, key=True), frame(1), frame(2))
    assert queue.size_bytes == 30
    assert not queue.put(frame(3))
    assert (len(queue), queue.size_bytes, queue.dropped) == (0, 0, 4)


def test_a_new_viewer_gets_the_whole_group_of_any_size() -> None:
    queue: FrameQueue[EncodedFrame] = FrameQueue(2)
    queue.begin([frame(0, key=True), frame(1), frame(2)])
    assert not queue.skipping
    assert queue.pop().counter == 0


STEPS = st.lists(st.tuples(st.booleans(), st.integers(0, 3)), max_size=60)


@given(STEPS, st.integers(1, 5))
def test_taken_frames_are_decodable_and_all_losses_are_counted(steps: list[tuple[bool, int]], limit: int) -> None:
    queue: FrameQueue[EncodedFrame] = FrameQueue(limit)
    queue.put(frame(0, key=True))
    keys, got = {0}, []
    for number, (key, take) in enumerate(steps, 1):
        if key:
            keys.add(number)
        queue.put(frame(number, key))
        assert len(queue) <= limit
        got += [queue.pop().counter for _ in range(min(take, len(queue)))]
    got += numbers(queue)
    assert len(got) + queue.dropped == len(steps) + 1
    assert all(number in keys or number - 1 in got for number in got)
