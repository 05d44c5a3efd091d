"""HLS playlists: live ones that ffmpeg makes, complete ones, and hostile ones."""

import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler
from itertools import islice, pairwise
from pathlib import Path
from typing import ClassVar

import av
import pytest
from tests.media.source.conftest import SimulatedTime
from tests.media.source.peers import Server

from ipcamd.errors import SourceError
from ipcamd.media.frame import AudioChunk, Packet, Picture
from ipcamd.media.source import source_timeout
from ipcamd.media.source.network.hls_playlist import SegmentPacer
from ipcamd.media.source.source import Source, Wanted
from ipcamd.media.source.source_choice import make_source
from ipcamd.time_units import SECOND_NS
from ipcamd.wire.http.digest import BasicCredentials, basic_challenge, parse

PATIENCE_S = 30.0
LIVE = ("-f", "lavfi", "-i", "testsrc=size=320x240:rate=25", "-f", "lavfi", "-i", "sine")
CODECS = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "15", "-c:a", "aac")


class FileHandler(SimpleHTTPRequestHandler):
    """Serves a directory; ``endless`` never ends, and names with ``locked`` need a login."""

    asked: ClassVar[list[str]] = []
    gone: ClassVar[threading.Event]

    def log_message(self, *_: object) -> None:
        """Suppress the log."""

    def do_GET(self) -> None:
        self.asked.append(self.path)
        try:
            if "endless" in self.path:
                self.send_endless()
            elif "locked" in self.path and not self.logged_in():
                self.send_response(401)
                self.send_header("WWW-Authenticate", basic_challenge("cam"))
                self.end_headers()
            elif "Range" in self.headers:
                self.send_part(int(self.headers["Range"].removeprefix("bytes=").removesuffix("-")))
            else:
                super().do_GET()
        except (BrokenPipeError, ConnectionResetError):
            return

    def logged_in(self) -> bool:
        sent = self.headers["Authorization"]
        return bool(sent) and parse(sent) == BasicCredentials("me", "secret")

    def send_part(self, first_byte: int) -> None:
        self.send_response(206)
        self.end_headers()
        self.wfile.write(Path(self.translate_path(self.path)).read_bytes()[first_byte:])

    def send_endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n")
        while not self.gone.is_set():
            self.wfile.write(b"#EXTINF:1,\npiece.ts\n" * 5000)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """The address of a server of the test's folder."""
    FileHandler.asked.clear()
    FileHandler.gone = threading.Event()
    with Server(("127.0.0.1", 0), partial(FileHandler, directory=str(tmp_path))) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        FileHandler.gone.set()
        server.shutdown()


