"""The state stream over a real socket."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from tests.cgi.camera_rig import CameraRig
from tests.server.serving import Server, serving, until

from ipcamd.server.connection_limits import Limits
from ipcamd.settings.change_records import Change
from ipcamd.settings.secret_mask import HIDDEN
from ipcamd.state_feed import StateFeed
from ipcamd.web import state_stream
from ipcamd.web.state_stream import ENDPOINTS

Told = tuple[str, dict[str, Any]]


class Page:
    """A page that reads the stream; `login` is its rank."""

    def __init__(self, server: Server, login: str = "admin", method: str = "GET", path: str = "/web/state") -> None:
        self._server, self._login, self._method, self._path = server, login, method, path

    async def __aenter__(self) -> "Page":
        self.reader, self.writer = await self._server.connect()
        self.writer.write(
            f"{self._method} {self._path} HTTP/1.1\r\nHost: a\r\nAuthorization: {self._login}\r\n\r\n".encode()
        )
        async with asyncio.timeout(30):
            self.head = await self.reader.readuntil(b"\r\n\r\n")
        return self

    async def __aexit__(self, *_: object) -> None:
        self.writer.close()

    async def next(self) -> Told:
        """Return the next event: its name and its data."""
        async with asyncio.timeout(30):
            lines = (await self.reader.readuntil(b"\n\n")).decode().splitlines()
        fields = dict(line.split(": ", 1) for line in lines if ": " in line)
        return (fields["event"], json.loads(fields["data"])) if "data" in fields else await self.next()


class Device:
    """A state that tests change."""

    def __init__(self, rig: CameraRig) -> None:
        self.state: dict[str, object] = {"motion": [0, 0, 0], "viewers": 0}
        self.reads = 0
        self.feed = StateFeed(rig.settings, self._read)

    def _read(self) -> dict[str, object]:
        self.reads += 1
        return dict(self.state)

    def change(self, **values: object) -> None:
        self.state |= values
        self.feed.refresh()


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[CameraRig]:
    rig = CameraRig(tmp_path / "state")
    yield rig
    rig.database.close()


@pytest.fixture
def device(rig: CameraRig) -> Device:
    return Device(rig)


@pytest.fixture
async def server(device: Device) -> AsyncIterator[Server]:
    async with serving(*ENDPOINTS, limits=Limits()) as server:
        server.service.context.camera = cast(Any, SimpleNamespace(state_feed=device.feed))
        yield server


async def test_a_page_gets_the_whole_state_then_what_changes(server: Server, device: Device) -> None:
    async with Page(server, "guest") as page:
        assert b"Content-Type: text/event-stream\r\n" in page.head
        assert b"Cache-Control: no-store\r\n" in page.head
        assert await page.next() == ("state", {"motion": [0, 0, 0], "viewers": 0})
        device.change(viewers=2)
        assert await page.next() == ("state", {"viewers": 2})
        device.state["motion"] = [9, 0, 0]  # no call of `refresh`: the timer finds the change
        assert await page.next() == ("state", {"motion": [9, 0, 0]})
        async with Page(server) as other:
            assert await other.next() == ("state", {"motion": [9, 0, 0], "viewers": 2})


async def test_changed_settings_reach_those_who_may_read_them(server: Server, rig: CameraRig) -> None:
    async with Page(server, "users") as user, Page(server) as admin:
        await user.next()
        await admin.next()
        await rig.settings.update([Change("Event.Server.FTP", "Password", "secret")])
        await rig.settings.update([Change("PTZ.Speed", "PanSpeed", "3")])
        name, ftp = await admin.next()
        assert (name, ftp["group"], ftp["values"]["Password"]) == ("settings", "Event.Server.FTP", HIDDEN)
        for page in (admin, user):
            name, speed = await page.next()
            assert (name, speed["group"], speed["values"]["PanSpeed"]) == ("settings", "PTZ.Speed", "3")


async def test_without_pages_nothing_runs(server: Server, device: Device) -> None:
    async with Page(server) as page:
        await page.next()
    await until(lambda: not len(device.feed))
    reads = device.reads
    device.change(viewers=5)
    assert device.feed._timer is None
    await asyncio.sleep(0)
    assert device.reads == reads


async def test_it_ends_when_the_account_loses_its_right(server: Server, device: Device) -> None:
    async with Page(server, "users") as user, Page(server) as admin:
        await user.next()
        await admin.next()
        server.service.expel(lambda account: account.name != "users")
        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
            await user.next()
        await until(lambda: len(device.feed) == 1)
        device.change(viewers=1)
        assert await admin.next() == ("state", {"viewers": 1})


async def test_a_slow_page_gets_the_newest_values_and_holds_no_memory(server: Server, device: Device) -> None:
    async with Page(server) as page:
        await page.next()
        for number in range(300):
            device.change(motion=[number] * 10_000)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        assert all(sum(map(len, queue._waiting.values())) <= 2 for queue in device.feed._queues)
        seen = [(await page.next())[1]["motion"][0]]
        while seen[-1] != 299:
            seen.append((await page.next())[1]["motion"][0])
        assert seen == sorted(seen)
        assert len(seen) < 300


async def test_a_page_that_reads_nothing_any_more_is_cut(server: Server, device: Device) -> None:
    async with Page(server) as page:
        await page.next()
        for number in range(300):
            device.change(motion=[number] * 10_000)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        server.advance(10_000)
        server.advance(10_000)
        await until(lambda: not len(device.feed))


async def test_a_quiet_page_is_kept(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state_stream, "KEEP_ALIVE_S", 0.01)
    async with Page(server) as page:
        await page.next()
        server.advance(100_000)
        async with asyncio.timeout(30):
            assert await page.reader.readuntil(b"\n\n") == b":\n\n"


async def test_head_opens_nothing(server: Server, device: Device) -> None:
    async with Page(server, method="HEAD") as page:
        assert b"text/event-stream" in page.head
        assert await page.reader.read() == b""
    assert not len(device.feed)
