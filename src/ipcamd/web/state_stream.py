"""State stream: ``/web/state``, server-sent events for the camera's pages (WHATWG HTML, 9.2).

`state` events contain the changed parts of the device's state, the first one all; `settings` events contain a group and
its values, as far as the account may read them.
"""

import asyncio
from collections.abc import AsyncGenerator

from ipcamd.cgi.answer import EVENTS
from ipcamd.cgi.arguments import Argument, Arguments
from ipcamd.cgi.endpoint import Call, EventStream
from ipcamd.params.group import Rank
from ipcamd.state_feed import StateFeed, StateQueue
from ipcamd.web.page_request import read_endpoint
from ipcamd.web.server_sent_events import KEEP_ALIVE, KEEP_ALIVE_S, RETRY, format_event

PAGE = Argument("page", "Name that the page gives itself, to find itself in the list of clients.")
"""Argument of each stream of a page."""


async def state(call: Call) -> EventStream:
    """Stream the device's state and changed settings as JSON."""
    return EventStream(_messages(call.camera.state_feed, call.account.rank))


async def _messages(feed: StateFeed, rank: Rank) -> AsyncGenerator[bytes, None]:
    with feed.open(rank) as queue:
        yield RETRY
        while True:
            yield await _next_message(queue)


async def _next_message(queue: StateQueue) -> bytes:
    try:
        async with asyncio.timeout(KEEP_ALIVE_S):
            waiting = await queue.get()
    except TimeoutError:
        return KEEP_ALIVE
    return b"".join(line for kind, values in waiting for line in _lines(kind, values))


def _lines(kind: str, values: dict[str, object]) -> list[bytes]:
    if kind == "settings":
        return [format_event(kind, {"group": group, "values": texts}) for group, texts in values.items()]
    return [format_event(kind, values)]


ENDPOINTS = (read_endpoint("/web/state", Rank.GUEST, state, Arguments(PAGE), EVENTS),)
"""Endpoint of the state stream."""
