"""The camera's own RTSP client, with a scripted camera."""

import itertools
import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from types import SimpleNamespace

import pytest
from tests.e2e.camera import eventually
from tests.media.encoded import h264, h265, units
from tests.media.scripted_source import WAIT
from tests.media.source.network.rtsp.scripted_camera import FRAME, PASSED, ScriptedCamera, pack, play, send
from tests.media.source.network.stopping import NEVER_S, check_that_it_stops

from ipcamd.errors import SourceError
from ipcamd.media.frame import Packet, Picture
from ipcamd.media.source import source_timeout
from ipcamd.media.source.network.rtsp.camera_connection import CameraConnection
from ipcamd.media.source.network.rtsp.camera_session import CameraSession
from ipcamd.media.source.network.rtsp.rtsp_relay import RtspRelay, _End
from ipcamd.media.source.network.tls_password_policy import TlsPolicy
from ipcamd.media.source.pacing import Clock
from ipcamd.media.source.source import Wanted
from ipcamd.media.source.source_choice import make_source
from ipcamd.media.source.source_timeout import SourceTimeout
from ipcamd.time_units import SECOND_NS
from ipcamd.wire.packetize import h265 as rtp_h265
from ipcamd.wire.rtp import feedback, rtcp
from ipcamd.wire.rtp.rtp import RtpSequencer
from ipcamd.wire.rtsp.message import interleave
from ipcamd.wire.rtsp.sdp import MediaDescription

FRAMES = h264(12, gop=6, **{"x264-params": "sliced-threads=0:threads=1"})
SLICED = h264(12, gop=6, **{"x264-params": "slices=4"})
PLI = MediaDescription(
    "video", 96, "H264/90000", "packetization-mode=1", "stream=0", attributes=("rtcp-fb:96 nack pli",)
)


def packets(url: str, count: int) -> list[Packet]:
    with closing(play(url)) as items:
        return list(itertools.islice(items, count))


def payloads(found: list[Packet]) -> list[list[bytes]]:
    return [units(packet.payload) for packet in found]


@pytest.mark.parametrize("piece", [1, 7, 100_000])
def test_each_picture_arrives_unchanged_however_the_bytes_are_cut(piece: int) -> None:
    stream = b"".join(pack(FRAMES))
    pieces = [stream[at : at + piece] for at in range(0, len(stream), piece)]
    with ScriptedCamera(send(*pieces)) as camera:
        found = packets(camera.url, len(FRAMES))
    assert payloads(found) == [units(frame) for frame in FRAMES]
    assert [packet.key for packet in found] == [number % 6 == 0 for number in range(12)]
    distance = (found[-1].captured_ns - found[0].captured_ns) / SECOND_NS
    assert distance == pytest.approx(11 * FRAME / 90_000, rel=0.01)


@pytest.mark.parametrize("marks", [lambda _: False, lambda _: True], ids=["never", "always"])
def test_markers_may_be_wrong(marks: Callable[[bool], bool]) -> None:
    # slices, because a sender that marks each packet seems to end a picture at each slice
    frames = [units(frame) for frame in SLICED]
    with ScriptedCamera(send(*pack(SLICED, marks=marks))) as camera:
        found = payloads(packets(camera.url, 10))[-6:]
    first = frames.index(found[0])
    assert found == frames[first : first + 6]


def test_h265_arrives_unchanged() -> None:
    frames = h265(4)
    sequencer = RtpSequencer(98, 7, 1)
    sent = b""
    for number, frame in enumerate(frames):
        parts = rtp_h265.make_payloads(frame, 300)
        made = sequencer.pack((number * FRAME, at == len(parts) - 1, part) for at, part in enumerate(parts))
        sent += interleave(0, made)
    track = MediaDescription("video", 98, "H265/90000", "sprop-max-don-diff=0", "stream=0")
    with ScriptedCamera(send(sent), (track,)) as camera:
        found = packets(camera.url, 4)
    assert payloads(found) == [units(frame) for frame in frames]
    assert found[0].obstacle == ""


