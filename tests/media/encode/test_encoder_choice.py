"""Encoders in hardware: which are tried and used, and what happens when they fail. No hardware is at hand: in its place
are FFmpeg's other encoders and options."""

import logging
import re
import threading
from pathlib import Path

import pytest
from tests.media.encoded import units
from tests.media.scripted_source import NOON, SECOND, decoded, sloped
from tests.other_encoders import BASELINE, LATE, QUICK, FailingOptions, SparingOptions, options

from ipcamd.errors import ConfigError
from ipcamd.media.codecs import H264, FfmpegOptions
from ipcamd.media.encode import fallback_encoder
from ipcamd.media.encode.encode_session import EncodeSession
from ipcamd.media.encode.encoder_choice import ENCODERS, EncoderChoice
from ipcamd.media.frame import SessionPicture
from ipcamd.media.image.scale import ProcessedFrame
from ipcamd.media.stream.stream_settings import StreamSettings
from ipcamd.options.table import OPTIONS

SIZE = 320, 240
SETTINGS = StreamSettings(H264, SIZE, 30, 3)
SPS = 7


def install(monkeypatch: pytest.MonkeyPatch, name: str, **encoders: FfmpegOptions) -> None:
    monkeypatch.setitem(ENCODERS, name, encoders)


def encode(choice: EncoderChoice, count: int, settings: StreamSettings = SETTINGS) -> list[SessionPicture]:
    session, asked = EncodeSession(settings, choice.make), threading.Event()
    return [picture for number in range(count) for picture in session.encode(processed(number), asked)]


def processed(number: int) -> ProcessedFrame:
    return ProcessedFrame(sloped(SIZE, 5 * number), NOON + number * SECOND // 30, number)


def profile(payload: bytes) -> int:
    return next(unit[1] for unit in units(payload) if unit[0] & 31 == SPS)


def report(choice: EncoderChoice) -> dict[str, str]:
    return dict(choice.report())


def test_the_option_has_a_word_for_each_hardware() -> None:
    option = next(option for option in OPTIONS if option.name == "encoder")
    assert option.words == ("software", "auto", *ENCODERS)


@pytest.mark.slow
def test_hardware_that_is_not_there_is_refused_with_the_reason_and_what_is_allowed() -> None:
    allowed = "allowed are auto, software, v4l2m2m, qsv, nvenc"
    for name in ENCODERS:
        try:
            EncoderChoice(name).check()
        except ConfigError as error:
            reasons = rf"h264_{name}: .*\w.*; hevc_{name}: .*\w.*"
            assert re.fullmatch(rf"--encoder {name}: it does not work \({reasons}\); {allowed}", str(error))


@pytest.mark.slow
def test_auto_takes_the_first_that_works_and_software_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ENCODERS:
        install(monkeypatch, name, h264=FfmpegOptions("absent", {}, ()), h265=FfmpegOptions("absent", {}, ()))
    choice = EncoderChoice("auto")
    choice.check()
    assert report(choice) == {"Encoder H.264": "software", "Encoder H.265": "software"}
    assert profile(encode(choice, 1)[0].payload) != BASELINE
    install(monkeypatch, "qsv", h264=options(), h265=FfmpegOptions("absent", {}, ()))
    choice = EncoderChoice("auto")
    choice.check()
    assert report(choice) == {"Encoder H.264": "qsv", "Encoder H.265": "software"}
    assert profile(encode(choice, 1)[0].payload) == BASELINE


@pytest.mark.slow
@pytest.mark.parametrize(
    ("encoder", "reason"),
    [
        (FfmpegOptions("absent", {}, ()), "PyAV does not contain it"),
        (options({"preset": "no such"}), "libx264: "),
        (options({"bf": "2"}), "it returns no pictures"),
        (options(QUICK | {"profile": "high"}, pixel_format="gray"), "its pictures are damaged|cannot be used"),
        (FfmpegOptions("mpeg4", {}, ({},) * 5), "cannot be used"),
    ],
)
def test_an_encoder_is_tried_with_a_picture(
    monkeypatch: pytest.MonkeyPatch, encoder: FfmpegOptions, reason: str
) -> None:
    install(monkeypatch, "nvenc", h264=encoder)
    with pytest.raises(ConfigError, match=reason):
        EncoderChoice("nvenc").check()


@pytest.mark.slow
@pytest.mark.parametrize("form", ["yuv420p", "nv12"])
def test_an_encoder_with_a_delay_keeps_the_times_of_pictures(monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    install(monkeypatch, "nvenc", h264=options(LATE, pixel_format=form, exact_gop=True))
    choice = EncoderChoice("nvenc")
    choice.check()
    pictures = encode(choice, 40)
    assert 30 <= len(pictures) < 40
    assert [(each.captured_ns, each.mask_version) for each in pictures] == [
        (NOON + number * SECOND // 30, number) for number in range(len(pictures))
    ]
    assert [number for number, each in enumerate(pictures) if each.key] == [0, 30]
    assert len(decoded("h264", [each.payload for each in pictures])) == len(pictures)


@pytest.mark.slow
def test_a_failure_while_running_changes_to_software_without_a_gap(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    switch = tmp_path / "switch"
    monkeypatch.setenv("FAIL_ENCODERS", str(switch))
    install(monkeypatch, "nvenc", h264=FailingOptions("libx264", QUICK, ({},) * 5))
    choice = EncoderChoice("nvenc")
    choice.check()
    (session, other), asked = (EncodeSession(SETTINGS, choice.make) for _ in range(2)), threading.Event()
    pictures = []
    with caplog.at_level(logging.WARNING):
        for number in range(20):
            if number == 10:
                switch.touch()
            pictures += session.encode(processed(number), asked)
        assert len(other.encode(processed(0), asked)) == 1
        encode(choice, 3)
    assert [each.captured_ns for each in pictures] == [NOON + number * SECOND // 30 for number in range(20)]
    assert [number for number, each in enumerate(pictures) if each.key] == [0, 10]
    assert (profile(pictures[0].payload) == BASELINE) and (profile(pictures[10].payload) != BASELINE)
    assert len(decoded("h264", [each.payload for each in pictures])) == 20
    (line,) = [record.message for record in caplog.records]
    assert line == "nvenc failed, H.264 is encoded in software at 320x240: Invalid argument"
    assert report(choice)["Encoder H.264"] == "nvenc; software at 320x240 (nvenc failed: Invalid argument)"
    # other sizes are still tried
    switch.unlink()
    assert profile(encode(choice, 1, StreamSettings(H264, (640, 480), 30, 3))[0].payload) == BASELINE
    assert profile(encode(choice, 1)[0].payload) != BASELINE


@pytest.mark.slow
def test_hardware_that_returns_no_more_pictures_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, "nvenc", h264=options(LATE))
    choice = EncoderChoice("nvenc")
    choice.check()
    monkeypatch.setattr(fallback_encoder, "MOST_WAITING", 0)
    pictures = encode(choice, 5)
    assert [each.captured_ns for each in pictures] == [NOON + number * SECOND // 30 for number in range(5)]
    assert pictures[0].key
    assert "it returns no pictures" in report(choice)["Encoder H.264"]


@pytest.mark.slow
def test_key_frames_get_parameter_sets_where_hardware_sends_them_once(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, "nvenc", h264=SparingOptions("libx264", QUICK, ({},) * 5))
    choice = EncoderChoice("nvenc")
    choice.check()
    keys = [each.payload for each in encode(choice, 40) if each.key]
    assert [profile(payload) for payload in keys] == [BASELINE, BASELINE]
