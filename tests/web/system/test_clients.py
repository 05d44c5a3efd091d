"""The list of connected clients over real sockets, and how they are cut: HTTP, pages, RTSP over TCP, UDP."""

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
from tests.server.rtsp.player import RtspRig, basic
from tests.server.serving import Server, reset, serving, until
from tests.server.streaming import frame
from tests.web.test_state_stream import Page

from ipcamd.access.audit_log import AuditLog
from ipcamd.cgi.endpoint import Endpoint, Framing, Join, never
from ipcamd.connected_clients import ConnectedClients
from ipcamd.media import codecs
from ipcamd.media.stream.hub import Hub
from ipcamd.params.group import Rank
from ipcamd.web.system.clients import ENDPOINTS
from ipcamd.wire.http.multipart_writer import PLAIN_TYPE

PATH = "/web/clients"
NOW_NS = 1_700_000_000_000_000_000


class Clock:
    """The camera's clock, standing still."""

    def now_ns(self) -> int:
        return NOW_NS

    def local(self, ns: int) -> datetime:
        return datetime.fromtimestamp(ns / 1e9, UTC)


class AuditRecords:
    """Records passed to the audit log."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def note_change(self, _: object, what: str) -> None:
        self.texts.append(what)


class ClientsRig:
    """Both services, and a hub of pictures at /picture."""

    def __init__(self, server: Server, rtsp_rig: RtspRig, pictures: Hub) -> None:
        self.server, self.rtsp_rig, self.pictures, self.notes = server, rtsp_rig, pictures, AuditRecords()
        clients = ConnectedClients()
        clients.add("http", server.service)
        clients.add("rtsp", rtsp_rig.service)
        audit_log = cast(AuditLog, self.notes)
        camera = SimpleNamespace(clients=clients, clock=Clock(), audit_log=audit_log)
        server.service.context.camera = cast(Any, camera)

    async def disconnect(self, identifier: str, login: str = "admin", **fields: str) -> bytes:
        more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
        body = f"id={identifier}"
        return await self.server.ask(
            f"POST {PATH}/disconnect HTTP/1.0\r\nAuthorization: {login}\r\n{more}"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
        )


@pytest.fixture
async def rig() -> AsyncIterator[ClientsRig]:
    pictures = Hub(codecs.JPEG)
    picture = Endpoint("/picture", Rank.GUEST, lambda _: Join((pictures,), Framing.PLAIN, PLAIN_TYPE), changes=never)
    async with serving(*ENDPOINTS, picture) as server, RtspRig() as rtsp_rig:
        rtsp_rig.service.context.authenticator.login_needed = True
        yield ClientsRig(server, rtsp_rig, pictures)


async def listed(page: Page, wanted: Any = lambda clients: True) -> list[dict[str, Any]]:
    """Return the first list that is wanted."""
    while True:
        name, told = await page.next()
        assert (name, told["total"]) == ("clients", len(told["clients"]))
        if wanted(told["clients"]):
            return cast("list[dict[str, Any]]", told["clients"])


async def test_streams_and_pages_are_listed_with_what_they_got(rig: ClientsRig) -> None:
    async with Page(rig.server, path=f"{PATH}?page=a1") as page:
        (own,) = await listed(page)
        assert (own["account"], own["address"], own["protocol"], own["path"]) == ("admin", "127.0.0.1", "http", PATH)
        assert own["page"] == "a1"
        assert own["sent_bytes"] > 0
        reader, viewer = await rig.server.connect()
        viewer.write(b"GET /picture HTTP/1.1\r\nAuthorization: guest\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        rig.pictures.publish(frame(0, bytes(100_000)))
        await reader.readexactly(100_000)
        _, watching = await listed(page, lambda clients: len(clients) > 1 and clients[1]["sent_bytes"] > 100_000)
        assert (watching["account"], watching["streams"], watching["page"]) == ("guest", ["mjpeg"], "")
        assert datetime.fromisoformat(watching["since"])
        reset(viewer)
        await listed(page, lambda clients: len(clients) == 1)


async def test_a_client_between_requests_is_not_listed(rig: ClientsRig) -> None:
    _, writer = await rig.server.connect()
    writer.write(b"GET /picture HTTP/1.1\r\nAuthorization: users\r\n\r\nGET /none HTTP/1.1\r\n\r\n")
    _, idle = await rig.server.connect()
    idle.write(b"GET /none HTTP/1.1\r\n\r\n")
    async with Page(rig.server, path=PATH) as page:
        assert [client["account"] for client in await listed(page, lambda clients: len(clients) > 1)] == [
            "users",
            "admin",
        ]
    writer.close()
    idle.close()


async def test_a_stream_and_a_page_are_disconnected(rig: ClientsRig) -> None:
    async with Page(rig.server, path=PATH) as page, Page(rig.server, path=f"{PATH}?page=b2") as other:
        _, victim = await listed(page, lambda clients: len(clients) == 2)
        assert victim["page"] == "b2"
        assert b"OK" in await rig.disconnect(victim["id"])
        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
            await listed(other, lambda _: False)
        await listed(page, lambda clients: len(clients) == 1)
        assert rig.notes.texts == ["disconnected admin, 127.0.0.1, http"]
        assert b"there is no such client" in await rig.disconnect(victim["id"])


async def test_rtsp_over_tcp_is_disconnected(rig: ClientsRig) -> None:
    player = await rig.rtsp_rig.player()
    await player.play(user="users")
    rig.rtsp_rig.hubs.picture(key=True)
    await player.frame()
    async with Page(rig.server, path=PATH) as page:
        _, watching = await listed(page, lambda clients: len(clients) == 2)
        assert (watching["account"], watching["protocol"], watching["streams"]) == ("users", "rtsp/tcp", ["h264"])
        assert watching["sent_bytes"] > 3000
        assert b"OK" in await rig.disconnect(watching["id"])
        assert await player.closed()
        await listed(page, lambda clients: len(clients) == 1)


async def test_rtsp_over_udp_is_disconnected_even_without_its_connection(rig: ClientsRig) -> None:
    player = await rig.rtsp_rig.player()
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as even,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as odd,
    ):
        for sock in (even, odd):
            sock.bind(("127.0.0.1", 0))
        transport = f"RTP/AVP;unicast;client_port={even.getsockname()[1]}-{odd.getsockname()[1]}"
        login = {"authorization": basic("users")}
        assert (await player.ask("SETUP", "/h264/track0", transport=transport, **login)).status == 200
        assert (await player.ask("PLAY", "/h264")).status == 200
        rig.rtsp_rig.hubs.picture(key=True)
        rig.rtsp_rig.hubs.picture()
        player.close()
        await until(lambda: all(session.owner is None for session in rig.rtsp_rig.service.context.sessions))
        async with Page(rig.server, path=PATH) as page:
            _, watching = await listed(page, lambda clients: len(clients) == 2)
            assert (watching["protocol"], watching["streams"]) == ("rtsp/udp", ["h264"])
            assert watching["sent_bytes"] > 6000
            assert b"OK" in await rig.disconnect(watching["id"])
            assert len(rig.rtsp_rig.service.context.sessions) == 0


async def test_only_administrators_of_the_cameras_own_pages_may(rig: ClientsRig) -> None:
    assert b" 403 " in await rig.server.ask(f"GET {PATH} HTTP/1.0\r\nAuthorization: users\r\n\r\n".encode())
    assert b" 403 " in await rig.disconnect("http-1", login="users")
    assert b" 403 " in await rig.disconnect("http-1", sec_fetch_site="cross-site")
    for wrong in ("", "http", "http-x", "ftp-1", "http-" + "9" * 40):
        assert b"there is no such client" in await rig.disconnect(wrong)
    assert rig.notes.texts == []
