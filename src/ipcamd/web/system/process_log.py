"""Process log for the system page: ``/web/log`` streams it (server-sent events), ``/web/log.txt`` returns the stored
lines."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from datetime import UTC, datetime

from ipcamd.cgi.answer import EVENTS, Answer
from ipcamd.cgi.arguments import Argument, Arguments
from ipcamd.cgi.download import attachment
from ipcamd.cgi.endpoint import Call, EventStream, Reply
from ipcamd.log_buffer import LogBuffer, LogLine
from ipcamd.params.group import Rank
from ipcamd.params.kinds.choice import OneOf
from ipcamd.settings.url_mask import cut_urls
from ipcamd.web.page_request import NO_STORE, read_endpoint
from ipcamd.web.server_sent_events import KEEP_ALIVE, KEEP_ALIVE_S, RETRY, format_event
from ipcamd.web.state_stream import PAGE
from ipcamd.wire.http.query import Query

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
"""Level of the request to level of the ``logging`` module."""
LEVEL = Argument("level", "Least level of the lines.", OneOf(tuple(LEVELS)), default="info")
_TEXT_TYPE = "text/plain; charset=utf-8"
FIRST = 500
"""Number of stored lines at the start of a stream, and the most lines of one message."""
INTERVAL_S = 0.5
"""Seconds between two checks for new lines."""


async def log(call: Call) -> EventStream:
    """Stream the lines, first the stored ones: each message is a list of lines of at least this ``level``."""
    return EventStream(_messages(call.camera.log_buffer, _level(call.query)))


def download(call: Call) -> Reply:
    """Return the stored lines as a text file; ``level`` as in `log`."""
    lines = call.camera.log_buffer.lines(least_level=_level(call.query))
    text = "".join("{time} {level:7} {part}: {message}\n".format_map(_shown(line)) for line in lines)
    headers = attachment(f"ipcamd-{call.camera.identity.serial}.log"), NO_STORE
    return Reply(text.encode(errors="backslashreplace"), content_type=_TEXT_TYPE, headers=headers)


def _level(query: Query) -> int:
    return LEVELS[Arguments(LEVEL).word(query, "level")]


async def _messages(buffer: LogBuffer, level: int) -> AsyncGenerator[bytes, None]:
    """Yield messages. A slow reader misses the oldest lines."""
    newest, silent_s = 0, 0.0
    yield RETRY
    while True:
        if lines := buffer.lines(newest, level, FIRST):
            newest, silent_s = lines[-1].number, 0.0
            yield format_event("lines", [_shown(line) for line in lines])
        elif silent_s >= KEEP_ALIVE_S:
            silent_s = 0.0
            yield KEEP_ALIVE
        await asyncio.sleep(INTERVAL_S)
        silent_s += INTERVAL_S


def _shown(line: LogLine) -> dict[str, object]:
    """Return a line as pages show it: URLs are reduced to scheme and host."""
    moment = datetime.fromtimestamp(line.time_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    level = logging.getLevelName(line.level).lower()
    return {"number": line.number, "time": moment, "level": level, "part": line.part, "message": cut_urls(line.message)}


ENDPOINTS = (
    read_endpoint("/web/log", Rank.ADMIN, log, Arguments(LEVEL, PAGE), EVENTS),
    read_endpoint("/web/log.txt", Rank.ADMIN, download, Arguments(LEVEL), Answer(_TEXT_TYPE)),
)
"""Endpoints of the process log."""
