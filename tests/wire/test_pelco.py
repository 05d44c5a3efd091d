"""Pelco-D: messages against the examples of the protocol's manual, and a receiver that obeys them."""

import pytest
from tests.wire.pelco_receiver import PelcoReceiver, parse

from ipcamd.wire.pelco import TOP_SPEED, build_move, build_preset, build_stop, protocol_speed, to_pelco_p


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (build_move(1, ("right",), 9, 9), "ff 01 00 02 3f 00 42"),
        (build_move(1, ("left",), 9, 9), "ff 01 00 04 3f 00 44"),
        (build_move(2, ("up",), 9, 9), "ff 02 00 08 00 3f 49"),
        (build_move(2, ("down",), 0, 0), "ff 02 00 10 00 01 13"),
        (build_move(1, ("up", "left"), 9, 9), "ff 01 00 0c 3f 3f 8b"),
        (build_move(1, ("zoomin",)), "ff 01 00 20 00 00 21"),
        (build_move(1, ("zoomout",)), "ff 01 00 40 00 00 41"),
        (build_move(255, ("right",), 9), "ff ff 00 02 3f 00 40"),
        (build_stop(10), "ff 0a 00 00 00 00 0a"),
        (build_preset(1, "set", 5), "ff 01 00 03 00 05 09"),
        (build_preset(1, "clear", 5), "ff 01 00 05 00 05 0b"),
        (build_preset(1, "go", 5), "ff 01 00 07 00 05 0d"),
    ],
)
def test_messages_are_built_as_the_manual_shows(message: bytes, expected: str) -> None:
    assert message == bytes.fromhex(expected)
    assert parse(message).address == message[1]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (build_move(1, ("left",), 9), "a0 00 00 04 3f 00 af 34"),
        (build_move(2, ("up", "right"), 9, 9), "a0 01 00 0a 3f 3f af 04"),
        (build_stop(1), "a0 00 00 00 00 00 af 0f"),
        (build_preset(1, "go", 1), "a0 00 00 07 00 01 af 09"),
    ],
)
def test_messages_of_pelco_p(message: bytes, expected: str) -> None:
    assert to_pelco_p(message) == bytes.fromhex(expected)


def test_speed_levels_cover_the_range_and_always_move() -> None:
    speeds = [protocol_speed(level) for level in range(10)]
    assert speeds == sorted(set(speeds))
    assert (speeds[0], speeds[-1]) == (1, TOP_SPEED)


@pytest.mark.parametrize(
    ("build", "reason"),
    [
        (lambda: build_stop(0), "1 to 255"),
        (lambda: build_stop(256), "1 to 255"),
        (lambda: build_move(1, ("sideways",)), "sideways"),
        (lambda: build_move(1, ("left", "right")), "opposite"),
        (lambda: build_move(1, ("left",), 10), "0 to 9"),
        (lambda: build_move(1, ("left",), -1), "0 to 9"),
        (lambda: build_preset(1, "go", 0), "1 to 255"),
        (lambda: build_preset(1, "go", 256), "1 to 255"),
        (lambda: build_preset(1, "dance", 1), "set, clear, go"),
    ],
)
def test_wrong_arguments_are_refused(build, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        build()


@pytest.mark.parametrize(
    "message",
    ["", "ff01", "fe01000000000001", "fe010000000001", "ff010000000002", "ff01000000000100", "ff01000900000a",
     "ff018000000081", "ff010007000008", "ff010080000081"],
)  # fmt: skip
def test_invalid_messages_are_refused(message: str) -> None:
    with pytest.raises(ValueError, match=r"message|checksum|command"):
        parse(bytes.fromhex(message))


def test_a_receiver_follows_moves_presets_and_stop() -> None:
    head = PelcoReceiver(7)
    head.feed(build_move(7, ("up", "right"), 9, 0))
    head.run(2)
    head.feed(build_preset(7, "set", 3))
    head.run(5)
    assert head.position == (2 * TOP_SPEED, 2, 0)
    head.feed(build_move(8, ("left",), 9))
    head.feed(build_move(7, ("zoomin",)))
    head.run(4)
    head.feed(build_stop(7))
    head.run(9)
    assert head.position == (2 * TOP_SPEED, 2, 4)
    head.feed(build_preset(7, "go", 3))
    assert head.position == (2 * TOP_SPEED, 2, 0)


def test_a_receiver_finds_messages_in_noise_and_pieces() -> None:
    head = PelcoReceiver(1)
    for byte in b"\x12\xff\x01" + build_move(1, ("left",), 9) + b"\x00" + build_stop(1) + build_stop(1):
        head.feed(bytes([byte]))
    assert head.messages[0].moves == {"left"}
    assert not head.messages[-1].moves
