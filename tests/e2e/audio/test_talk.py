"""Talk over UDP, by POST and by old clients is played at the camera."""

import io
import itertools
import re
import socket
import struct
import threading
import time
import wave
from collections.abc import Iterator

import pytest
from tests.conftest import StartCamera
from tests.e2e.camera import PASSWORD, CameraProcess, Client, eventually
from tests.e2e.parts import sdk_parts
from tests.e2e.streams.test_players import run

pytestmark = pytest.mark.slow

TALK, SPEAKER = "/cgi/audio/talk.cgi", "/cgi/audio/speaker.cgi"
BOTH_WAYS = ("--source=scene", "--audio=tone")


def heard(client: Client) -> bytes:
    """The samples that were played, 16-bit."""
    answer = client.get(SPEAKER)
    assert (answer.status, answer.fields["Content-Type"]) == (200, "audio/wav")
    with wave.open(io.BytesIO(answer.body)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 8000)
        return file.readframes(1 << 20)


def pcm(codes: bytes) -> bytes:
    """u-law to samples, by the formula of ITU-T G.711."""
    values = []
    for code in codes:
        inverted = ~code & 0xFF
        magnitude = (((inverted & 15) << 3) + 132 << (inverted >> 4 & 7)) - 132
        values.append(-magnitude if inverted & 0x80 else magnitude)
    return struct.pack(f"<{len(values)}h", *values)


def talk_port(camera: CameraProcess) -> int:
    found = re.search(r"talk=(\d+)", camera.ready)
    assert found
    return int(found[1])


def packets(count: int, first: int = 0x108C, size: int = 1024) -> Iterator[tuple[int, bytes]]:
    """Number and packet, as the SDK shows them: the marker always set, 1024 bytes."""
    for n in range(count):
        payload = bytes((n * 7 + at) % 251 for at in range(size))
        yield n, struct.pack(">BBHII", 0x80, 0x80, (first + n) & 0xFFFF, 0x0030569C, 0xAB45A207) + payload


def test_udp_packets_of_logged_in_senders_are_played_in_order(start_camera: StartCamera) -> None:
    camera = start_camera("--source=scene")
    port = talk_port(camera)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mouth:
        mouth.connect(("127.0.0.1", port))
        sent = [packet for _, packet in packets(8)]
        for packet in sent:  # no login from this address yet
            mouth.send(packet)
        for _ in range(10):  # by the end of which the packets have been looked at
            assert camera.client.anonymous().get(TALK).status == 401
        how = dict(line.split("=", 1) for line in camera.client.get(TALK).lines)
        assert (how["udp"], how["port"]) == ("on", str(port))
        assert heard(camera.client) == b""
        for number in (0, 1, 3, 2, 4, 5, 7, 6):
            mouth.send(sent[number])
            time.sleep(0.02)  # as a sender does, because packets in transit are tested
        expected = b"".join(pcm(packet[12:]) for packet in sent)
        eventually(lambda: len(heard(camera.client)) >= len(expected))
        mouth.settimeout(0.05)
        with pytest.raises(TimeoutError):
            mouth.recv(2048)
    assert heard(camera.client) == expected


def test_anyone_may_talk_where_that_is_allowed(start_camera: StartCamera) -> None:
    camera = start_camera("--source=scene", "--allow-anyone-to-talk")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mouth:
        for _, packet in packets(3):
            mouth.sendto(packet, ("127.0.0.1", talk_port(camera)))
        eventually(lambda: len(heard(camera.client)) == 3 * 2048)


def test_a_missing_speaker_is_reported(start_camera: StartCamera) -> None:
    camera = start_camera("--source=scene", "--speaker=none")
    assert " talk=- " in camera.ready
    client = camera.client
    assert "no speaker" in client.get(TALK).text
    assert (client.value("Hardware", "AudioOut"), client.value("Properties.Audio", "Talk")) == ("0", "no")
    refused = client.get("/cgi/admin/param.cgi", action="update", group="Audio", SpeakerEnabled="no")
    assert "not supported by this device" in refused.text


def test_a_sound_card_that_is_not_there_is_exit_code_2(start_camera: StartCamera) -> None:
    with pytest.raises(AssertionError, match=r"(?s)exit code 2.*speaker"):
        start_camera("--source=scene", "--speaker=no such card")


@pytest.mark.parametrize("extra", [(), ("-H", "Transfer-Encoding: chunked"), ("-0",), ("-H", "Expect: 100-continue")])
def test_curl_talks(start_camera: StartCamera, tmp_path: object, extra: tuple[str, ...]) -> None:
    camera = start_camera("--source=scene")
    speech = bytes(range(256)) * 50
    with open(f"{tmp_path}/speech.ul", "wb") as file:  # noqa: PTH123 - curl needs a name
        file.write(speech)
    url = f"http://127.0.0.1:{camera.port}{TALK}"
    done = run(
        "curl", "-sS", "-u", f"admin:{PASSWORD}", *extra, "-H", "Content-Type: audio/basic",
        "--data-binary", f"@{tmp_path}/speech.ul", url,
    )  # fmt: skip
    assert done.stdout == "OK\n" or done.stdout == "OK\r\n"
    assert heard(camera.client) == pcm(speech)


