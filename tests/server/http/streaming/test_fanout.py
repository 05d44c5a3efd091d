"""Streams to viewers through real sockets."""

import asyncio
import os
import socket
from pathlib import Path

import pytest
from tests.server.serving import reset, until
from tests.server.streaming import BIG, GET, Streams, frame, part, streaming

from ipcamd.access.accounts import Account
from ipcamd.media import codecs
from ipcamd.params.group import Rank
from ipcamd.server.connection_limits import Limits
from ipcamd.server.http.streaming.http_viewer import UNSENT
from ipcamd.server.http.streaming.payload_header_values import pack_payload_header
from ipcamd.server.viewer_limit import ViewerLimit


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def memfds() -> int:
    return sum("memfd:" in str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.is_symlink())


async def test_the_sdks_framing() -> None:
    async with streaming() as server:
        reader, writer = await server.connect()
        writer.write(GET)
        await until(lambda: len(server.fanout) == 1)
        sent = frame(7, b"\xff\xd8x\xff\xd9")
        server.mjpeg.publish(sent)
        assert await reader.readuntil(b"\xff\xd9--myboundary\r\n") == (
            b"HTTP/1.1 200 OK\r\nContent-Type: multipart/mixed;boundary=myboundary\r\nCache-Control: no-store\r\n"
            b"Connection: close\r\n\r\n--myboundary\r\nContent-Length: 33\r\n\r\n"
            + pack_payload_header(sent)
            + b"\xff\xd8x\xff\xd9"
            b"--myboundary\r\n"
        )
        writer.close()


async def test_plain_and_raw_framing() -> None:
    async with streaming() as server:
        plain, _ = await server.watch("/plain")
        raw, _ = await server.watch("/raw")
        server.mjpeg.publish(frame(0))
        server.video.publish(frame(0, b"NAL", codec=codecs.H264))
        part = b"Content-Type: image/jpeg\r\nContent-Length: 4\r\n\r\nJPEG\r\n--myboundary\r\n"
        assert await plain.readexactly(len(part)) == part
        assert await raw.readexactly(3) == b"NAL"


async def test_an_opening_comes_first_and_viewers_of_a_stream_that_ends_are_cut() -> None:
    async with streaming() as server:
        opened, _ = await server.watch("/opened")
        other, _ = await server.watch("/plain")
        server.video.publish(frame(0, b"NAL", codec=codecs.H264))
        assert await opened.readexactly(8) == b"beginNAL"
        late, _ = await server.watch("/opened")
        assert await late.readexactly(8) == b"beginNAL"
        server.fanout.end_stream(server.video)
        server.video.publish(frame(1, b"new", codec=codecs.H264))
        assert (await opened.read(), await late.read()) == (b"", b"")
        assert (server.video.subscribers, len(server.fanout)) == (0, 1)
        server.mjpeg.publish(frame(0))
        assert await other.readuntil(b"--myboundary\r\n")


async def test_head_and_a_player_with_range() -> None:
    async with streaming() as server:
        head = await server.ask(b"HEAD /mjpeg HTTP/1.1\r\n\r\n")
        assert head.endswith(b"Connection: close\r\n\r\n")
        assert not server.mjpeg.watched.is_set()
        reader, writer = await server.connect()
        writer.write(b"GET /mjpeg HTTP/1.1\r\nRange: bytes=0-\r\n\r\n")
        assert b" 200 " in await reader.readline()
        writer.close()


async def test_a_new_viewer_gets_the_newest_picture_at_once() -> None:
    async with streaming() as server:
        await server.watch()
        for number in range(3):
            server.mjpeg.publish(frame(number))
        reader, _ = await server.watch()
        assert (await part(reader))[0] == 2
        plain, _ = await server.watch("/plain")
        assert b"JPEG" in await plain.readuntil(b"--myboundary\r\n")


async def test_a_new_viewer_gets_the_present_group() -> None:
    async with streaming() as server:
        await server.watch("/video")
        for number in range(9):
            server.video.publish(frame(number, key=number in (0, 5), codec=codecs.H264))
        reader, _ = await server.watch("/video")
        assert [(await part(reader))[0] for _ in range(4)] == [5, 6, 7, 8]
        server.video.publish(frame(9, key=False, codec=codecs.H264))
        assert (await part(reader))[0] == 9


async def test_a_viewer_after_a_change_gets_no_earlier_frame() -> None:
    async with streaming() as server:
        early, _ = await server.watch()
        server.mjpeg.publish(frame(0))
        server.mjpeg.invalidate(since_ns=1)
        late, _ = await server.watch()
        server.mjpeg.publish(frame(1))  # captured at 0
        server.mjpeg.invalidate()
        server.mjpeg.publish(frame(2))
        assert (await part(late))[0] == 2
        assert [(await part(early))[0] for _ in range(3)] == [0, 1, 2]


