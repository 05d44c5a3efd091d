"""The SDK's URLs carry the payload header and framing of SDK 3.1, byte for byte."""

import itertools
import time

import pytest
from tests.e2e.camera import CameraProcess, Client
from tests.e2e.parts import Format, Part, plain_parts, sdk_parts
from tests.e2e.pictures import decode_jpeg
from tests.e2e.rates import keeps_rate
from tests.e2e.unhurried import UNHURRIED_RATE

pytestmark = pytest.mark.slow

MJPEG, H264, MPEG4 = "/cgi/mjpg/mjpeg.cgi", "/cgi/mpeg/stream1.cgi", "/cgi/mpeg/stream2.cgi"


def pictures(client: Client, path: str, count: int) -> list[Part]:
    """Return that many parts that are no sound."""
    with client.open(path) as answer:
        return list(itertools.islice((p for p in sdk_parts(answer) if p.type != ord("A")), count))


@pytest.mark.parametrize("path", [MJPEG, H264, MPEG4])
def test_the_answer_opens_a_multipart_stream_that_the_vendors_viewer_reads(client: Client, path: str) -> None:
    with client.open(path) as answer:
        assert (answer.status, answer.version) == (200, 11)
        assert answer.headers["Content-Type"] == "multipart/mixed;boundary=myboundary"
        assert answer.headers["Connection"].lower() == "close"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Transfer-Encoding" not in answer.headers
        assert "Content-Length" not in answer.headers


def test_mjpeg_parts_hold_whole_pictures_with_their_description(client: Client) -> None:
    parts = pictures(client, MJPEG, 10)
    assert {part.type for part in parts} == {ord("J")}
    assert all(part.payload.startswith(b"\xff\xd8") and part.payload.endswith(b"\xff\xd9") for part in parts)
    assert decode_jpeg(parts[0].payload).shape == (720, 1280, 3)
    described = Format.of(parts[0].format)
    assert (described.type, described.scale, described.rate, described.reserved) == (0, 5, 30, 0)
    assert described.quality == int(client.value("Image.MJPEG", "Quality"))


@pytest.mark.parametrize(("path", "kind", "start"), [(H264, 5, b"\0\0\0\1\x67"), (MPEG4, 1, b"\0\0\1")])
def test_a_viewer_starts_at_a_key_frame_that_carries_its_headers(
    client: Client, path: str, kind: int, start: bytes
) -> None:
    parts = pictures(client, path, 40)
    assert parts[0].type == 0
    assert parts[0].payload.startswith(start)
    assert {Format.of(part.format).type for part in parts} == {kind}
    since = 0
    for part in parts[1:]:
        since = 0 if part.type == 0 else since + 1
        assert part.type == min(since, 30)


@pytest.mark.parametrize("path", [MJPEG, H264, MPEG4])
def test_times_are_of_the_capture(client: Client, path: str) -> None:
    parts = pictures(client, path, 31)
    times = [part.captured for part in parts]
    assert abs(times[-1] - time.time()) < 5
    assert times == sorted(times)
    assert all(part.microsecond < 1_000_000 for part in parts)


@pytest.mark.parametrize("path", [MJPEG, H264, MPEG4])
def test_the_rate_is_kept(unhurried: Client, path: str) -> None:
    with unhurried.open(path) as answer:
        assert keeps_rate((part for part in sdk_parts(answer) if part.type != ord("A")), UNHURRIED_RATE)


def test_the_counter_is_shared_by_all_viewers_of_a_stream(client: Client) -> None:
    with client.open(MJPEG) as one, client.open(MJPEG) as other:
        seen = [
            {p.counter: p.captured for p in itertools.islice((p for p in sdk_parts(s) if p.type == ord("J")), 10)}
            for s in (one, other)
        ]
    common = seen[0].keys() & seen[1].keys()
    assert common
    assert all(seen[0][counter] == seen[1][counter] for counter in common)


def test_sound_is_interleaved_while_the_microphone_is_enabled(camera: CameraProcess) -> None:
    client = camera.client
    client.update("Audio", MicEnabled="yes")
    with client.open(MJPEG) as answer:
        parts = list(itertools.islice(sdk_parts(answer), 120))
    sound = [part for part in parts if part.type == ord("A")]
    assert sound
    assert {part.format & 15 for part in sound} == {3}
    assert [b.counter - a.counter for a, b in itertools.pairwise(sound)] == [1] * (len(sound) - 1)
    client.update("Audio", MicEnabled="no")
    with client.open(MJPEG) as answer:
        assert {part.type for part in itertools.islice(sdk_parts(answer), 60)} == {ord("J")}


@pytest.mark.parametrize("path", ["/cgi/mjpg/mjpg.cgi", "/cgi/mjpg/mjpeg.cgi?header=no"])
def test_the_plain_form_is_what_browsers_know(client: Client, path: str) -> None:
    with client.open(path) as answer:
        kind = answer.headers["Content-Type"]
        assert kind.replace(" ", "") == "multipart/x-mixed-replace;boundary=myboundary"
        first = list(itertools.islice(plain_parts(answer), 3))
    assert [decode_jpeg(picture).shape for picture in first] == [(720, 1280, 3)] * 3


@pytest.mark.parametrize(
    ("query", "kind", "start"), [("h264", "video/h264", b"\0\0\0\1\x67"), ("mpeg4", "video/mp4v-es", b"\0\0\1")]
)
def test_the_raw_form_is_the_bare_elementary_stream(client: Client, query: str, kind: str, start: bytes) -> None:
    with client.open(f"{H264}?header=no&codec={query}") as answer:
        assert answer.headers["Content-Type"] == kind
        assert answer.read(len(start)) == start


@pytest.mark.parametrize("path", ["/CGI/JPG/Image.CGI", "/cgi/jpg/image.cgi?", "/cgi/jpg/image.cgi?dummy=1&.mjpeg&"])
def test_a_snapshot_is_one_whole_jpeg(client: Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status, answer.fields["Content-Type"]) == (200, "image/jpeg")
    assert int(answer.fields["Content-Length"]) == len(answer.body)
    assert answer.body.startswith(b"\xff\xd8")
    assert answer.body.endswith(b"\xff\xd9")
    assert decode_jpeg(answer.body).shape == (720, 1280, 3)