@contextmanager
def encoder(folder: Path, *options: str, name: str = "live.m3u8") -> Iterator[subprocess.Popen[bytes]]:
    """Run ffmpeg as a live encoder; wait for its first three segments."""
    live = ["-hls_time", "0.6", "-hls_list_size", "6", "-hls_flags", "delete_segments+append_list", *options]
    command = ["ffmpeg", "-v", "error", "-nostdin", "-re", *LIVE, *CODECS, "-f", "hls", *live, str(folder / name)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            wait_until(lambda: (folder / name).exists() and (folder / name).read_text().count("#EXTINF") >= 3)
            yield process
        finally:
            process.kill()


def wait_until(holds: Callable[[], bool]) -> None:
    end_s = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > end_s:
            raise AssertionError("it does not happen")
        time.sleep(0.02)


def play(source: Source, count: int, codecs: frozenset[str] = frozenset()) -> list[Packet | Picture | AudioChunk]:
    items = source.play(lambda: Wanted((320, 240), 30, True, codecs), threading.Event())
    try:
        return list(islice(items, count))
    finally:
        items.close()


def failure(source: Source) -> str:
    with pytest.raises(SourceError) as failed:
        play(source, 100_000)
    assert "secret" not in str(failed.value)
    return str(failed.value)


@pytest.mark.slow
def test_a_live_playlist_is_passed_through_with_its_sound(site: str, tmp_path: Path) -> None:
    with encoder(tmp_path):
        items = play(make_source(f"{site}/live.m3u8"), 120, frozenset({"h264"}))
    packets = [item for item in items if isinstance(item, Packet)]
    assert {packet.obstacle for packet in packets} == {""}
    assert any(packet.key for packet in packets)
    assert {type(item) for item in items} == {Packet, Picture, AudioChunk}
    gaps = [after.captured_ns - before.captured_ns for before, after in pairwise(packets)]
    assert all(gap > 0 for gap in gaps)
    assert sorted(gaps)[len(gaps) // 2] == pytest.approx(SECOND_NS / 25, rel=0.1)


@pytest.mark.slow
def test_an_encoder_that_stops_is_not_shown_again_until_it_is_back(
    site: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = make_source(f"{site}/live.m3u8")
    with encoder(tmp_path):
        assert play(source, 1)
    monkeypatch.setattr(source_timeout, "OPENING_S", 1.0)
    wait_until(lambda: "does not grow: its encoder has stopped" in failure(source))
    FileHandler.asked.clear()
    assert failure(source)
    assert not any(path.endswith(".ts") for path in FileHandler.asked)
    monkeypatch.setattr(source_timeout, "OPENING_S", 15.0)
    stale = (tmp_path / "live.m3u8").read_text()
    with encoder(tmp_path):
        wait_until(lambda: (tmp_path / "live.m3u8").read_text() != stale)
        assert play(source, 5)


@pytest.mark.slow
def test_only_the_shown_variant_of_a_main_playlist_is_fetched(site: str, tmp_path: Path) -> None:
    clip = ["-f", "lavfi", "-i", "testsrc=size=320x240:rate=15:duration=4", *CODECS[:-2], "-f", "hls", "-hls_time", "1"]
    for name, size in (("small", "160x120"), ("large", "320x240")):
        out = [*clip, "-s", size, "-hls_list_size", "0", str(tmp_path / f"{name}.m3u8")]
        subprocess.run(["ffmpeg", "-v", "error", "-nostdin", *out], check=True)
        text = (tmp_path / f"{name}.m3u8").read_text().replace("#EXT-X-ENDLIST\n", "")
        (tmp_path / f"{name}.m3u8").write_text(text)
    lines = ("160x120", "small"), ("320x240", "large")
    main = "".join(f"#EXT-X-STREAM-INF:BANDWIDTH=9,RESOLUTION={size}\n{name}.m3u8\n" for size, name in lines)
    (tmp_path / "main.m3u8").write_text(f"#EXTM3U\n{main}")
    items = play(make_source(f"{site}/main.m3u8"), 32)
    assert {(item.video.width, item.video.height) for item in items if isinstance(item, Picture)} == {(320, 240)}
    assert "/large2.ts" in FileHandler.asked or "/large3.ts" in FileHandler.asked
    assert not {"/small2.ts", "/small3.ts"} & {*FileHandler.asked}


@pytest.mark.slow
def test_a_wrong_login_is_reported(site: str, tmp_path: Path) -> None:
    address = site.replace("//", "//me:%s@")
    with encoder(tmp_path, name="locked.m3u8"):
        assert play(make_source(f"{address % 'secret'}/locked.m3u8"), 2)
        assert failure(make_source(f"{address % 'secretly'}/locked.m3u8")) == "rejects this login"


def make_playlist(folder: Path, *options: str) -> list[bytes]:
    """Make a live playlist of three segments with a key beside it; return its pictures."""
    (folder / "key").write_bytes(bytes(range(16)))
    (folder / "info").write_text(f"key\n{folder / 'key'}\n")
    clip = ["-f", "lavfi", "-i", "testsrc=size=320x240:rate=25:duration=0.6", *CODECS[:-2], "-g", "5", "clip.ts"]
    parts = [
        "-i",
        "clip.ts",
        "-c",
        "copy",
        "-f",
        "hls",
        "-hls_time",
        "0.2",
        "-hls_list_size",
        "0",
        *options,
        "cut.m3u8",
    ]
    for command in (clip, parts):
        subprocess.run(["ffmpeg", "-v", "error", "-nostdin", *command], check=True, cwd=folder)
    (folder / "cut.m3u8").write_text((folder / "cut.m3u8").read_text().replace("#EXT-X-ENDLIST\n", ""))
    with av.open(folder / "clip.ts") as medium:
        return [bytes(packet) for packet in medium.demux(video=0) if packet.size]


@pytest.mark.slow
@pytest.mark.parametrize(("is_encrypted", "is_one_file"), [(True, False), (False, True), (True, True)])
def test_encrypted_segments_and_ranges_of_one_file(
    site: str, tmp_path: Path, is_encrypted: bool, is_one_file: bool
) -> None:
    encrypted = ("-hls_key_info_file", "info") if is_encrypted else ()
    sent = make_playlist(tmp_path, *encrypted, *(("-hls_flags", "single_file") if is_one_file else ()))
    text = (tmp_path / "cut.m3u8").read_text()
    assert ("AES-128" in text, "BYTERANGE" in text, text.count("#EXTINF")) == (is_encrypted, is_one_file, 3)
    items = make_source(f"{site}/cut.m3u8").play(
        lambda: Wanted((320, 240), 30, False, frozenset({"h264"}), decoded_rate=0), threading.Event()
    )
    packets = (item.payload for item in items if isinstance(item, Packet) and item.payload)
    assert list(islice(packets, 13)) == sent[:13]
    items.close()


@pytest.mark.slow
def test_an_encrypted_segment_that_is_damaged_is_reported(site: str, tmp_path: Path) -> None:
    make_playlist(tmp_path, "-hls_key_info_file", "info")
    (tmp_path / "cut0.ts").write_bytes((tmp_path / "cut0.ts").read_bytes()[:-1])
    assert "has an encrypted segment that its key does not fit" in failure(make_source(f"{site}/cut.m3u8"))


@pytest.mark.parametrize("method", ["SAMPLE-AES", "SAMPLE-AES-CTR", "NEW-ONE"])
@pytest.mark.parametrize(
    "key", ["METHOD={},URI=k", 'KEYFORMAT="com.apple.streamingkeydelivery",METHOD={},URI="skd://k"']
)
def test_an_unsupported_encryption_is_named(site: str, tmp_path: Path, method: str, key: str) -> None:
    lines = ("#EXTM3U", "#EXT-X-TARGETDURATION:1", f"#EXT-X-KEY:{key.format(method)}", "#EXTINF:1,", "a.ts")
    (tmp_path / "drm.m3u8").write_text("\n".join(lines))
    (tmp_path / "main.m3u8").write_text("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=9\ndrm.m3u8\n")
    for name in ("drm", "main"):
        said = failure(make_source(f"{site}/{name}.m3u8"))
        assert said == f"is encrypted with {method}, which is not supported; AES-128 is"


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "concat:a.ts|b.ts", "pipe:0"])
def test_a_playlist_leads_to_http_only(site: str, tmp_path: Path, target: str) -> None:
    (tmp_path / "evil.m3u8").write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{target}\n#EXT-X-ENDLIST\n")
    said = failure(make_source(f"{site}/evil.m3u8"))
    assert said in (
        "redirects to an address that is not HTTP",
        "cannot be opened: Invalid data found when processing input",
    )


@pytest.mark.parametrize(
    "lines", ["#EXTINF:1,\n{}/inside\n", '#EXT-X-KEY:METHOD=AES-128,URI="{}/inside"\n#EXTINF:1,\nx\n']
)
def test_a_playlist_elsewhere_leads_to_nothing_of_this_machine(
    site: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: str
) -> None:
    real = socket.getaddrinfo

    def resolve(host: str, port: int | None, *rest: object, **more: object) -> list[tuple[object, ...]]:
        if host != "camera.example":
            return real(host, port, *rest, **more)  # type: ignore[arg-type]
        # it is called at this machine, and looked up without a port to judge where its segments are
        return [(2, 1, 6, "", ("127.0.0.1" if port else "192.0.2.1", 0))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    (tmp_path / "evil.m3u8").write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n{lines.format(site)}#EXT-X-ENDLIST\n")
    source = make_source(f"{site.replace('127.0.0.1', 'camera.example')}/evil.m3u8")
    assert "leads to a forbidden address (127.0.0.1: " in failure(source)
    assert "/inside" not in FileHandler.asked


@pytest.mark.slow
def test_a_playlist_without_an_end_is_given_up(site: str) -> None:
    assert "has a playlist of more than 4 MiB" in failure(make_source(f"{site}/endless.m3u8"))


def test_a_main_playlist_of_too_many_playlists_is_given_up(site: str, tmp_path: Path) -> None:
    names = [f"p{number}.m3u8" for number in range(70)]
    for name in names:
        (tmp_path / name).write_text("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nno.ts\n#EXT-X-ENDLIST\n")
    lines = "".join(f"#EXT-X-STREAM-INF:BANDWIDTH=9\n{name}\n" for name in names)
    (tmp_path / "main.m3u8").write_text(f"#EXTM3U\n{lines}")
    assert "leads to more than 64 playlists" in failure(make_source(f"{site}/main.m3u8"))


def test_pictures_are_paced_and_a_late_or_leaping_sender_starts_anew(time: SimulatedTime) -> None:
    pacer = SegmentPacer(time.clock, threading.Event())
    start = pacer.capture_time_ns(90_000)
    assert pacer.capture_time_ns(90_001) - start == SECOND_NS
    assert pacer.audio_time_ns(90_002) - start == 2 * SECOND_NS
    time.passed += 5 * SECOND_NS  # the next segment is late
    late = pacer.capture_time_ns(90_002)
    assert late - start == 6 * SECOND_NS
    assert pacer.capture_time_ns(10) == late
    assert pacer.capture_time_ns(11) - late == SECOND_NS
