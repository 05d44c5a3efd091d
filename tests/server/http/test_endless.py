"""Endless request bodies: talk lasts as long as its body."""

import asyncio

import pytest
from tests.server.serving import Server, serving, until

from ipcamd.cgi.endpoint import Body, Call, Endpoint, Reply, text
from ipcamd.errors import HttpError
from ipcamd.params.group import Rank

HEADS = {
    "no length": b"POST /talk HTTP/1.0\r\n\r\n",
    "chunked": b"POST /talk HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
    "a great length": b"POST /talk HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n",
}


class Listener:
    """Reads a body on request of the test."""

    def __init__(self) -> None:
        self.heard = 0
        self.error: HttpError | None = None
        self.may = asyncio.Event()
        self.may.set()
        self.endpoint = Endpoint("/talk", Rank.GUEST, self.listen, body=Body.STREAM)

    async def listen(self, call: Call) -> Reply:
        try:
            async for piece in call.body:
                self.heard += len(piece)
                await self.may.wait()
        except HttpError as error:
            self.error = error
            raise
        return text(str(self.heard))


async def say(server: Server, head: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, bool]:
    reader, writer = await server.connect()
    writer.write(head)
    return reader, writer, b"chunked" in head


def word(chunked: bool, size: int = 100) -> bytes:
    return b"%x\r\n%b\r\n" % (size, bytes(size)) if chunked else bytes(size)


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
async def test_it_goes_on_while_something_comes(head: bytes) -> None:
    listener = Listener()
    async with serving(listener.endpoint) as server, asyncio.timeout(30):
        reader, writer, chunked = await say(server, head)
        for count in range(1, 20):
            writer.write(word(chunked))
            await until(lambda count=count: listener.heard == count * 100)  # type: ignore[misc]
            server.advance(24)
        server.advance(31)
        assert b" 408 " in await reader.readline()
        assert listener.error
        assert listener.error.status == 408
        writer.close()


async def test_an_endpoint_that_takes_it_slowly_is_not_the_clients_fault() -> None:
    listener = Listener()
    async with serving(listener.endpoint) as server, asyncio.timeout(30):
        reader, writer, _ = await say(server, HEADS["no length"])
        listener.may.clear()
        writer.write(bytes(1000))
        await until(lambda: listener.heard == 1000)
        for _ in range(5):
            server.advance(31)
        listener.may.set()
        await asyncio.sleep(0)
        server.advance(24)  # it has all its time again from when it was asked for more
        writer.write(bytes(10))
        writer.write_eof()
        assert (await reader.read()).endswith(b"1010\r\n")
        assert listener.error is None
        writer.close()


async def test_a_fast_client_is_slowed_down_to_what_is_taken() -> None:
    listener = Listener()
    async with serving(listener.endpoint) as server, asyncio.timeout(30):
        _, writer, _ = await say(server, HEADS["no length"])
        listener.may.clear()
        writer.write(bytes(50_000_000))
        await until(lambda: listener.heard > 0)
        (connection,) = server.registry
        assert connection._exchange
        assert connection._exchange.stream
        for _ in range(50):
            await asyncio.sleep(0)
        assert connection._exchange.stream.waiting < 1_000_000
        writer.transport.abort()


async def test_a_client_that_ends_it_is_answered() -> None:
    listener = Listener()
    async with serving(listener.endpoint) as server, asyncio.timeout(30):
        assert (await server.ask(HEADS["no length"] + bytes(777))).endswith(b"777\r\n")
        chunks = word(True) + word(True) + b"0\r\n\r\n"
        assert (await server.ask(HEADS["chunked"] + chunks)).endswith(b"977\r\n")


async def test_a_removed_account_is_cut_while_it_talks() -> None:
    listener = Listener()
    async with serving(listener.endpoint) as server, asyncio.timeout(30):
        head = b"POST /talk HTTP/1.1\r\nAuthorization: %b\r\nContent-Length: 1000\r\n\r\n"
        (gone, writer, _), (stays, other, _) = [await say(server, head % name) for name in (b"guest", b"admin")]
        for each in (writer, other):
            each.write(bytes(100))
        await until(lambda: listener.heard == 200)
        server.service.expel(lambda account: account.name == "admin")
        with pytest.raises(ConnectionResetError):
            await gone.read()
        other.write(bytes(900))
        assert b" 200 " in await stays.readline()
        await until(lambda: all(connection.served is None for connection in server.registry))
        other.close()
