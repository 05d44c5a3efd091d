"""HTTP sources: cameras and other content."""

import itertools
import logging
import re
import threading
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from tests.e2e.camera import eventually
from tests.media.scripted_source import WAIT
from tests.media.source.clips import level, pictures, sounds
from tests.media.source.conftest import Play
from tests.media.source.network.stopping import check_that_it_stops
from tests.media.source.peers import LEVELS, Peer

from ipcamd.errors import SourceError
from ipcamd.media.source import source_timeout
from ipcamd.media.source.source import Wanted
from ipcamd.media.source.source_choice import make_source
from ipcamd.time_units import SECOND_NS

EVERY = 1_000_000
"""A rate that leaves out no picture, however quickly they come."""


def failing(url: str, limit: int = 1000) -> tuple[int, str]:
    """Play until it fails; return the number of pictures before, and the message."""
    items = make_source(url).play(lambda: Wanted((320, 240), EVERY, False), threading.Event())
    count = 0
    with pytest.raises(SourceError) as failed:
        for _ in range(limit):
            next(items)
            count += 1
    assert "secret" not in str(failed.value)
    return count, str(failed.value)


@pytest.mark.parametrize("path", ["mjpg", "uncounted", "sdk", "login", "moved", "mjpg?user=me&x=%20"])
def test_pictures_that_are_pushed(peer: str, play: Play, path: str) -> None:
    shown = pictures(play(make_source(f"{peer}/{path}"), 8, rate=EVERY))
    levels = [level(picture) for picture in shown]
    assert all(min(abs(luma - one) for one in LEVELS) <= 2 for luma in levels)
    assert len(set(levels)) > 3
    assert all(after.captured_ns >= before.captured_ns for before, after in pairwise(shown))


def test_sound_between_the_sdks_pictures(peer: str, play: Play) -> None:
    heard = sounds(play(make_source(f"{peer}/sdk"), 10, sound=True))
    assert len(heard) >= 3
    assert {sound.samples.size for sound in heard} == {320}
    assert np.abs(heard[0].samples).min() > 30000


@pytest.mark.parametrize(
    ("path", "count", "said"),
    [
        ("end", 5, "ended"),
        ("silly", 0, "neither a boundary line nor a JPEG"),
        ("declared", 0, "answers with a web page"),
        ("page", 0, "cannot be opened|has no picture"),
        ("site", 0, "answers with a web page"),
        ("missing", 0, "answers 404"),
        ("loop", 0, "redirects more than 5 times"),
        ("astray", 0, "not HTTP"),
        ("astray_to?http:%2f%2f%5b::1", 0, "leads to a malformed address"),
        ("astray_to?http:%2f%2f127.0.0.1:99999%2f", 0, "leads to a malformed address"),
        ("astray_to?http:%2f%2fa%20b%2f", 0, "leads to a malformed address"),
    ],
)
def test_failures_are_reported(peer: str, path: str, count: int, said: str) -> None:
    came, words = failing(f"{peer}/{path}")
    assert came == count
    assert re.search(said, words)


@pytest.mark.slow
@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("path", "count", "said"),
    [
        ("freeze", 5, "sends nothing for"),
        ("mute", 0, "does not answer"),
        ("useless", 0, "sends no picture"),
        ("drip", 2, "sends no picture"),
    ],
)
def test_a_silent_camera_is_given_up(peer: str, path: str, count: int, said: str) -> None:
    came, words = failing(f"{peer}/{path}")
    assert came == count
    assert said in words


@pytest.mark.timeout(20)
@pytest.mark.usefixtures("impatient")
def test_a_running_stream_has_a_shorter_time_limit_than_a_start(peer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_timeout, "OPENING_S", 60.0)
    came, words = failing(f"{peer}/freeze")
    assert came == 5
    assert words.startswith("sends nothing for ")


def test_parts_that_are_no_pictures_are_passed_over(peer: str) -> None:
    assert failing(f"{peer}/sick")[0] == 3


def test_a_wrong_password_is_reported(peer: str) -> None:
    assert failing(f"{peer.replace('me:', 'me:no')}/login") == (0, "rejects this login")
    assert "requires a login" in failing(f"http://{peer.rpartition('@')[2]}/login")[1]
    assert Peer.asked == ["/login", "/login", "/login"]


def test_a_login_whose_nonce_is_old_is_sent_again_once(peer: str, play: Play) -> None:
    assert len(pictures(play(make_source(f"{peer}/renewed"), 2, rate=EVERY))) == 2
    assert failing(f"{peer}/renewed/always") == (0, "rejects this login")
    assert Peer.asked == ["/renewed"] * 3 + ["/renewed/always"] * 3


def test_an_unreachable_host_is_reported(peer: str) -> None:
    assert failing("http://127.0.0.1:1/x") == (0, "is not reachable: Connection refused")
    assert failing("rtsp://me:secret@127.0.0.1:1/x") == (0, "cannot be opened: Connection refused")


def test_a_single_picture_is_requested_repeatedly(peer: str, play: Play) -> None:
    shown = pictures(play(make_source(f"{peer}/snapshot.jpg"), 9, rate=30))
    assert all(level(one) != level(other) for one, other in itertools.pairwise(shown))
    assert (shown[8].captured_ns - shown[0].captured_ns) / 8 > SECOND_NS / 10 * 0.6, (
        "it is asked more often than allowed"
    )


