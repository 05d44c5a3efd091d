"""SRT sources, with ffmpeg as the sender."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from tests.media.source.conftest import Play
from tests.media.source.srt.sender import sender
from tests.ports import free_port

from ipcamd.errors import ConfigError, SourceError
from ipcamd.media.frame import AudioChunk, Packet, Picture
from ipcamd.media.source import Source, Wanted, make_source
from ipcamd.media.source.srt import libsrt

PATIENCE_S = 60.0
Call = Callable[[Source, int], list[Any]]


@pytest.fixture
def call(play: Play) -> Call:
    """Give a function that plays, and calls again while nobody listens yet."""

    def call(source: Source, count: int) -> list[Any]:
        end_s = time.monotonic() + PATIENCE_S
        while True:
            try:
                return play(source, count, sound=True, codecs=("h264",))
            except SourceError:
                if time.monotonic() > end_s:
                    raise

    return call


def rejection(source: Source) -> str:
    """Return why the sender rejects the call, once it listens."""
    end_s = time.monotonic() + PATIENCE_S
    while True:
        with pytest.raises(SourceError) as failed:
            list(source.play(lambda: Wanted((320, 240), 30, True), threading.Event()))
        if "passphrase" in str(failed.value) or time.monotonic() > end_s:
            return str(failed.value)


@pytest.mark.slow
def test_a_sender_is_passed_through_with_its_sound_and_found_again_after_a_restart(
    caplog: pytest.LogCaptureFixture, call: Call
) -> None:
    caplog.set_level(logging.DEBUG)
    port = free_port()
    source = make_source(f"srt://127.0.0.1:{port}?passphrase=topsecretkey&streamid=cam1&latency=50")
    source.check()
    for _ in range(2):
        with sender(port, "&passphrase=topsecretkey"):
            items = call(source, 60)
        assert {type(item) for item in items} == {Packet, Picture, AudioChunk}
        assert {item.obstacle for item in items if isinstance(item, Packet)} == {""}
    assert "secret" not in caplog.text + source.name


@pytest.mark.slow
def test_a_sender_that_ends_is_reported(call: Call) -> None:
    port = free_port()
    source = make_source(f"srt://127.0.0.1:{port}")
    stop = threading.Event()
    with sender(port):
        assert call(source, 1)
    with pytest.raises(SourceError, match=r"cannot be opened|does not answer"):
        next(source.play(lambda: Wanted((320, 240), 30, True), stop))


@pytest.mark.slow
def test_a_wrong_passphrase_is_reported() -> None:
    port = free_port()
    with sender(port, "&passphrase=topsecretkey"):
        assert rejection(make_source(f"srt://127.0.0.1:{port}?passphrase=wrongsecretkey")) == "rejects this passphrase"
        assert "requires a passphrase" in rejection(make_source(f"srt://127.0.0.1:{port}"))


def test_without_the_library_the_message_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libsrt, "_NAMES", ("libabsent.so",))
    monkeypatch.setattr(libsrt, "load_library", libsrt.load_library.__wrapped__)  # not cached
    with pytest.raises(ConfigError, match="srt://cam:9000: needs the library libsrt; install the package libsrt1"):
        make_source("srt://cam:9000").check()


def test_forbidden_addresses_are_not_called() -> None:
    items = make_source("srt://0.0.0.0:9000").play(lambda: Wanted((320, 240), 30, True), threading.Event())
    with pytest.raises(SourceError, match="no address that can be called"):
        next(items)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("srt://cam", "is not an address such as srt://192.168.1.20:9000"),
        ("srt://:9000", "is not an address such as"),
        ("srt://cam:99999", "Port out of range"),
        ("srt://me:secret@cam:9000", "SRT has no login; give .passphrase"),
        ("srt://cam:9000?mode=listener", "mode=listener: the camera calls .caller."),
        ("srt://cam:9000?passphrase=secret", "passphrase: use 10 to 79 characters"),
        ("srt://cam:9000?latency=120000", "latency=120000: use milliseconds, 0 to 10000"),
        ("srt://cam:9000?key=secret", "unknown field key; use mode, passphrase, streamid, latency"),
    ],
)
def test_a_wrong_address_is_refused_with_what_is_allowed(text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as refused:
        make_source(text)
    assert "secret" not in str(refused.value)
