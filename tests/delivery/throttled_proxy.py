"""A connection to a server that the test can delay or interrupt."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress


class ThrottledProxy:
    """Passes bytes on to a port of this machine, until `limit` of them have come from the client."""

    def __init__(self, target: int) -> None:
        self.port = 0
        self.limit: int | None = None
        self.cuts = True
        """Cut there; else pass nothing on any more."""
        self.line: Callable[[int], Awaitable[object]] = lambda size: asyncio.sleep(0)
        """The way of so many bytes from the client, which may take time."""
        self.reached = asyncio.Event()
        self.heard = bytearray()
        """Bytes received from the client."""
        self._target = target
        self._writers: set[asyncio.StreamWriter] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._target)
        self._writers |= {writer, back}
        await asyncio.gather(self._pass(reader, back), self._pass(there, writer, counted=False))

    def close(self) -> None:
        for writer in self._writers:
            writer.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, counted: bool = True) -> None:
        passed = 0
        with suppress(ConnectionError):
            while data := await reader.read(1 << 16):
                passed += len(data)
                if counted:
                    self.heard += data
                    await self.line(len(data))
                if counted and self.limit is not None and passed > self.limit:
                    self.limit = None
                    self.reached.set()
                    if self.cuts:
                        self.close()
                        return
                    await asyncio.Event().wait()
                writer.write(data)
                await writer.drain()
        writer.close()


@asynccontextmanager
async def throttled(target: int) -> AsyncIterator[ThrottledProxy]:
    """Give a proxy on the server at port `target`."""
    proxy = ThrottledProxy(target)
    listener = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = listener.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        listener.close()
        proxy.close()
