"""HTTP calls to real servers on loopback: request, response, and termination in every case."""

import asyncio
import ssl
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.e2e.camera import eventually

from ipcamd.egress.http_call import HttpCall, call_at, call_http
from ipcamd.egress.policy import EgressPolicy
from ipcamd.errors import RequestFailed

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
LOCAL = EgressPolicy(allow_local=True)


@asynccontextmanager
async def listening(serve: Serve, certificate: Path | None = None) -> AsyncIterator[str]:
    """Give the address of a server."""
    context = None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    async with server:
        yield f"{'https' if certificate else 'http'}://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_a_request_and_its_answer() -> None:
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n") + await reader.readexactly(4))
        writer.write(b"HTTP/1.1 201 Made\r\nX-Place: here\r\nContent-Length: 5\r\n\r\nready")
        writer.close()

    async with listening(serve) as url:
        call = HttpCall(f"{url}/a?b=c", "POST", {"X-Kind": "test"}, b"body")
        answer = await call_http(LOCAL, call, 20)
    assert (answer.status, answer.fields["X-Place"], answer.body) == (201, "here", b"ready")
    head, _, body = heard[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /a?b=c HTTP/1.1"
    assert {f"Host: {url[7:]}", "Connection: close", "X-Kind: test", "Content-Length: 4"} <= set(lines)
    assert body == b"body"


@pytest.mark.parametrize(("answer_bytes", "body"), [(0, b""), (3, b"end"), (99, b"endless")])
async def test_a_body_is_read_as_far_as_it_is_of_interest(answer_bytes: int, body: bytes) -> None:
    over = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\nendless")
        if answer_bytes < len(b"endless"):
            await over.wait()
        writer.close()

    async with listening(serve) as url:
        assert (await call_http(LOCAL, HttpCall(url, answer_bytes=answer_bytes), 20)).body == body
        over.set()


@pytest.mark.parametrize(
    ("answer", "words"), [(b"", "closed without an answer"), (b"220 far.example ESMTP\r\n", "is not HTTP")]
)
async def test_invalid_answers_are_errors(answer: bytes, words: str) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    async with listening(serve) as url:
        with pytest.raises(RequestFailed, match=words):
            await call_http(LOCAL, HttpCall(url), 20)


@pytest.mark.parametrize("url", ["http://[1:2]:80/", "http://host:99999/"])
async def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(RequestFailed, match="is invalid"):
        await call_http(LOCAL, HttpCall(url), 20)


async def test_the_host_of_a_checked_address_is_only_a_name() -> None:
    """The URL comes from a router, and its host is not resolved."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK")
        writer.close()

    async with listening(serve) as url:
        call = HttpCall(url.replace("127.0.0.1", "my router"))
        assert (await call_at("127.0.0.1", call, 20)).body == b"OK"


@pytest.mark.slow
@pytest.mark.parametrize("is_secure", [False, True])
async def test_an_endless_response_keeps_no_thread(certificate: Path, is_secure: bool) -> None:
    over = asyncio.Event()

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while not over.is_set() and not writer.is_closing():
            writer.write(b"H")
            await asyncio.sleep(0.02)
        writer.close()

    async with listening(drip, certificate if is_secure else None) as url:
        with pytest.raises(TimeoutError):
            await call_http(LOCAL, HttpCall(url, certificate="any"), 0.3)
        await asyncio.to_thread(
            eventually, lambda: "HTTP call" not in {thread.name for thread in threading.enumerate()}
        )
        over.set()


async def test_a_certificate_is_checked(certificate: Path) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with listening(serve, certificate) as url:
        with pytest.raises(ssl.SSLCertVerificationError):
            await call_http(LOCAL, HttpCall(url), 20)