def test_parameter_sets_may_be_in_the_description_alone() -> None:
    from base64 import b64encode

    sets = [unit for unit in units(FRAMES[0]) if unit[0] & 31 in (7, 8)]
    bare = [b"".join(b"\0\0\0\1" + unit for unit in units(frame, 7, 8)) for frame in FRAMES]
    given = f"packetization-mode=1;sprop-parameter-sets={','.join(b64encode(each).decode() for each in sets)}"
    track = MediaDescription("video", 96, "H264/90000", given, "stream=0")
    with ScriptedCamera(send(*pack(bare)), (track,)) as camera:
        found = packets(camera.url, 2)
    assert units(found[0].payload)[:2] == sets
    assert (found[0].size, found[0].obstacle) == ((320, 240), "")


def test_parameter_sets_change_in_the_stream() -> None:
    larger = h264(3, (640, 480))
    with ScriptedCamera(send(*pack([*FRAMES[:3], *larger]))) as camera:
        found = packets(camera.url, 6)
    assert [packet.size for packet in found] == [(320, 240)] * 3 + [(640, 480)] * 3


def test_a_lost_packet_costs_a_part_of_one_picture_and_a_request_for_a_key_frame() -> None:
    sent = pack(FRAMES, channel=6)
    first_of_second = next(at for at, packet in enumerate(sent) if packet[8:12] == FRAME.to_bytes(4))

    def script(camera: ScriptedCamera, client: socket.socket) -> None:
        client.sendall(b"".join(sent[:first_of_second]))
        first.wait(20)
        client.sendall(b"".join(sent[first_of_second + 1 :]))

    first = threading.Event()
    with ScriptedCamera(script, (PLI,), first_channel=6) as camera, closing(play(camera.url)) as items:
        found = [next(items)]
        first.set()
        found += itertools.islice(items, 10)
        assert payloads(found) == [units(frame) for frame in (FRAMES[0], *FRAMES[2:])]
        channel, request = eventually(lambda: next(iter(camera.sent), None))
        assert channel == 7
        assert feedback.parse(request) == [feedback.KeyFrameRequest(7)]


def test_b_frames_have_increasing_times_and_are_decoded() -> None:
    frames = h264(20, gop=20, tune="film", bf="2", preset="medium", **{"x264-params": "b-adapt=0:rc-lookahead=2"})
    # display order: a picture is shown after the B-frames that follow it in the stream
    order = [0, *itertools.chain.from_iterable((at + 2, at, at + 1) for at in range(1, 19, 3))]
    sequencer, sent = RtpSequencer(96, 7, 1), b""
    for shown, frame in zip(order, frames, strict=False):
        parts = [(shown * FRAME, False, unit) for unit in units(frame)]
        sent += interleave(0, sequencer.pack([*parts[:-1], (parts[-1][0], True, parts[-1][2])]))
    with ScriptedCamera(send(sent)) as camera, closing(play(camera.url)) as items:
        found = list(itertools.islice(items, 15))
    times = [packet.captured_ns for packet in found]
    assert times == sorted(times)
    assert (times[-1] - times[5]) / SECOND_NS == pytest.approx(9 / 30, rel=0.01)


def test_pixels_that_are_not_square_are_made_square() -> None:
    frames = h264(3, **{"x264-params": "sar=2/1"})
    with ScriptedCamera(send(*pack(frames))) as camera, closing(play(camera.url, decoded_rate=None)) as items:
        found = list(itertools.islice(items, 2))
    assert isinstance(found[0], Packet)
    assert isinstance(found[1], Picture)
    assert found[0].obstacle == "pixels that are not square"
    assert (found[1].video.width, found[1].video.height) == (640, 240)


def test_a_digest_login_counts_its_uses_and_takes_a_new_nonce() -> None:
    with ScriptedCamera(send(*pack(FRAMES)), login="me:pass word") as camera:
        found = packets(camera.url.replace("//", "//me:pass%20word@"), 3)
        assert len(found) == 3
        eventually(lambda: camera.requests[-1].startswith("TEARDOWN"))
        methods = [request.partition(" ")[0] for request in camera.requests]
        assert methods == ["OPTIONS", "DESCRIBE", "SETUP", "PLAY", "TEARDOWN"]
        with pytest.raises(SourceError, match="401 Unauthorized"):
            packets(camera.url.replace("//", "//me:wrong@"), 1)


