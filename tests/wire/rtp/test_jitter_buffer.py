"""Jitter buffer: audio packets are sorted, and gaps become silence."""

import random
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipcamd.wire.rtp.jitter_buffer import BEGIN_S, LEAP, WAIT_S, Gap, JitterBuffer
from ipcamd.wire.rtp.rtp import RtpPacket


def ulaw_jitter() -> JitterBuffer:
    return JitterBuffer(lambda payload: len(payload) / 8000)


def sound(pieces: Iterable[bytes | Gap]) -> bytes:
    """Return the played sound of these pieces."""
    return b"".join(b"\xff" * round(8000 * piece.seconds) if isinstance(piece, Gap) else piece for piece in pieces)


def packet(sequence: int, payload: bytes = b"", ssrc: int = 7) -> RtpPacket:
    return RtpPacket(0, True, sequence % 65536, 0, ssrc, payload or bytes([sequence % 251]) * 160)


def heard(*sequences: int, start: float = 0.0, step: float = 0.02, jitter: JitterBuffer | None = None) -> bytes:
    """Return the played sound of packets that arrive in this order, after all waiting."""
    jitter = jitter or ulaw_jitter()
    now, pieces = start, []
    for sequence in sequences:
        pieces += jitter.put(packet(sequence), now)
        now += step
    return sound([*pieces, *jitter.take(now + WAIT_S)])


def spoken(*sequences: int) -> bytes:
    return b"".join(packet(sequence).payload for sequence in sequences)


@pytest.mark.parametrize(
    "order",
    [
        (1, 2, 3, 4),
        (1, 3, 2, 4),
        (2, 1, 3, 4),
        (4, 3, 2, 1),
        (1, 2, 4, 3),
        (1, 1, 2, 2, 3, 4, 1),
    ],
)
def test_reordered_and_repeated_packets_are_put_in_order(order: tuple[int, ...]) -> None:
    assert heard(*order) == spoken(1, 2, 3, 4)


def test_numbers_go_round() -> None:
    assert heard(65534, 0, 65535, 1) == spoken(65534, 65535, 0, 1)


def test_a_lost_packet_becomes_silence_of_its_length() -> None:
    assert heard(1, 2, 4, 5) == spoken(1, 2) + b"\xff" * 160 + spoken(4, 5)


def test_a_packet_that_comes_after_its_silence_is_dropped() -> None:
    jitter = ulaw_jitter()
    pieces = [*jitter.put(packet(1), 0), *jitter.take(BEGIN_S), *jitter.put(packet(3), 0.2)]
    assert pieces == [spoken(1)]
    assert jitter.due == 0.2 + WAIT_S
    assert list(jitter.take(0.2 + WAIT_S - 0.01)) == []
    assert list(jitter.take(0.2 + WAIT_S)) == [Gap(0.02), spoken(3)]
    assert list(jitter.put(packet(2), 0.8)) == []
    assert jitter.late == 1
    assert jitter.due is None


def test_the_first_packet_waits_a_moment_and_the_others_do_not() -> None:
    jitter = ulaw_jitter()
    assert jitter.due is None
    assert list(jitter.put(packet(1), 5.0)) == []
    assert jitter.due == 5.0 + BEGIN_S
    assert list(jitter.take(5.0 + BEGIN_S)) == [spoken(1)]
    assert list(jitter.put(packet(2), 5.2)) == [spoken(2)]


def test_no_more_sound_than_half_a_second_waits() -> None:
    jitter = ulaw_jitter()
    pieces = [*jitter.put(packet(1), 0), *jitter.take(BEGIN_S)]
    for number in range(3, 3 + 26):
        pieces += jitter.put(packet(number), 0.2)  # 26 packets of 20 ms, all at once
    assert sound(pieces) == spoken(1) + b"\xff" * 160 + spoken(*range(3, 29))


@pytest.mark.parametrize("jump", [LEAP + 1, -LEAP - 5, 30000])
def test_a_jump_of_the_numbers_restarts_the_buffer_without_loss(jump: int) -> None:
    first, second = (1000, 1001, 1003), (1004 + jump, 1005 + jump)
    assert heard(*first, *second) == spoken(1000, 1001, 1003, *second)


def test_another_source_begins_anew() -> None:
    jitter = ulaw_jitter()
    pieces = [*jitter.put(packet(5), 0), *jitter.put(packet(6, b"other", ssrc=8), 0.01), *jitter.take(1)]
    assert pieces == [spoken(5), b"other"]


def test_silence_for_a_large_gap_is_bounded() -> None:
    played = heard(1, 2, 90, 91)
    assert played == spoken(1, 2) + b"\xff" * 4000 + spoken(90, 91)


@given(st.lists(st.tuples(st.integers(0, 65535), st.integers(0, 3), st.floats(0, 1)), max_size=200))
def test_memory_is_bounded_and_all_packets_are_played_or_dropped(packets: list[tuple[int, int, float]]) -> None:
    jitter, now, played, put = ulaw_jitter(), 0.0, 0, 0
    for sequence, ssrc, pause in packets:
        now += pause
        put += 1
        played += sum(1 for piece in jitter.put(packet(sequence, b"p", ssrc), now) if piece == b"p")
        assert jitter.due is None or now < jitter.due <= now + WAIT_S
    played += sum(1 for piece in jitter.take(now + WAIT_S) if piece == b"p")
    assert played + jitter.late == put


def test_jitter_of_the_network_is_inaudible() -> None:
    """A minute of speech whose packets come up to 200 ms late, a few of them not at all."""
    chance = random.Random(3)
    sent = [(n * 0.02 + chance.uniform(0, 0.2), n) for n in range(3000) if n % 500 != 77]
    jitter, pieces = ulaw_jitter(), []
    for now, number in sorted(sent):
        pieces += jitter.put(packet(number), now)
    pieces += jitter.take(1000)
    lost = [b"\xff" * 160 if n % 500 == 77 else packet(n).payload for n in range(3000)]
    assert sound(pieces) == b"".join(lost)
