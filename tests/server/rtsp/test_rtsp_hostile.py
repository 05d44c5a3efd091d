"""Hostile clients, and clients that vanish: their resources are released."""

import asyncio
import random
from collections.abc import AsyncIterator

import pytest
from tests.server.rtsp.player import Player, RtspRig, basic

from ipcamd.server.connection_limits import Limits
from ipcamd.server.tcp_transport import READ_BYTES
from ipcamd.wire.rtsp.message import RtspParser

TCP = "RTP/AVP/TCP;unicast;interleaved=0-1"

HOSTILE = [
    b"\x00" * 100,
    b"\x16\x03\x01\x02\x00\x01\x00",  # TLS
    b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"DESCRIBE " + b"A" * 100_000,
    b"DESCRIBE rtsp://x/" + b"../" * 400 + b"etc/passwd RTSP/1.0\r\nCSeq: 1\r\n\r\n",
    b"DESCRIBE rtsp://x/%00%n%s RTSP/1.0\r\nCSeq: 1\r\n\r\n",
    b"SETUP rtsp://x/h264/track0 RTSP/1.0\r\nCSeq: 1\r\nTransport: " + b"RTP/AVP," * 200 + b"\r\n\r\n",
    b"SETUP rtsp://x/h264/track0 RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVP;client_port=0-0\r\n\r\n",
    b"SETUP rtsp://x/h264/track99999999999 RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVP/TCP\r\n\r\n",
    b"PLAY rtsp://x/h264 RTSP/1.0\r\nCSeq: 1\r\nSession: " + b"A" * 2000 + b"\r\n\r\n",
    b"PLAY rtsp://x/h264 RTSP/1.0\r\nCSeq: 1\r\nRange: npt=" + b"9" * 2000 + b"-\r\n\r\n",
    b"OPTIONS * RTSP/1.0\r\nCSeq: 99999999999999999999\r\n\r\n",
    b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 18446744073709551616\r\n\r\n",
    b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nAuthorization: Digest " + b'a="b",' * 300 + b"\r\n\r\n",
    b"DESCRIBE rtsp://x/h264 RTSP/1.0\r\nCSeq: 1\r\nAuthorization: Basic \xff\xfe\r\nAccept: x\r\n\r\n",
    b"DESCRIBE rtsp://[::1 RTSP/1.0\r\nCSeq: 1\r\n\r\n",
    b"DESCRIBE rtsp://x:999999/h264/track0/track0/talk RTSP/1.0\r\nCSeq: 1\r\nAccept: x\r\n\r\n",
    b"$" * 1000,
    b"$\x00\xff\xff" + b"\x80" * 65535,
    b"SET_PARAMETER * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 8\r\n\r\n\xff\x00\r\n\r\n\r\n",
]


@pytest.fixture
async def watcher(rig: RtspRig) -> AsyncIterator[Player]:
    """A viewer that must not miss a frame meanwhile."""
    watcher = await rig.player()
    await watcher.play()
    yield watcher
    key = rig.hubs.picture(key=True)
    assert await watcher.frame() == key
    assert len(rig.service.context.sessions) == 1


async def attack(rig: RtspRig, data: bytes, size: int) -> None:
    player = await rig.player()
    for at in range(0, len(data), size):
        player.writer.write(data[at : at + size])
        if size == 1 and at % 50 == 0:
            await asyncio.sleep(0)
    player.writer.write_eof()
    assert await player.closed()


@pytest.mark.parametrize("login", [True, False])
@pytest.mark.parametrize("number", range(len(HOSTILE)))
async def test_hostile_request(
    rig: RtspRig, watcher: Player, caplog: pytest.LogCaptureFixture, number: int, login: bool
) -> None:
    rig.service.context.authenticator.login_needed = login
    await attack(rig, HOSTILE[number], 4096)
    await attack(rig, HOSTILE[number][:3000], 1)
    assert "Traceback" not in caplog.text


