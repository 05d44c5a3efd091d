"""HTTP viewer that is behind: frames sent and skipped, on a socket with room set by the test."""

import asyncio
from typing import cast

from hypothesis import given
from hypothesis import strategies as st
from tests.server.serving import Clock

from ipcamd.media.stream.traffic import ViewerIdentity
from ipcamd.server.http.streaming.http_viewer import MAX_SOUNDS, SOUND_AGE_S, Viewer
from ipcamd.server.http.streaming.shared_buffer import SharedBuffer

HEAD = SharedBuffer((b"head",))


class FakeTransport:
    """Replaces the transport: records only whether it was closed."""

    cut = False

    def abort(self) -> None:
        self.cut = True


class NarrowViewer(Viewer):
    """A viewer whose socket takes `room` bytes and then no more."""

    room = 0

    def __init__(self, clock: Clock, max_frames: int = 1) -> None:
        self.wire = FakeTransport()
        self.got = b""
        super().__init__(cast(asyncio.Transport, self.wire), ViewerIdentity("192.0.2.1", "http"), max_frames, clock)

    def give(self, room: int) -> None:
        self.room += room
        if self._waiting:
            self.resume()

    def _open(self) -> int:
        return -1

    def _send(self, part: SharedBuffer, offset: int) -> int:
        if not self.room:
            raise BlockingIOError
        piece = part.read(offset)[: self.room]
        self.room -= len(piece)
        self.got += piece
        return len(piece)

    def _wait(self) -> None:
        self._waiting = True

    def _unwait(self) -> None:
        self._waiting = False


def picture(name: str, key: bool = True) -> SharedBuffer:
    return SharedBuffer((name.encode(),), key=key)


def viewer(*pictures: SharedBuffer, room: int = 4, max_frames: int = 1) -> NarrowViewer:
    made = NarrowViewer(Clock(), max_frames)
    made.room = room
    made.start(HEAD, pictures)
    return made


def test_it_starts_with_the_head_and_the_pictures_so_far() -> None:
    started = viewer(picture("I"), picture("P", key=False), room=99)
    assert (started.got, started.sent, started.dropped) == (b"headIP", 2, 0)


def test_it_waits_for_a_key_frame_to_start() -> None:
    started = viewer(room=99)
    for part in (picture("P", key=False), picture("I"), picture("Q", key=False)):
        started.offer(part)
    assert (started.got, started.sent, started.dropped) == (b"headIQ", 2, 0)


def test_the_head_is_never_skipped() -> None:
    started = viewer(picture("1"), room=0)
    for name in "234":
        started.offer(picture(name))
    started.give(99)
    assert (started.got, started.dropped) == (b"head4", 3)


def test_behind_it_gets_the_rest_and_then_the_newest_picture() -> None:
    behind = viewer(picture("one"), room=5)
    for name in ("two", "three", "four"):
        behind.offer(picture(name))
    behind.give(99)
    assert (behind.got, behind.sent, behind.dropped) == (b"headonefour", 2, 2)


def test_behind_in_a_group_it_goes_on_at_the_next_key_frame() -> None:
    behind = viewer(picture("I"), room=4, max_frames=3)
    for name in ("a", "b", "c", "d"):
        behind.offer(picture(name, key=False))
    behind.give(99)
    assert behind.got == b"headI"
    behind.offer(picture("e", key=False))
    behind.offer(picture("J"))
    behind.offer(picture("k", key=False))
    assert (behind.got, behind.dropped) == (b"headIJk", 5)


def test_sound_goes_first_and_old_sound_is_dropped() -> None:
    clock = Clock()
    behind = NarrowViewer(clock)
    behind.room = 4
    behind.start(HEAD, [picture("one")])
    behind.offer(SharedBuffer((b"old",), sound=True, made_s=clock()))
    clock.now += SOUND_AGE_S + 0.1
    behind.offer(SharedBuffer((b"new",), sound=True, made_s=clock()))
    behind.offer(picture("two"))
    behind.give(99)
    assert (behind.got, behind.dropped) == (b"headonenewtwo", 1)


def test_waiting_sound_is_bounded() -> None:
    behind = viewer(picture("one"))
    for n in range(MAX_SOUNDS + 5):
        behind.offer(SharedBuffer((b"%d," % n,), sound=True, made_s=1000.0))
    behind.give(999)
    assert behind.got.startswith(b"headone5,6,")
    assert behind.dropped == 5


def test_sound_does_not_wait_for_a_key_frame() -> None:
    started = viewer(room=99)
    started.offer(SharedBuffer((b"sound",), sound=True, made_s=1000.0))
    assert started.got == b"headsound"


def test_stalled_means_no_byte_taken_while_something_waits() -> None:
    clock = Clock()
    quiet = NarrowViewer(clock)
    quiet.room = 8
    quiet.start(HEAD, [picture("full")])
    clock.now += 60
    assert not quiet.stalled(10)
    quiet.offer(picture("next"))
    assert not quiet.stalled(10)
    clock.now += 9
    quiet.give(1)
    clock.now += 9
    assert not quiet.stalled(10)
    clock.now += 2
    assert quiet.stalled(10)


STEPS = st.lists(st.tuples(st.booleans(), st.integers(0, 12)), max_size=60)


@given(STEPS, st.integers(1, 5))
def test_sent_frames_are_decodable_and_all_are_counted(steps: list[tuple[bool, int]], limit: int) -> None:
    """Each picture that is no key frame follows the one before it, whole; nothing vanishes without being counted."""
    slow = viewer(picture("K0."), room=0, max_frames=limit)
    parts = [(True, "K0.")]
    for number, (key, room) in enumerate(steps, 1):
        parts.append((key, f"{'K' if key else 'P'}{number}."))
        slow.offer(picture(parts[-1][1], key))
        slow.give(room)
    slow.give(10_000)
    assert slow.sent + slow.dropped == len(parts)
    names = slow.got.removeprefix(b"head").decode().split(".")[:-1]
    numbers = [int(name[1:]) for name in names]
    assert numbers == sorted(set(numbers))
    for before, name in zip([None, *numbers], names, strict=False):
        assert name.startswith("K") or int(name[1:]) - 1 == before
