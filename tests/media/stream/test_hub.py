"""Hub: frames that its subscribers get."""

import pytest

from ipcamd.media import codecs
from ipcamd.media.frame import EncodedFrame
from ipcamd.media.stream.gop_cache import MAX_BYTES, MAX_DELAY_NS, PackedGop
from ipcamd.media.stream.hub import Hub


def frame(counter: int, key: bool = False, size: int = 10) -> EncodedFrame:
    return EncodedFrame(codecs.H264, bytes(size), key, 0, counter)


def test_a_new_hub_has_no_subscribers() -> None:
    told: list[bool] = []
    hub = Hub(codecs.H264, demand=told.append)
    hub.publish(frame(0, key=True))
    assert not hub.watched.is_set()
    assert hub.gop == []
    assert told == []


def test_the_first_and_the_last_subscriber_start_and_stop_the_encoder() -> None:
    told: list[bool] = []
    hub, one, two = Hub(codecs.H264, demand=told.append), [], []  # type: ignore[var-annotated]
    first, second = one.append, two.append
    hub.subscribe(first)
    hub.subscribe(second)
    assert (told, hub.watched.is_set(), hub.subscribers) == ([True], True, 2)
    hub.unsubscribe(first)
    hub.unsubscribe(first)
    assert told == [True]
    hub.unsubscribe(second)
    hub.unsubscribe(second)
    assert (told, hub.watched.is_set(), hub.subscribers) == ([True, False], False, 0)


async def test_a_lingering_hub_has_the_frames_for_the_next_subscriber() -> None:
    told: list[bool] = []
    linger_s = 600.0
    hub = Hub(codecs.H264, demand=told.append, linger_s=lambda: linger_s)
    hub.subscribe(print)
    hub.key_wanted.clear()
    hub.publish(frame(0, key=True))
    hub.unsubscribe(print)
    assert (told, hub.watched.is_set(), hub.lingers) == ([True, False], False, True)
    hub.publish(frame(1))
    assert [each.counter for each in hub.subscribe(print)] == [0, 1]
    assert (told[2:], hub.lingers, hub.key_wanted.is_set()) == ([True], False, False)
    hub.unsubscribe(print)
    linger_s = 0.0  # the frames have become useless
    assert hub.subscribe(print) == []
    assert (told[3:], hub.lingers, hub.key_wanted.is_set()) == ([False, False, True], False, True)


def test_the_first_subscriber_asks_for_a_key_frame() -> None:
    hub = Hub(codecs.H264)
    hub.subscribe(lambda _: None)
    assert hub.key_wanted.is_set()
    hub.key_wanted.clear()
    hub.subscribe(print)
    assert not hub.key_wanted.is_set()


def test_each_subscriber_gets_the_same_frame() -> None:
    hub, one, two = Hub(codecs.H264), [], []  # type: ignore[var-annotated]
    hub.subscribe(one.append)
    hub.subscribe(two.append)
    sent = frame(0, key=True)
    hub.publish(sent)
    assert one[0] is two[0] is sent


def test_a_new_subscriber_gets_all_frames_since_the_key_frame() -> None:
    hub = Hub(codecs.H264)
    hub.subscribe(lambda _: None)
    for counter, key in enumerate((True, False, True, False, False)):
        hub.publish(frame(counter, key))
    assert [f.counter for f in hub.subscribe(print)] == [2, 3, 4]


def test_the_group_never_begins_without_a_key_frame() -> None:
    hub, got = Hub(codecs.H264), []  # type: ignore[var-annotated]
    hub.subscribe(got.append)
    hub.publish(frame(0))
    assert hub.gop == []
    assert len(got) == 1


def test_the_gop_is_dropped_without_viewers() -> None:
    hub = Hub(codecs.H264)
    hub.subscribe(print)
    hub.publish(frame(0, key=True, size=1))
    hub.unsubscribe(print)
    assert hub.subscribe(print) == []


def test_a_group_that_grows_too_large_is_dropped_and_restarted() -> None:
    hub = Hub(codecs.H264)
    hub.subscribe(lambda _: None)
    hub.publish(frame(0, key=True, size=MAX_BYTES // 2))
    hub.key_wanted.clear()
    hub.publish(frame(1, size=MAX_BYTES // 2))
    assert len(hub.gop) == 2
    hub.publish(frame(2, size=1))
    assert hub.gop == []
    assert hub.key_wanted.is_set()
    hub.publish(frame(3))
    assert hub.gop == []
    hub.publish(frame(4, key=True))
    assert [f.counter for f in hub.gop] == [4]


def test_one_large_key_frame_is_kept() -> None:
    hub = Hub(codecs.JPEG)
    hub.subscribe(lambda _: None)
    hub.publish(frame(0, key=True, size=MAX_BYTES + 1))
    assert len(hub.gop) == 1


def test_a_subscriber_may_leave_when_it_is_called() -> None:
    hub, got = Hub(codecs.H264), []  # type: ignore[var-annotated]

    def once(sent: EncodedFrame) -> None:
        got.append(sent)
        hub.unsubscribe(once)

    hub.subscribe(once)
    hub.subscribe(got.append)
    hub.publish(frame(0, key=True))
    hub.publish(frame(1))
    assert [f.counter for f in got] == [0, 0, 1]


def test_a_new_viewer_gets_no_picture_from_before_a_change() -> None:
    hub, watching = Hub(codecs.H264), []  # type: ignore[var-annotated]
    hub.subscribe(watching.append)
    hub.publish(frame(0, key=True))
    hub.invalidate()
    hub.publish(frame(1))
    assert hub.subscribe(print) == []
    hub.publish(frame(2, key=True))
    assert [f.counter for f in hub.subscribe(print)] == [2]
    assert [f.counter for f in watching] == [0, 1, 2]


@pytest.mark.parametrize(
    ("captured_ns", "kept"),
    [
        pytest.param(99, False, id="just before the change"),
        pytest.param(100, True, id="after it"),
        pytest.param(100 - MAX_DELAY_NS, True, id="the clock was set back"),
    ],
)
def test_a_picture_from_before_a_change_is_not_sent_to_new_viewers(captured_ns: int, kept: bool) -> None:
    hub = Hub(codecs.JPEG)
    hub.subscribe(lambda _: None)
    hub.invalidate(since_ns=100)
    late = EncodedFrame(codecs.JPEG, b"x", True, captured_ns, 0)
    hub.publish(late)
    assert hub.subscribe(print) == ([late] if kept else [])


def test_data_derived_from_frames_is_kept_as_long_as_the_frames() -> None:
    hub = Hub(codecs.H264)
    hub.subscribe(lambda _: None)
    for counter, key in enumerate((True, False, False)):
        hub.publish(frame(counter, key))
    late: PackedGop[int] = PackedGop(hub.gop_cache)
    for each in hub.gop:
        late.add(each, each.counter)
    assert late.items() == [0, 1, 2]
    hub.subscribe(lambda sent: late.add(sent, sent.counter))
    hub.publish(frame(3))
    assert late.items() == [0, 1, 2, 3]
    hub.publish(frame(4, key=True))
    assert late.items() == [4]
    hub.invalidate()
    hub.publish(frame(5))
    assert late.items() == []