def test_a_login_with_an_old_nonce_is_repeated_once_with_the_new_one() -> None:
    with ScriptedCamera(send(*pack(FRAMES)), login="me:word", stale=1) as camera:
        assert len(packets(camera.url.replace("//", "//me:word@"), 3)) == 3
        assert camera.stale == 0
    with ScriptedCamera(send(*pack(FRAMES)), login="me:word", stale=9) as camera:
        with pytest.raises(SourceError, match="401 Unauthorized"):
            packets(camera.url.replace("//", "//me:word@"), 1)
        assert camera.stale == 7


def test_the_session_ends_with_the_source_and_its_url_has_no_login() -> None:
    with ScriptedCamera(send(*pack(FRAMES))) as camera:
        packets(camera.url.replace("//", "//me:secret@"), 1)
        eventually(lambda: len(camera.requests) == 5)
        track = camera.url + "/stream=0"
        assert camera.requests == [
            f"{method} {url}"
            for method, url in zip(
                ("OPTIONS", "DESCRIBE", "SETUP", "PLAY", "TEARDOWN"),
                (camera.url, camera.url, track, camera.url, camera.url),
                strict=True,
            )
        ]


@pytest.mark.slow
def test_a_session_is_kept_alive() -> None:
    def script(camera: ScriptedCamera, client: socket.socket) -> None:
        for packet in itertools.cycle(pack(FRAMES)):
            client.sendall(packet)
            if camera.stopped.wait(0.01):
                return

    with ScriptedCamera(script, timeout_s=2) as camera, closing(play(camera.url)) as items:
        for _ in items:
            if len(camera.requests) > 5 and len(camera.sent) > 1:
                break
        assert {request.partition(" ")[0] for request in camera.requests[4:]} == {"GET_PARAMETER"}
        assert {channel for channel, _ in camera.sent} == {1}
        assert next(iter(rtcp.split_compound(camera.sent[0][1])))[0] == 201, "no receiver report"


def test_requests_of_the_camera_are_answered() -> None:
    def script(camera: ScriptedCamera, client: socket.socket) -> None:
        client.sendall(b"OPTIONS * RTSP/1.0\r\nCSeq: 77\r\n\r\n\r\n" + pack(FRAMES)[0])
        client.sendall(b"".join(pack(FRAMES)[1:]))

    with ScriptedCamera(script) as camera:
        assert payloads(packets(camera.url, 2)) == [units(frame) for frame in FRAMES[:2]]


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (b"GET / HTTP/1.0\r\n\r\n", "does not speak RTSP"),
        (b"x" * 70_000, "head that is too long"),
        (b"$\0\0\x0e\x80\x60\0\1\0\0\0\0\0\0\0\1\x1d\0", "H.264 in RTP packets of type 29"),
        (b"REDIRECT * RTSP/1.0\r\nLocation: rtsp://me:secret@192.0.2.1/x\r\n\r\n", "redirects to 192.0.2.1: use"),
        (interleave(1, [rtcp.receiver_report(1, "c") + rtcp.goodbye(1)]), "ended"),
    ],
)
def test_what_is_wrong_in_the_stream_is_reported(sent: bytes, words: str) -> None:
    with ScriptedCamera(send(*pack(FRAMES[:1]), sent)) as camera, closing(play(camera.url)) as items:
        with pytest.raises(SourceError, match=words) as failed:
            list(items)
        assert "secret" not in str(failed.value)


def test_malformed_packets_are_ignored() -> None:
    wrong = [b"", b"\x80", b"\x40" * 20, b"\x8f" + b"\x60" * 15, b"\x80\x61" + bytes(20), b"\x80\x60" + bytes(10)]
    made = pack(FRAMES)
    sent = [interleave(channel, wrong) + packet for channel, packet in zip(itertools.cycle((0, 1, 9)), made)]
    with ScriptedCamera(send(*sent)) as camera:
        found = packets(camera.url, 3)
    assert all(packet.size == (320, 240) for packet in found)


def test_a_camera_that_closes_or_stays_silent_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_timeout, "SILENCE_S", 0.3)

    def close(_: ScriptedCamera, client: socket.socket) -> None:
        client.sendall(b"".join(pack(FRAMES)))
        client.shutdown(socket.SHUT_RDWR)

    for script, words in ((close, "ended"), (send(*pack(FRAMES)), "sends nothing for 0.3 s")):
        with ScriptedCamera(script) as camera, pytest.raises(SourceError) as failed:
            list(play(camera.url, clock=Clock()))
        assert str(failed.value) == words


