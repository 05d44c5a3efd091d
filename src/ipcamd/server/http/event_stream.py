"""Event stream: sends the messages of an endless response as fast as the client reads them."""

from collections.abc import Awaitable, Callable
from contextlib import aclosing

from ipcamd.cgi.endpoint import EventStream


async def send_events(stream: EventStream, write: Callable[[bytes], Awaitable[bool]]) -> None:
    """Pass each message to `write`, which returns False when the client has disconnected; then close the stream."""
    async with aclosing(stream.messages) as messages:
        async for message in messages:
            if not await write(message):
                break
