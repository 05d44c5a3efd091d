"""A clock that tests set, HTTP cameras, and a function that plays a source."""

import ssl
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any, cast

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from tests.media.source.clips import clip
from tests.media.source.peers import LEVELS, LOGIN, Peer, Server

from ipcamd.media.frame import AudioChunk, Packet, Picture
from ipcamd.media.source import source_timeout
from ipcamd.media.source.pacing import Clock
from ipcamd.media.source.source import Source, Wanted
from ipcamd.time_units import SECOND_NS


class SimulatedTime:
    """Time that advances only during waits, or on request of a test."""

    def __init__(self) -> None:
        self.passed = 0
        self.utc = 1_700_000_000 * SECOND_NS
        self.waits: list[float] = []

    @property
    def clock(self) -> Clock:
        return Clock(
            now_ns=lambda: self.utc + self.passed,
            steady_ns=lambda: self.passed + 77,
            local=lambda moment: datetime.fromtimestamp(moment / SECOND_NS, UTC),
            wait=self.wait,
        )

    def wait(self, _: threading.Event, seconds: float) -> None:
        self.waits.append(seconds)
        self.passed += round(seconds * SECOND_NS)


@pytest.fixture
def time() -> SimulatedTime:
    return SimulatedTime()


Play = Callable[..., list[Any]]


@pytest.fixture
def play() -> Play:
    """Give a function that takes the first `count` things that a source gives, with packets of `codecs`."""

    def take(
        source: Source,
        count: int,
        size: tuple[int, int] = (320, 240),
        rate: int = 30,
        sound: bool = False,
        codecs: tuple[str, ...] = (),
    ) -> list[Packet | Picture | AudioChunk]:
        wanted = Wanted(size, rate, sound, frozenset(codecs))
        with closing(
            cast("Generator[Packet | Picture | AudioChunk]", source.play(lambda: wanted, threading.Event()))
        ) as items:
            return [next(items) for _ in range(count)]

    return take


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("videos")
    clip(made / "video.mp4", (60, 120, 180), "libx264", rate=100)
    clip(made / "stream.ts", LEVELS * 3, "mpeg2video", size=(640, 480), rate=30, options={"g": "1"})
    return made


@pytest.fixture
def peer(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of HTTP cameras; sources wait long for them, however busy the machine is."""
    monkeypatch.setattr(source_timeout, "OPENING_S", 30.0)
    monkeypatch.setattr(source_timeout, "SILENCE_S", 30.0)
    Peer.folder, Peer.gone = folder, threading.Event()
    Peer.asked.clear()
    Peer.logins.clear()
    with Server(("127.0.0.1", 0), Peer) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://{LOGIN}@127.0.0.1:{server.server_port}"
        Peer.gone.set()
        server.shutdown()


@pytest.fixture
def impatient(peer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Short time-outs: sources soon count these cameras as silent."""
    monkeypatch.setattr(source_timeout, "OPENING_S", 1.5)
    monkeypatch.setattr(source_timeout, "SILENCE_S", 0.6)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A camera's own certificate for 127.0.0.1, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "camera")])
    begin = datetime.now(UTC) - timedelta(days=1)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, begin, begin + timedelta(days=9)).add_extension(
        x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
    )
    parts = [
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM),
    ]
    (tmp_path / "own.pem").write_bytes(b"".join(parts))
    return tmp_path / "own.pem"


@pytest.fixture
def certified(peer: str, certificate: Path) -> Iterator[str]:
    """The same cameras behind TLS, with a certificate that the camera made itself."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with Server(("127.0.0.1", 0), Peer) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"https://{LOGIN}@127.0.0.1:{server.server_port}"
        server.shutdown()