async def test_a_group_without_end_is_not_kept() -> None:
    async with streaming() as server:
        keeper, _ = await server.watch("/video")
        for number in range(700):
            server.video.publish(frame(number, key=number == 0, codec=codecs.H264))
            await part(keeper)
        assert memfds() < 310
        late, _ = await server.watch("/video")
        server.video.publish(frame(700, key=False, codec=codecs.H264))
        server.video.publish(frame(701, codec=codecs.H264))
        assert (await part(late))[0] == 701


async def test_sound_is_interleaved() -> None:
    async with streaming() as server:
        reader, _ = await server.watch("/both")
        server.mjpeg.publish(frame(0))
        server.sound.publish(frame(0, b"ulaw", codec=codecs.ULAW))
        server.mjpeg.publish(frame(1))
        assert [(await part(reader))[1] for _ in range(3)] == [b"JPEG", b"ulaw", b"JPEG"]


async def test_fifty_viewers_see_no_gap() -> None:
    async with streaming() as server:
        readers = [(await server.watch())[0] for _ in range(50)]

        async def follow(reader: asyncio.StreamReader) -> list[int]:
            return [(await part(reader))[0] for _ in range(40)]

        tasks = [asyncio.create_task(follow(reader)) for reader in readers]
        for number in range(40):
            server.mjpeg.publish(frame(number, bytes(2000)))
            await until(lambda number=number: all(viewer.sent == number + 1 for viewer in server.fanout))
        assert await asyncio.gather(*tasks) == [list(range(40))] * 50
        assert [(viewer.sent, viewer.dropped) for viewer in server.fanout] == [(40, 0)] * 50


async def test_a_frame_is_in_memory_once() -> None:
    async with streaming() as server:
        for _ in range(20):
            await server.watch()
        await server.watch("/plain")
        before = memfds()
        server.mjpeg.publish(frame(0))
        assert memfds() == before + 2


async def test_the_addresses_of_a_viewers_connection_are_stored_once() -> None:
    async with streaming() as streams:
        await streams.watch()
        (connection,) = streams.registry
        stored = [connection._transport.get_extra_info(name) for name in ("sockname", "peername")]  # type: ignore[attr-defined]
        assert stored == [None, None]
        assert connection.describe().address == "127.0.0.1"  # type: ignore[attr-defined]


async def test_a_slow_viewer_skips_and_delays_no_other() -> None:
    async with streaming() as server:
        healthy, _ = await server.watch()
        slow, _ = await server.watch()
        for number in range(30):
            server.mjpeg.publish(frame(number, BIG))
            assert (await part(healthy))[0] == number
        _, lazy = server.fanout
        assert lazy.dropped > 10
        counters = [(await part(slow))[0]]
        while counters[-1] != 29:
            counters.append((await part(slow))[0])
        assert counters == sorted(set(counters))
        assert len(counters) == 30 - lazy.dropped == lazy.sent
        server.mjpeg.publish(frame(30))
        assert (await part(slow))[0] == 30


async def test_a_viewer_that_takes_nothing_is_cut() -> None:
    async with streaming() as server:
        healthy, _ = await server.watch()
        await server.watch()
        for number in range(30):
            server.mjpeg.publish(frame(number, BIG))
            await part(healthy)
        server.advance(9)
        assert len(server.fanout) == 2
        server.advance(2)
        await until(lambda: len(server.fanout) == 1)
        server.mjpeg.publish(frame(30))
        assert (await part(healthy))[0] == 30


async def test_a_viewer_without_frames_is_not_cut() -> None:
    async with streaming() as server:
        reader, _ = await server.watch()
        server.advance(3600)
        server.mjpeg.publish(frame(0))
        assert (await part(reader))[0] == 0


async def test_half_closed_is_still_watching() -> None:
    async with streaming() as server:
        reader, writer = await server.connect()
        writer.write(GET)
        writer.write_eof()
        await until(lambda: len(server.fanout) == 1)
        server.mjpeg.publish(frame(0))
        assert b"JPEG" in await reader.readuntil(b"JPEG")
        for number in range(1, 4):
            server.advance(9)
            server.mjpeg.publish(frame(number))
        assert len(server.fanout) == 1
        writer.close()
        await until(lambda: server.mjpeg.publish(frame(5)) or len(server.fanout) == 0)