def test_ffmpeg_talks_while_it_plays(start_camera: StartCamera) -> None:
    camera = start_camera("--source=scene")
    run(
        "ffmpeg", "-v", "error", "-re", "-f", "lavfi", "-i", "sine=500:d=2:r=8000", "-f", "mulaw", "-ac", "1",
        "-content_type", "audio/basic", "-method", "POST", "-auth_type", "basic",
        camera.client.url(TALK),
    )  # fmt: skip
    eventually(lambda: len(heard(camera.client)) == 2 * 2 * 8000)


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_an_old_client_sends_endless_pcm(start_camera: StartCamera, version: str) -> None:
    """multipart/mixed, no Content-Length, 16-bit samples, little end first."""
    camera = start_camera("--source=scene")
    login = camera.client.login()["Authorization"]
    speech = struct.pack("<4000h", *(n * 8 - 16000 for n in range(4000)))
    with socket.create_connection(("127.0.0.1", camera.port)) as line:
        line.sendall(
            f"POST /cgi/audio/audio.cgi?type=PCM HTTP/{version}\r\nAuthorization: {login}\r\n"
            "Content-Type: multipart/mixed; boundary=myboundary\r\n\r\n"
            "--myboundary\r\nContent-Type: audio/L16\r\n\r\n".encode()
        )
        for before in range(4):
            line.sendall(speech)
            eventually(lambda before=before: len(heard(camera.client)) > before * len(speech))  # type: ignore[misc]
        line.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: line.recv(1000), b""))
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert heard(camera.client) == speech * 4


def test_one_client_talks_at_a_time_and_listening_continues(start_camera: StartCamera) -> None:
    camera = start_camera(*BOTH_WAYS)
    client = camera.client
    client.update("Audio", MicEnabled="yes")
    gone = threading.Event()

    def speech() -> Iterator[bytes]:
        while not gone.is_set():
            yield b"\x55" * 400
            gone.wait(0.05)

    def speak() -> None:
        client.ask("POST", TALK, speech(), Content_Type="audio/basic")  # type: ignore[arg-type]

    speaker = threading.Thread(target=speak)
    speaker.start()
    try:
        eventually(lambda: heard(client))
        assert "another user is talking" in client.ask("POST", TALK, b"\xaa" * 800, Content_Type="audio/basic").text
        refused = client.ask("POST", "/cgi/audio/audio.cgi?type=PCM", b"\xaa" * 800)
        assert refused.status == 503
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mouth:
            for _, packet in packets(5):
                mouth.sendto(packet, ("127.0.0.1", talk_port(camera)))
        with client.open("/cgi/audio/audio.cgi") as answer:
            assert len(list(itertools.islice(sdk_parts(answer), 10))) == 10
    finally:
        gone.set()
        speaker.join()
    assert set(heard(client)) == set(pcm(b"\x55"))


def test_disabling_ends_the_talk(start_camera: StartCamera) -> None:
    camera = start_camera("--source=scene")
    client = camera.client
    answers: list[str] = []

    def speech() -> Iterator[bytes]:
        for _ in range(400):
            yield b"\x55" * 400
            time.sleep(0.05)

    def speak() -> None:
        try:
            answers.append(client.ask("POST", TALK, speech(), Content_Type="audio/basic").text)  # type: ignore[arg-type]
        except OSError as error:  # it was still sending when it was answered
            answers.append(str(error))

    speaker = threading.Thread(target=speak)
    speaker.start()
    eventually(lambda: heard(client))
    client.update("Audio", SpeakerEnabled="no")
    speaker.join(30)
    assert answers
    assert client.get(TALK).text.startswith("Request failed: Audio.SpeakerEnabled=no")


def test_guests_may_not_talk(start_camera: StartCamera) -> None:
    camera = start_camera("--source=scene")
    camera.client.get("/cgi/admin/pwdgrp.cgi", action="add", user="gus", pwd="sunflower-7", grp="guest")
    gus = Client(camera.port, "gus", "sunflower-7")
    assert gus.get(TALK).status == 403
    assert gus.ask("POST", "/cgi/audio/audio.cgi?type=PCM", bytes(100)).status == 403
    assert gus.get(SPEAKER).status == 403


def test_the_udp_port_moves(start_camera: StartCamera) -> None:
    camera = start_camera("--source=scene")
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free,
    ):
        for sock in (taken, free):
            sock.bind(("127.0.0.1", 0))
        port, number = taken.getsockname()[1], free.getsockname()[1]
        answer = camera.client.get("/cgi/admin/param.cgi", action="update", group="System", TalkPort=port)
        assert answer.text.startswith(f"Request failed: TalkPort={port}: ")
    camera.client.update("System", TalkPort=number)
    assert f"port={number}" in camera.client.get(TALK).lines
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mouth:
        for _, packet in packets(4):
            mouth.sendto(packet, ("127.0.0.1", number))
        eventually(lambda: heard(camera.client))