@pytest.mark.parametrize(
    "path",
    ["still/octets", "still/nothing", "still/chunked", "still/wrong", "still/png", "still/parts", "still/kept"],
)
def test_a_still_is_requested_again_whatever_its_type(peer: str, play: Play, path: str) -> None:
    shown = pictures(play(make_source(f"{peer}/{path}"), 3, rate=EVERY))
    assert [level(picture) for picture in shown] == pytest.approx(list(LEVELS[1:4]), abs=3)
    assert Peer.asked == [f"/{path}"] * 3


@pytest.mark.parametrize(
    "path",
    [
        "run/image/jpeg",
        "run/video/x-motion-jpeg",
        "run/text/plain?length",
        "parts/text/plain",
        "esp/image/jpeg",
        "images",
    ],
)
def test_endless_pictures_are_recognized_by_their_content(peer: str, play: Play, path: str) -> None:
    shown = pictures(play(make_source(f"{peer}/{path}"), 8, rate=EVERY))
    assert len({level(picture) for picture in shown}) > 3
    assert len(Peer.asked) == 1


@pytest.mark.parametrize(
    "path", ["stream", "stream/video/x-flv", "stream/image/jpeg", "stream/application/octet-stream"]
)
def test_a_live_stream_may_be_called_anything(peer: str, play: Play, path: str) -> None:
    assert len({level(picture) for picture in pictures(play(make_source(f"{peer}/{path}"), 20, rate=EVERY))}) > 6


def test_a_damaged_still_is_reported(peer: str) -> None:
    assert failing(f"{peer}/damaged") == (0, "sends a picture that cannot be decoded")


def test_compressed_content_is_reported_as_unsupported(peer: str) -> None:
    assert failing(f"{peer}/still/gzip") == (
        0,
        "compresses what it sends (gzip), which is not supported; disable compression at the source",
    )


@pytest.mark.slow
@pytest.mark.usefixtures("impatient")
def test_a_camera_may_take_longer_to_begin_than_to_go_on(peer: str, play: Play) -> None:
    for path in ("late/answer", "late/picture"):
        assert len(pictures(play(make_source(f"{peer}/{path}"), 5, rate=EVERY))) == 5


@pytest.mark.slow
@pytest.mark.usefixtures("impatient")
def test_endless_bytes_that_are_no_picture_are_given_up(peer: str) -> None:
    assert failing(f"{peer}/noise") == (0, "sends no picture for 1.5 s")


@pytest.mark.slow
@pytest.mark.usefixtures("impatient")
def test_a_slow_camera_is_given_time(peer: str, play: Play) -> None:
    shown = pictures(play(make_source(f"{peer}/slow"), 4, rate=EVERY))
    assert len(Peer.asked) == 1
    assert (shown[-1].captured_ns - shown[0].captured_ns) / 3 > source_timeout.SILENCE_S * SECOND_NS


def test_a_video_file_on_a_server_plays_over_and_over(peer: str, play: Play) -> None:
    shown = pictures(play(make_source(f"{peer}/video.mp4"), 9, rate=EVERY))
    assert [round(level(picture) / 60) for picture in shown] == [1, 2, 3] * 3 or len({*map(level, shown)}) == 3
    assert {after.captured_ns - before.captured_ns for before, after in pairwise(shown)} <= set(
        range(SECOND_NS // 100 - 600_000, SECOND_NS // 100 + 600_000)
    )


def test_a_list_of_pieces_plays_with_the_login(peer: str, play: Play) -> None:
    shown = pictures(play(make_source(f"{peer}/hls/list"), 12, rate=EVERY))
    assert len({level(picture) for picture in shown}) > 3


@pytest.mark.slow
@pytest.mark.usefixtures("impatient")
def test_a_stream_without_an_end(peer: str, play: Play) -> None:
    shown = pictures(play(make_source(f"{peer}/stream"), 20, rate=EVERY))
    assert len({level(picture) for picture in shown}) > 6
    count, said = failing(f"{peer}/stream")
    assert count > 15
    assert "sends nothing" in said


def test_a_stop_acts_between_two_pictures(peer: str) -> None:
    stop = threading.Event()
    items = make_source(f"{peer}/mjpg").play(lambda: Wanted((320, 240), EVERY, False), stop)
    next(items)
    stop.set()
    assert len(list(items)) < 3


@pytest.mark.parametrize(
    ("path", "last"),
    [("mute", "mute"), ("list_of_mute", "mute"), ("list_of_mute/complete", "mute")],
)
def test_a_source_stops_at_once_while_nothing_arrives(
    peer: str, path: str, last: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_that_it_stops(f"{peer}/{path}", lambda: f"/{last}" in Peer.asked, monkeypatch)


@pytest.mark.parametrize(("path", "count"), [("freeze", 5), ("stream", 30)])
def test_a_running_source_stops_at_once_while_nothing_arrives(peer: str, path: str, count: int) -> None:
    stop, wanted, shown = threading.Event(), Wanted((320, 240), EVERY, False), []
    items = make_source(f"{peer}/{path}").play(lambda: wanted, stop)
    thread = threading.Thread(target=lambda: shown.extend(items), daemon=True)
    thread.start()
    eventually(lambda: len(shown) >= count)
    stop.set()
    thread.join(WAIT)
    assert not thread.is_alive()


def test_nothing_secret_is_logged(peer: str, play: Play, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    play(make_source(f"{peer}/login"), 1)
    failing(f"{peer}/missing")
    failing(f"{peer}/page")
    assert "secret" not in caplog.text


def test_failures_leave_nothing_open(peer: str) -> None:
    def opened() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    failing(f"{peer}/end")
    before = opened()
    for path in ("end", "missing", "silly", "loop") * 15:
        failing(f"{peer}/{path}")
    assert opened() < before + 30  # the server, which runs in this process, takes its time to hang up
