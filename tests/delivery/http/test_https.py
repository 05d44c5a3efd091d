"""Notifications to real HTTPS servers on loopback."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.delivery.http.test_notifier import OK, SECOND, Outcomes, Receiver

from ipcamd.delivery.http.notifier import HttpNotifier
from ipcamd.egress.policy import EgressPolicy
from ipcamd.event_bus import Event, EventKind
from ipcamd.params import ALL_GROUPS
from ipcamd.settings.change_records import Change
from ipcamd.settings.settings import Settings
from ipcamd.store.database import Database


@asynccontextmanager
async def listening(receiver: Receiver, certificate: Path | None) -> AsyncIterator[int]:
    context = None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def notify_of_motion(path: Path, url: str, certificate: str = "verify") -> str:
    """Return the outcome of a notification with one attempt."""
    outcomes = Outcomes()
    with Database(path / "ipcamd.db") as database:
        settings = Settings(database, ALL_GROUPS, {})
        changes = (
            Change("Event.Notify", "motion", f"motion {url}"),
            Change("Event.Server.HTTP", "Certificate", certificate),
        )
        await settings.update(list(changes))
        notifier = HttpNotifier(settings, EgressPolicy(True), outcomes, lambda seconds: asyncio.sleep(0))
        notifier.handle(Event(EventKind.MOTION, 77 * SECOND))
        await outcomes.until(1)
        await notifier.close()
    return outcomes[0]


async def test_a_certificate_of_a_known_authority(tmp_path: Path, trusted: Path) -> None:
    receiver = Receiver(OK)
    async with listening(receiver, trusted) as port:
        assert await notify_of_motion(tmp_path, f"https://127.0.0.1:{port}/hook?key=1") == ""
    assert len(receiver.requests) == 1
    lines = receiver.requests[0].split("\r\n")
    assert lines[0] == "GET /hook?key=1&Message=motion,Time:77 HTTP/1.1"
    assert f"Host: 127.0.0.1:{port}" in lines


async def test_a_self_signed_certificate_only_on_demand(tmp_path: Path, certificate: Path) -> None:
    receiver = Receiver(OK)
    async with listening(receiver, certificate) as port:
        url = f"https://127.0.0.1:{port}/hook"
        problem = await notify_of_motion(tmp_path / "strict", url)
        assert problem.startswith("the certificate of 127.0.0.1 ")
        assert "self-signed certificate" in problem
        assert receiver.requests == []
        assert await notify_of_motion(tmp_path / "lax", url, "any") == ""
    assert len(receiver.requests) == 1


async def test_a_certificate_of_another_host(tmp_path: Path, trusted: Path) -> None:
    receiver = Receiver(OK)
    async with listening(receiver, trusted) as port:
        problem = await notify_of_motion(tmp_path, f"https://localhost:{port}/hook")
        assert problem.startswith("the certificate of localhost ")
        assert "Hostname mismatch" in problem
    assert receiver.requests == []


async def test_a_server_without_tls(tmp_path: Path) -> None:
    class PlainReceiver(Receiver):
        async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(5)
            writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            writer.close()

    async with listening(PlainReceiver(OK), None) as port:
        problem = await notify_of_motion(tmp_path, f"https://127.0.0.1:{port}/hook")
    assert "cannot agree with the camera on TLS" in problem
    assert "is this the TLS port?" in problem


async def test_a_handshake_that_hangs_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ipcamd.delivery.http.notifier.TIMEOUT_S", 0.05)

    class SilentReceiver(Receiver):
        async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()
            await reader.read()
            writer.close()

    async with listening(SilentReceiver(OK), None) as port:
        problem = await notify_of_motion(tmp_path, f"https://127.0.0.1:{port}/hook", "any")
    assert problem == "no answer within 0.05 s"


async def test_a_server_that_never_closes_tls_delays_nothing(tmp_path: Path, certificate: Path) -> None:
    held = asyncio.Event()

    class LingeringReceiver(Receiver):
        async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.requests.append((await reader.readuntil(b"\r\n\r\n")).decode())
            writer.write(OK)
            await held.wait()
            writer.close()

    receiver = LingeringReceiver(OK)
    async with listening(receiver, certificate) as port:
        assert await notify_of_motion(tmp_path, f"https://127.0.0.1:{port}/hook", "any") == ""
        held.set()
