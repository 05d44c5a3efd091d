"""Decoders in hardware: which are tried and used, and what happens when they fail. No hardware is at hand: in its place
are FFmpeg's own decoders, with a delay and failures."""

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from tests.media.encoded import h264
from tests.media.scripted_source import NOON, SECOND, luma
from tests.other_decoders import LateDecoder

from ipcamd.media.codecs import H264, H265, JPEG, Codec
from ipcamd.media.decode import hardware_decoder
from ipcamd.media.decode.decoder_choice import DECODERS, DecoderChoice, explain_software
from ipcamd.media.encode.encoder_choice import ENCODERS
from ipcamd.media.frame import Packet
from ipcamd.media.source.packet_decoder import CATCH_UP, PacketDecoder
from ipcamd.media.source.source import Wanted

SIZE = 320, 240
ALL = Wanted(SIZE, 30, False, decoded_rate=30)
NOTHING = Wanted(SIZE, 30, False, decoded_rate=0)
KEYS = Wanted(SIZE, 30, False, decoded_rate=15, keys_suffice=True)
DELAY = 2

Install = Callable[..., DecoderChoice]


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Install:
    """Give a function that puts decoders of FFmpeg in the place of all hardware, and returns what works of it."""

    def install(name: str = "h264", delay: int = DELAY, **more: object) -> DecoderChoice:
        for hardware in DECODERS:
            monkeypatch.setitem(DECODERS, hardware, {H264.name: name if hardware == "qsv" else "absent"})
        monkeypatch.setattr(hardware_decoder, "open_decoder", partial(LateDecoder, delay=delay, **more))
        choice = DecoderChoice("auto")
        choice.check()
        return choice

    return install


