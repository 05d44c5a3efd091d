"""SRT sources, with ffmpeg as the sender."""

import logging
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tests.media.source.conftest import Play
from tests.media.source.srt.sender import sender
from tests.ports import free_port

from ipcamd.errors import ConfigError, SourceError
from ipcamd.media.frame import AudioChunk, Packet, Picture
from ipcamd.media.source.source import Source, Wanted
from ipcamd.media.source.source_choice import make_source
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


@pytest.mark.slow
def test_a_sender_that_calls_is_passed_through_and_found_again_and_others_are_rejected(
    caplog: pytest.LogCaptureFixture, play: Play
) -> None:
    caplog.set_level(logging.DEBUG)
    port = free_port()
    source = make_source(f"srt://:{port}?mode=listener&passphrase=topsecretkey&streamid=cam1&latency=50")
    with ThreadPoolExecutor() as pool:
        for _ in range(2):
            playing = pool.submit(play, source, 60, sound=True, codecs=("h264",))
            wait_for_listener(port)
            for wrong in ("&passphrase=wrongsecretkey&streamid=cam1", "&passphrase=topsecretkey&streamid=cam2"):
                with sender(port, wrong, "caller") as rejected:
                    assert rejected.wait(PATIENCE_S)
            with sender(port, "&passphrase=topsecretkey&streamid=cam1", "caller"):
                items = playing.result(PATIENCE_S)
            assert {type(item) for item in items} == {Packet, Picture, AudioChunk}
            assert {item.obstacle for item in items if isinstance(item, Packet)} == {""}
    assert "secret" not in caplog.text + source.name


@pytest.mark.slow
@pytest.mark.parametrize("host", ["[::1]", "[::]"])
def test_a_sender_calls_over_ipv6_and_is_found_again(play: Play, host: str) -> None:
    port, login = free_port(), "&passphrase=topsecretkey&streamid=cam1"
    source = make_source(f"srt://{host}:{port}?mode=listener{login}")
    with ThreadPoolExecutor() as pool:
        for _ in range(2):
            playing = pool.submit(play, source, 30, sound=True, codecs=("h264",))
            wait_for_listener(port, "udp6")
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                sock.bind(("127.0.0.1", port))  # fails if IPv4 is served, too
            with sender(port, "&passphrase=wrongsecretkey&streamid=cam1", "caller", "[::1]") as rejected:
                assert rejected.wait(PATIENCE_S)
            with sender(port, login, "caller", "[::1]"):
                items = playing.result(PATIENCE_S)
            assert {type(item) for item in items} == {Packet, Picture, AudioChunk}


def wait_for_listener(port: int, table: str = "udp") -> None:
    """Wait until the port is bound. A trial to bind it would take it away from the listener."""
    end_s = time.monotonic() + PATIENCE_S
    while f":{port:04X} " not in Path(f"/proc/net/{table}").read_text():
        if time.monotonic() > end_s:
            raise AssertionError("nobody listens")
        time.sleep(0.01)


@pytest.mark.slow
def test_a_second_sender_is_rejected_and_the_end_of_the_first_is_reported() -> None:
    port = free_port()
    items = make_source(f"srt://:{port}?mode=listener").play(lambda: Wanted((320, 240), 30, True), threading.Event())
    with ThreadPoolExecutor() as pool:
        first = pool.submit(next, items)
        wait_for_listener(port)
        with sender(port, mode="caller"):
            assert first.result(PATIENCE_S)
            with sender(port, "&connect_timeout=300", "caller") as second:
                assert second.wait(PATIENCE_S)
    with pytest.raises(SourceError, match=r"ended|sends nothing"):
        list(items)


def test_the_wait_for_a_sender_ends_when_stopped_and_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    source, stop = make_source(f"srt://[::1]:{free_port()}?mode=listener"), threading.Event()
    monkeypatch.setattr("ipcamd.media.source.source_timeout.OPENING_S", 0.0)
    with pytest.raises(SourceError, match="no sender has called for 0 s"):
        next(source.play(lambda: Wanted((320, 240), 30, True), stop))
    stop.set()
    assert list(source.play(lambda: Wanted((320, 240), 30, True), stop)) == []


def test_without_the_library_the_message_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libsrt, "_NAMES", ("libabsent.so",))
    monkeypatch.setattr(libsrt, "load_library", libsrt.load_library.__wrapped__)  # not cached
    with pytest.raises(ConfigError, match="srt://cam:9000: needs the library libsrt; install the package libsrt1"):
        make_source("srt://cam:9000").check()


def test_forbidden_addresses_are_not_called() -> None:
    items = make_source("srt://0.0.0.0:9000").play(lambda: Wanted((320, 240), 30, True), threading.Event())
    with pytest.raises(SourceError, match=r"cannot be called \(0\.0\.0\.0: "):
        next(items)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("srt://cam", "is not an address such as srt://192.168.1.20:9000"),
        ("srt://:9000", "is not an address such as"),
        ("srt://cam:99999", "Port out of range"),
        ("srt://me:secret@cam:9000", "SRT has no login; give .passphrase"),
        ("srt://cam:9000?mode=listener", "mode=listener: use an IP address of this machine"),
        ("srt://0.0.0.0:9000?mode=listener", "mode=listener: an address that others can call needs .passphrase"),
        ("srt://cam:9000?mode=rendezvous", "mode=rendezvous: use caller .the camera calls. or listener"),
        ("srt://cam:9000?passphrase=secret", "passphrase: use 10 to 79 characters"),
        ("srt://cam:9000?latency=120000", "latency=120000: use milliseconds, 0 to 10000"),
        ("srt://cam:9000?key=secret", "unknown field key; use mode, passphrase, streamid, latency"),
    ],
)
def test_a_wrong_address_is_refused_with_what_is_allowed(text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as refused:
        make_source(text)
    assert "secret" not in str(refused.value)