@pytest.mark.parametrize("path", ["/mjpeg", "/both"])
async def test_viewers_that_disconnect_in_any_way_leave_nothing(path: str) -> None:
    async with streaming() as server:
        before = open_files()
        writers = [(await server.watch(path))[1] for _ in range(12)]
        for number in range(20):
            server.mjpeg.publish(frame(number, BIG))
        for number, writer in enumerate(writers):
            if number % 3 == 0:
                reset(writer)
            elif number % 3 == 1:
                writer.close()
            else:
                writer.write(bytes(70_000))  # chatters
        await until(lambda: len(server.fanout) <= 4)
        server.advance(11)  # only closed: it might be a half, until nothing can be sent
        await until(lambda: len(server.fanout) == len(server.registry) == 0)
        assert not server.mjpeg.watched.is_set()
        for writer in writers:
            writer.close()
        await until(lambda: open_files() <= before + 1)  # the answer's head is kept
        server.mjpeg.publish(frame(20))


async def test_the_number_is_limited_and_others_are_still_answered() -> None:
    quick = Limits(viewers=2)
    async with streaming(limits=quick) as server:
        await server.watch()
        _, writer = await server.watch("/plain")
        answer = await server.ask(GET)
        assert answer.startswith(b"HTTP/1.1 503 ")
        assert b"Retry-After" in answer
        assert b" 404 " in await server.ask(b"GET / HTTP/1.0\r\n\r\n")
        reset(writer)
        await until(lambda: len(server.fanout) == 1)
        await server.watch()


async def test_places_are_shared_with_other_protocols() -> None:
    viewers = ViewerLimit(2)
    async with streaming(viewers=viewers) as server:
        await server.watch()
        holder = viewers.take(Account("admin", Rank.ADMIN), "", "http")
        assert b" 503 " in await server.ask(GET)
        viewers.release(holder)
        await server.watch()
        reset(server.kept[0])
        await until(lambda: viewers.taken == 1)


async def test_without_descriptors_frames_are_lost_and_joins_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(name: str) -> int:
        raise OSError(24, "Too many open files")

    async with streaming() as server:
        reader, _ = await server.watch()
        server.mjpeg.publish(frame(0))
        with monkeypatch.context() as patch:
            patch.setattr(os, "memfd_create", full)
            server.mjpeg.publish(frame(1))
            assert (await server.ask(GET.replace(b"mjpeg", b"plain"))).startswith(b"HTTP/1.1 503 ")
            assert len(server.fanout) == 1
        server.mjpeg.publish(frame(2))
        assert [(await part(reader))[0] for _ in range(2)] == [0, 2]


async def test_the_list_of_viewers() -> None:
    async with streaming() as server:
        await server.watch()
        server.clock.now += 5
        server.mjpeg.publish(frame(0))
        (viewer,) = server.fanout
        assert (viewer.identity.address, viewer.since_s, viewer.sent, viewer.dropped) == ("127.0.0.1", 1000.0, 1, 0)


async def test_little_waits_in_the_kernel_for_a_slow_viewer() -> None:
    async with streaming() as server:
        await server.watch()
        (viewer,) = server.fanout
        with socket.socket(fileno=os.dup(viewer.fd)) as sock:
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT) == UNSENT
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


async def test_the_end_cuts_streams() -> None:
    async with streaming() as server:
        reader, _ = await server.watch()
        await server.service.close()
        assert await reader.read() == b""
        await until(lambda: len(server.fanout) == 0)
        assert not server.mjpeg.watched.is_set()


def tos(server: Streams) -> list[int]:
    """The type of service of each viewer's connection, in the order in which they came."""
    level = (socket.IPPROTO_IP, socket.IP_TOS)
    return [viewer._socket.getsockopt(*level) for viewer in server.fanout]


async def test_quality_of_service_marks_present_and_later_viewers() -> None:
    async with streaming() as server:
        await server.watch("/mjpeg")
        await server.watch("/sound")
        assert tos(server) == [0, 0]
        server.fanout.mark(34, 46)
        await server.watch("/both")
        await server.watch("/sound")
        assert tos(server) == [34 << 2, 46 << 2, 34 << 2, 46 << 2]
        server.fanout.mark(0, 46)
        assert tos(server) == [0, 46 << 2, 0, 46 << 2]
        server.fanout.mark(0, 0)
        assert tos(server) == [0, 0, 0, 0]


async def test_those_who_only_listen_are_cut_when_the_sound_ends() -> None:
    async with streaming() as server:
        listening, _ = await server.watch("/sound")
        watching, _ = await server.watch("/both")
        server.fanout.drop_audio_viewers()
        with pytest.raises((asyncio.IncompleteReadError, ConnectionResetError)):
            await part(listening)
        server.mjpeg.publish(frame(1))
        assert await part(watching) == (1, b"JPEG")
