"""The process log over a real socket."""

import logging
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from tests.server.serving import Server, serving
from tests.web.test_state_stream import Page

from ipcamd.log_buffer import LogBuffer
from ipcamd.web.system.process_log import ENDPOINTS

PATH = "/web/log"


@pytest.fixture
def buffer() -> LogBuffer:
    return LogBuffer()


@pytest.fixture
async def server(buffer: LogBuffer) -> AsyncIterator[Server]:
    async with serving(*ENDPOINTS) as server:
        camera = SimpleNamespace(log_buffer=buffer, identity=SimpleNamespace(serial="0001"))
        server.service.context.camera = cast(Any, camera)
        yield server


def note(buffer: LogBuffer, message: str, level: int = logging.INFO) -> None:
    buffer.handle(logging.LogRecord("ipcamd.test", level, __file__, 1, message, (), None))


async def messages(page: Page) -> list[str]:
    """Return the messages of the next event."""
    name, lines = await page.next()
    assert name == "lines"
    return [line["message"] for line in lines]


async def test_past_lines_come_first_then_new_ones(server: Server, buffer: LogBuffer) -> None:
    note(buffer, "before")
    async with Page(server, path=PATH) as page:
        name, (line,) = await page.next()
        assert (name, line["number"], line["level"], line["part"]) == ("lines", 1, "info", "ipcamd.test")
        note(buffer, "after")
        assert await messages(page) == ["after"]


async def test_only_severe_lines_are_sent_on_request(server: Server, buffer: LogBuffer) -> None:
    note(buffer, "usual")
    note(buffer, "grave", logging.ERROR)
    async with Page(server, path=f"{PATH}?level=warning") as page:
        assert await messages(page) == ["grave"]
    assert b"level=loud: allowed: debug, info" in await server.ask(b"GET /web/log?level=loud HTTP/1.0\r\n\r\n")


async def test_the_file_holds_what_is_kept_with_urls_cut(server: Server, buffer: LogBuffer) -> None:
    note(buffer, "asked http://user:secret@host/path?token=secret in vain", logging.WARNING)
    answer = await server.ask(b"GET /web/log.txt HTTP/1.0\r\n\r\n")
    assert b'filename="ipcamd-0001.log"' in answer
    assert answer.endswith(b"Z warning ipcamd.test: asked http://host/... in vain\n")


@pytest.mark.parametrize("path", [PATH, "/web/log.txt"])
async def test_only_administrators_read_it(server: Server, path: str) -> None:
    assert b" 403 " in await server.ask(f"GET {path} HTTP/1.0\r\nAuthorization: users\r\n\r\n".encode())
