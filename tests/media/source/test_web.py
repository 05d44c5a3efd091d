"""HTTP cameras, and whatever else HTTP gives."""

import logging
import re
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from tests.media.source.clips import clip, level, pictures, sounds
from tests.media.source.conftest import Play
from tests.media.source.peers import LEVELS, LOGIN, Peer, Server

from ipcamd.errors import SourceError
from ipcamd.media.pacer import SECOND
from ipcamd.media.source import Wanted, fetch, make, medium, push

EVERY = 1_000_000
"""A rate that leaves out no picture, however quickly they come."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("films")
    clip(made / "film.mp4", (60, 120, 180), "libx264", rate=100)
    clip(made / "stream.ts", LEVELS * 3, "mpeg2video", size=(640, 480), rate=30, options={"g": "1"})
    return made


@pytest.fixture
def peer(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of HTTP cameras; who waits for them is impatient."""
    for module in (fetch, medium, push):
        monkeypatch.setattr(module, "TIMEOUT", 0.15)
    Peer.folder, Peer.gone = folder, threading.Event()
    Peer.asked.clear()
    with Server(("127.0.0.1", 0), Peer) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://{LOGIN}@127.0.0.1:{server.server_port}"
        Peer.gone.set()
        server.shutdown()


@pytest.fixture
def certified(peer: str, tmp_path: Path) -> Iterator[str]:
    """The same behind TLS, with a certificate that the camera made itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "camera")])
    begin = datetime(2020, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, begin, begin + timedelta(days=1))
    parts = [
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM),
    ]
    (tmp_path / "own.pem").write_bytes(b"".join(parts))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "own.pem")
    with Server(("127.0.0.1", 0), Peer) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"https://{LOGIN}@127.0.0.1:{server.server_port}"
        server.shutdown()


def failing(url: str, limit: int = 1000) -> tuple[int, str]:
    """Play until it fails; return how many pictures came before, and what was said."""
    items = make(url).play(lambda: Wanted((320, 240), EVERY, False), threading.Event())
    count = 0
    with pytest.raises(SourceError) as failed:
        for _ in range(limit):
            next(items)
            count += 1
    assert "secret" not in str(failed.value)
    return count, str(failed.value)


@pytest.mark.parametrize("path", ["mjpg", "uncounted", "sdk", "login", "moved", "mjpg?user=me&x=%20"])
def test_pictures_that_are_pushed(peer: str, play: Play, path: str) -> None:
    shown = pictures(play(make(f"{peer}/{path}"), 8, rate=EVERY))
    levels = [level(picture) for picture in shown]
    assert all(min(abs(luma - one) for one in LEVELS) <= 2 for luma in levels)
    assert len(set(levels)) > 3
    assert [picture.number for picture in shown] == list(range(len(shown)))
    assert all(after.captured >= before.captured for before, after in pairwise(shown))


def test_sound_between_the_sdks_pictures(peer: str, play: Play) -> None:
    heard = sounds(play(make(f"{peer}/sdk"), 10, sound=True))
    assert len(heard) >= 3
    assert {sound.samples.size for sound in heard} == {320}
    assert np.abs(heard[0].samples).min() > 30000


@pytest.mark.parametrize(
    ("path", "count", "said"),
    [
        ("end", 5, "ended"),
        ("freeze", 5, "nothing"),
        ("mute", 0, "does not answer"),
        ("silly", 0, "header without an end"),
        ("useless", 0, "sends no picture"),
        ("page", 0, "cannot be opened|has no picture"),
        ("missing", 0, "answers 404"),
        ("loop", 0, "from one address to the next"),
        ("astray", 0, "none of HTTP"),
    ],
)
def test_what_goes_wrong_is_said(peer: str, path: str, count: int, said: str) -> None:
    came, words = failing(f"{peer}/{path}")
    assert came == count
    assert re.search(said, words)


def test_parts_that_are_no_pictures_are_passed_over(peer: str) -> None:
    assert failing(f"{peer}/sick")[0] == 3


def test_a_wrong_password_is_said_to_be_wrong(peer: str) -> None:
    assert failing(f"{peer.replace('me:', 'me:no')}/login") == (0, "does not accept this login")
    assert failing(f"http://{peer.rpartition('@')[2]}/login") == (0, "does not accept this login")
    assert Peer.asked == ["/login", "/login", "/login"]


def test_nobody_there(peer: str) -> None:
    assert failing("http://127.0.0.1:1/x") == (0, "cannot be reached: Connection refused")
    assert failing("rtsp://me:secret@127.0.0.1:1/x") == (0, "cannot be opened: Connection refused")


def test_a_single_picture_is_asked_for_again_and_again(peer: str, play: Play) -> None:
    shown = pictures(play(make(f"{peer}/snapshot.jpg"), 3, rate=30))
    assert len({level(picture) for picture in shown}) == 3
    assert (shown[2].captured - shown[0].captured) / 2 == pytest.approx(SECOND / 10, rel=0.4)


def test_a_film_on_a_server_plays_over_and_over(peer: str, play: Play) -> None:
    shown = pictures(play(make(f"{peer}/film.mp4"), 9, rate=EVERY))
    assert [round(level(picture) / 60) for picture in shown] == [1, 2, 3] * 3 or len({*map(level, shown)}) == 3
    assert {after.captured - before.captured for before, after in pairwise(shown)} <= set(
        range(SECOND // 100 - 600_000, SECOND // 100 + 600_000)
    )


def test_a_camera_may_sign_its_certificate_itself(certified: str, play: Play) -> None:
    assert len(pictures(play(make(f"{certified}/login"), 5, rate=EVERY))) == 5


def test_a_stream_without_an_end(peer: str, play: Play) -> None:
    shown = pictures(play(make(f"{peer}/stream"), 20, rate=EVERY))
    assert len({level(picture) for picture in shown}) > 6
    count, said = failing(f"{peer}/stream")
    assert count > 15
    assert "sends nothing" in said


def test_stopping_is_heard_between_two_pictures(peer: str) -> None:
    stop = threading.Event()
    items = make(f"{peer}/mjpg").play(lambda: Wanted((320, 240), EVERY, False), stop)
    next(items)
    stop.set()
    assert len(list(items)) < 3


def test_nothing_secret_is_logged(peer: str, play: Play, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    play(make(f"{peer}/login"), 1)
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