def test_a_source_stops_within_a_moment_of_silence() -> None:
    stop, wanted = threading.Event(), Wanted((320, 240), 30, False, PASSED, decoded_rate=0)
    with ScriptedCamera(send(*pack(FRAMES[:2]))) as camera:
        items = make_source(camera.url).play(lambda: wanted, stop)
        next(items)
        next(items)
        stop.set()
        assert list(items) == []


class SilentCamera(ScriptedCamera):
    """A camera that does not answer FFmpeg, or any client."""

    answers: tuple[str, ...] = ()

    def _answer(self, method: str, url: str, fields: dict[str, str]) -> bytes:
        if fields.get("User-Agent") not in self.answers:
            self.requests.append(f"{method} {url}")
            self.stopped.wait()
        return super()._answer(method, url, fields)


def finishes(work: Callable[[], object]) -> bool:
    """Return whether this ends, in a thread that the test can leave behind."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(WAIT)
    return not thread.is_alive()


@pytest.mark.parametrize("answers", [(), ("ipcamd",)], ids=["none", "FFmpeg none"])
def test_a_source_stops_at_once_while_it_waits_for_a_reply(
    answers: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    unknown = MediaDescription("video", 96, "VP8/90000", "", "stream=0")  # received by FFmpeg
    with SilentCamera(send(), (unknown,)) as camera:
        camera.answers = answers
        begun = 1 if not answers else 3
        check_that_it_stops(camera.url, lambda: len(camera.requests) == begun, monkeypatch)


def fill(sock: socket.socket) -> None:
    """Fill the send buffer of a socket whose peer does not read."""
    timeout_s = sock.gettimeout()
    sock.settimeout(0)
    with suppress(BlockingIOError):
        while True:
            sock.send(bytes(100_000))
    sock.settimeout(timeout_s)


def test_a_request_for_a_key_frame_does_not_wait_for_a_server_that_reads_nothing() -> None:
    limit, stop = SourceTimeout(NEVER_S), threading.Event()
    with ScriptedCamera(send(*pack(FRAMES)), (PLI,)) as camera:
        connection = CameraConnection(camera.url, TlsPolicy.AUTO, limit, stop)
        session = CameraSession(connection.open(), connection.address, limit, stop)
        session.describe()
        session.set_up("stream=0")
        session.play()
        eventually(lambda: session.receive() and session._key_frames.is_possible)
        camera.is_deaf.set()
        fill(session._sock)
        assert finishes(session.request_key_frame)
        session.close()


def test_the_relay_of_ffmpeg_does_not_wait_for_a_server_that_reads_nothing() -> None:
    requests = SimpleNamespace(is_between_messages=True, wrap=bytes)
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        near = stack.enter_context(socket.create_connection(listener.getsockname(), NEVER_S))
        far = stack.enter_context(listener.accept()[0])
        camera = SimpleNamespace(open_again=lambda: far, rewriter=lambda _: requests)
        relay = RtspRelay(near, camera, threading.Event())  # type: ignore[arg-type]
        for each in (relay._listener, relay._waker, relay._woken, relay._selector):
            stack.enter_context(each)
        relay._key_frames = SimpleNamespace(datagram_port=0, make_request=lambda: b"request")  # type: ignore[assignment]
        relay._ends.add(_End(far, near, bytes, requests))  # type: ignore[arg-type]
        relay._send_request()
        assert far.recv(100) == b"request"
        fill(near)
        assert finishes(relay._send_request)


def test_a_refused_transport_is_not_tried_first_again() -> None:
    with ScriptedCamera(send(), statuses={"SETUP": "461 Unsupported Transport"}) as camera:
        source = make_source(camera.url)
        with pytest.raises(SourceError, match="over TCP: cannot be opened: the server answers 461 Unsupported"):
            next(iter(source.play(lambda: Wanted((320, 240), 30, False), threading.Event())))
        assert next(iter(source._rtsp._order)) != "tcp"  # type: ignore[attr-defined]