async def test_a_hundred_damaged_requests(rig: RtspRig, watcher: Player, caplog: pytest.LogCaptureFixture) -> None:
    chance = random.Random(5)
    good = b"".join(
        f"{method} rtsp://x/h264{'/track0' if method == 'SETUP' else ''} RTSP/1.0\r\nCSeq: 1\r\n"
        f"Transport: {TCP}\r\nAccept: text/plain\r\nContent-Length: 3\r\n\r\nabc".encode()
        for method in ("OPTIONS", "DESCRIBE", "SETUP", "PLAY", "PAUSE", "GET_PARAMETER", "TEARDOWN")
    )
    for _ in range(100):
        data = bytearray(good)
        for _ in range(chance.randrange(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        await attack(rig, bytes(data), chance.choice((7, 100, 4096)))
    assert "Traceback" not in caplog.text


async def test_a_broken_request_is_answered_and_the_connection_closed(rig: RtspRig, player: Player) -> None:
    player.writer.write(b"OPTIONS * RTSP/1.0\r\nCSeq: 9\r\nContent-Length: x\r\n\r\n")
    answer = await player.answer()
    assert (answer.status, answer.fields["cseq"]) == (400, "9")
    assert await player.closed()


async def test_an_internal_error_shows_nothing_of_the_code(
    rig: RtspRig, player: Player, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: str) -> None:
        raise ZeroDivisionError("secret")

    rig.service.context.find = fail
    answer = await player.ask("SETUP", "/h264", transport=TCP)
    assert (answer.status, answer.body) == (500, b"")
    assert "secret" not in str(answer.fields)
    assert "ZeroDivisionError" in caplog.text
    assert (await player.ask("OPTIONS")).status == 200


async def test_a_dripping_request_and_a_silent_connection_end(rig: RtspRig) -> None:
    dripping, silent = await rig.player(), await rig.player()
    dripping.writer.write(b"OPTIONS")
    await rig.quiet()
    rig.later(9)
    dripping.writer.write(b" ")
    await rig.quiet()
    rig.later(2)
    assert await dripping.closed()
    rig.later(16)
    assert await silent.closed()
    await rig.quiet()
    assert not len(rig.registry)


async def test_a_half_closed_connection_ends(rig: RtspRig) -> None:
    player = await rig.player()
    await player.play()
    player.writer.write_eof()
    assert await player.closed()
    await rig.quiet()
    assert len(rig.service.context.sessions) == 0
    assert not rig.hubs.h264.watched.is_set()


async def test_a_reset_while_frames_are_sent(rig: RtspRig, watcher: Player) -> None:
    player = await rig.player()
    await player.play()
    player.writer.transport.abort()  # type: ignore[attr-defined]
    for _ in range(3):
        rig.hubs.picture(key=True)
        await watcher.frame()
        await asyncio.sleep(0)
    await rig.quiet()


async def test_unread_answers_are_not_accumulated(rig: RtspRig, player: Player) -> None:
    player.writer.transport.pause_reading()  # type: ignore[attr-defined]
    for _ in range(400):
        player.writer.write(b"GET_PARAMETER * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 1024\r\n\r\n" + b"a\r\n\n" * 256)
    player.writer.write(b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n" * 100_000)
    for _ in range(5):
        await rig.quiet()
    (connection,) = rig.registry
    assert connection.writer.waiting < 1_000_000
    rig.later(1)
    rig.later(11)
    await rig.quiet()
    assert not len(rig.registry)


@pytest.mark.parametrize(("login", "size", "status"), [("", 4096, 200), ("", 4097, 413), ("admin", 131072, 451)])
async def test_a_long_body_needs_a_login(rig: RtspRig, player: Player, login: str, size: int, status: int) -> None:
    rig.service.context.authenticator.login_needed = True
    if login:
        assert (await player.ask("GET_PARAMETER", authorization=basic(login))).status == 200
    method = "OPTIONS" if status == 200 else "GET_PARAMETER"
    player.send(method, body=bytes(size - 2) + b"\na", authorization=basic("admin"))
    assert (await player.answer()).status == status


async def test_a_client_without_a_login_that_reads_nothing_keeps_little_in_memory(rig: RtspRig, player: Player) -> None:
    player.writer.transport.pause_reading()  # type: ignore[attr-defined]
    player.writer.write(b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n" * 100_000)
    for _ in range(5):
        await rig.quiet()
    (connection,) = rig.registry
    assert connection.writer.waiting < 32_000  # type: ignore[attr-defined]


async def test_pipelined_requests_are_left_in_the_kernel_until_their_turn(rig: RtspRig, player: Player) -> None:
    count = 5000
    player.writer.write(b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n" * count)
    most = 0
    for _ in range(count):
        assert (await player.answer()).status == 200
        (connection,) = rig.registry
        most = max(most, len(connection._parser._buffer))  # type: ignore[attr-defined]
    assert most <= 2 * READ_BYTES


async def test_too_many_connections() -> None:
    async with RtspRig(Limits(viewers=2, connections=3, connections_per_address=2)) as rig:
        players = [await rig.player() for _ in range(2)]
        for player in players:
            await player.play()
        players.append(await rig.player())
        assert (await players[2].answer()).status == 503
        assert await players[2].closed()
        players[0].close()
        await rig.quiet()
        assert (await (await rig.player()).ask("OPTIONS")).status == 200


async def test_addresses_that_may_not_connect() -> None:
    allowed = True
    async with RtspRig(allows=lambda _: allowed) as rig:
        player = await rig.player()
        await player.play()
        allowed = False
        rig.service.close_denied()
        assert await player.closed()
        await rig.quiet()
        assert len(rig.service.context.sessions) == 0
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await (await rig.player()).ask("OPTIONS")


async def test_closing_sends_a_bye_and_leaves_nothing(rig: RtspRig) -> None:
    player = await rig.player()
    await player.play()
    await rig.service.close()
    assert await player.closed()
    assert len(rig.service.context.sessions) == 0
    assert not rig.hubs.h264.watched.is_set()


async def test_a_guesser_is_answered_late_and_the_next_request_waits(rig: RtspRig, player: Player) -> None:
    rig.service.context.authenticator.login_needed = True
    player.send("DESCRIBE", "/h264", authorization="Basic wrong")
    player.send("OPTIONS")
    answers = [await player.answer(), await player.answer()]
    assert [(answer.status, answer.fields["cseq"]) for answer in answers] == [(401, "1"), (200, "2")]


def test_parser_keeps_no_more_than_a_message() -> None:
    parser = RtspParser()
    for _ in range(1000):
        parser.receive(b"$\x00\x00\x02ab" * 10)
        while parser.next_event():
            pass
    assert len(parser._buffer) == 0