def packets(count: int, gop: int) -> list[Packet]:
    return [
        Packet(H264, payload, number % gop == 0, SIZE, NOON + number * SECOND // 30)
        for number, payload in enumerate(h264(count, SIZE, gop))
    ]


def numbers(decoder: PacketDecoder, sent: list[Packet], want: Wanted = ALL) -> list[list[int]]:
    """Return the numbers of the pictures that come with each packet, by their capture times."""
    return [
        [round((each.captured_ns - NOON) * 30 / SECOND) for each in decoder.decode(packet, want)] for packet in sent
    ]


def test_software_decodes_pictures_above_the_size_limit_without_a_failure_of_the_hardware(install: Install) -> None:
    choice = install()
    assert choice.make(H264, SIZE)
    assert choice.make(H264, (8192, 8193)) is None
    assert choice.report() == [("Decoder H.264", "qsv")]


@pytest.mark.parametrize(
    ("size", "has_b_frames", "reason"),
    [((640, 480), False, ""), ((640, 480), True, "B-frames"), ((640, 360), True, "the source sends 640x360")],
)
def test_software_decodes_files_that_cannot_be_passed_through(
    size: tuple[int, int], has_b_frames: bool, reason: str
) -> None:
    assert explain_software(size, has_b_frames) == reason


def test_each_hardware_that_encodes_has_decoders() -> None:
    assert DECODERS.keys() == ENCODERS.keys()
    assert all({H264.name, H265.name} <= decoders.keys() for decoders in DECODERS.values())


@pytest.mark.slow
@pytest.mark.parametrize("codec", [JPEG, H264, H265])
def test_a_decoder_of_each_codec_is_tried_with_a_picture(monkeypatch: pytest.MonkeyPatch, codec: Codec) -> None:
    for hardware in DECODERS:
        monkeypatch.setitem(DECODERS, hardware, {codec.name: codec.decoder} if hardware == "nvenc" else {})
    choice = DecoderChoice("auto")
    choice.check()
    assert choice.report() == [(f"Decoder {codec.label}", "nvenc")]
    assert DecoderChoice().report() == [(f"Decoder {codec.label}", "software")]


@pytest.mark.slow
def test_missing_hardware_is_not_used_and_the_log_gives_the_reason(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        for name in DECODERS:
            DecoderChoice(name).check()
    for name in {decoder for decoders in DECODERS.values() for decoder in decoders.values()}:
        assert any(line.startswith(f"decoder {name}: ") or f"by {name}" in line for line in caplog.messages), name


@pytest.mark.slow
@pytest.mark.parametrize(
    ("decoder", "more", "reason"),
    [
        ("absent", {}, "PyAV does not contain it"),
        ("mpeg4", {}, "it returns no pictures"),
        ("h264", {"delay": 99}, "it returns no pictures"),
        ("h264", {"switch": Path("/")}, "Invalid argument"),
    ],
)
def test_a_decoder_that_fails_the_trial_is_not_used(
    install: Install, caplog: pytest.LogCaptureFixture, decoder: str, more: dict[str, object], reason: str
) -> None:
    with caplog.at_level(logging.INFO):
        choice = install(decoder, **more)
    assert f"decoder {decoder}: {reason}" in caplog.messages
    assert choice.report() == [("Decoder H.264", "software")]
    assert choice.make(H264, SIZE) is None


@pytest.mark.slow
@pytest.mark.parametrize("has_numbers", [True, False])
def test_late_pictures_keep_their_capture_times(install: Install, has_numbers: bool) -> None:
    decoder = PacketDecoder(H264, SIZE, install(has_numbers=has_numbers))
    assert numbers(decoder, packets(20, gop=10)) == [[]] * DELAY + [[number] for number in range(20 - DELAY)]


@pytest.mark.slow
def test_a_damaged_packet_is_no_failure_and_shifts_no_times(install: Install) -> None:
    decoder, sent = PacketDecoder(H264, SIZE, choice := install(delay=0)), packets(30, gop=5)
    for number in (7, 8, 9):
        sent[number] = Packet(H264, b"\0\0\0\1\x65\xff", False, SIZE, sent[number].captured_ns)
    found = numbers(decoder, sent)
    assert found[:7] + found[10:] == [[number] for number in (*range(7), *range(10, 30))]
    assert choice.report() == [("Decoder H.264", "qsv")]


@pytest.mark.slow
def test_a_key_frame_that_suffices_is_not_late_by_a_second(install: Install) -> None:
    decoder = PacketDecoder(H264, SIZE, install())
    found = numbers(decoder, packets(100, gop=30), KEYS)
    assert found[60 + DELAY] == [60]
    assert found[60 + DELAY + 1 : 90] == [[]] * (30 - DELAY - 1)


@pytest.mark.slow
@pytest.mark.parametrize("at", [15, 15 + CATCH_UP + 4])
def test_a_failure_while_running_changes_to_software_from_the_last_key_frame_on(
    install: Install, caplog: pytest.LogCaptureFixture, tmp_path: Path, at: int
) -> None:
    switch = tmp_path / "switch"
    choice, sent = install(switch=switch), packets(60, gop=60)
    decoder, other, whole = (PacketDecoder(H264, SIZE, each) for each in (choice, choice, None))
    before = numbers(decoder, sent[:at])
    assert before[-1] == [at - 1 - DELAY]
    numbers(other, sent[:3])
    switch.touch()
    with caplog.at_level(logging.WARNING):
        after = numbers(decoder, sent[at:-1])
        numbers(other, sent[3:6])
    # software decodes `CATCH_UP` at a time until it has caught up
    behind = next(n for n in range(60) if at + 1 + n <= CATCH_UP * (n + 1))
    assert after == [[]] * behind + [[number] for number in range(at + behind, 59)]
    expected = [whole.decode(packet, ALL)[0] for packet in sent][-1]
    assert luma(decoder.decode(sent[-1], ALL)[0].frame) == luma(expected.frame)
    reason = "Invalid argument"
    assert caplog.messages == [f"qsv failed, H.264 is decoded in software at 320x240: {reason}"]
    assert choice.report() == [("Decoder H.264", f"qsv; software at 320x240 (qsv failed: {reason})")]
    # other sizes are still tried
    assert choice.make(H264, SIZE) is None
    assert choice.make(H264, (640, 480)) is not None


@pytest.mark.slow
def test_hardware_that_returns_no_more_pictures_has_failed(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    choice = install()
    monkeypatch.setattr(hardware_decoder, "MOST_WAITING", DELAY - 1)
    assert numbers(PacketDecoder(H264, SIZE, choice), packets(5, gop=5)) == [[], [1], [2], [3], [4]]
    assert choice.report() == [("Decoder H.264", "qsv; software at 320x240 (qsv failed: it returns no pictures)")]


def test_unneeded_pictures_are_not_decoded(install: Install) -> None:
    decoder = PacketDecoder(H264, SIZE, install(delay=0))
    assert numbers(decoder, packets(3, gop=5), NOTHING) == [[], [], []]
