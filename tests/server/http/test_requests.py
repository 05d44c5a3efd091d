"""Requests through a real socket: requests, answers, and persistent connections."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import pytest
from tests.server.serving import Users, reset, serving, until

from ipcamd.cgi.endpoint import Body, Call, Endpoint, Reply, never, text
from ipcamd.errors import HttpError, RequestFailed, StoreError
from ipcamd.params.group import Rank
from ipcamd.server.http.router import Router
from ipcamd.server.tcp_transport import READ_BYTES


def echo(call: Call) -> Reply:
    return text(" ".join(f"{name}={value}" for name, value in call.query.pairs))


async def later(call: Call) -> Reply:
    await asyncio.sleep(0)
    return text("later")


async def count(call: Call) -> Reply:
    return text(str(sum([len(piece) async for piece in call.body])))


async def half(call: Call) -> Reply:
    return text(str(len(await anext(call.body))))


def raising(error: Exception) -> Endpoint:
    def action(call: Call) -> Reply:
        raise error

    return Endpoint(f"/{type(error).__name__.lower()}", Rank.GUEST, action)


def delayed(call: Call) -> Reply:
    error = HttpError(401, "wrong")
    error.delay_s = 0.001
    raise error


async def failing(call: Call) -> Reply:
    raise RequestFailed("later")


def peer(call: Call) -> Awaitable[Reply] | Reply:
    return text(call.address)


ENDPOINTS = (
    Endpoint("/echo.cgi", Rank.GUEST, echo, aliases=("/Other/Echo.cgi",)),
    Endpoint("/read.cgi", Rank.GUEST, echo, changes=never),
    Endpoint("/users.cgi", Rank.USERS, echo),
    Endpoint("/admin.cgi", Rank.ADMIN, echo),
    Endpoint("/get.cgi", Rank.GUEST, echo, methods=("GET",)),
    Endpoint("/upload.cgi", Rank.ADMIN, count, methods=("POST",), body=Body.STREAM),
    Endpoint("/half.cgi", Rank.ADMIN, half, methods=("POST",), body=Body.STREAM),
    Endpoint("/later.cgi", Rank.GUEST, later),
    Endpoint("/failing.cgi", Rank.GUEST, failing),
    Endpoint("/delayed.cgi", Rank.GUEST, delayed),
    Endpoint("/peer.cgi", Rank.GUEST, peer),
    Endpoint("/none.cgi", Rank.GUEST, lambda call: Reply(b"not sent", 204)),
    Endpoint("/big.cgi", Rank.GUEST, lambda call: Reply(bytes(8_000_000))),
    Endpoint("/injected.cgi", Rank.GUEST, lambda call: Reply(headers=(("Location", "a\r\nX-Injected: 1"),))),
    raising(RequestFailed("a=1\r\nb: not allowed")),
    raising(StoreError("disk full")),
    raising(HttpError(409, "busy", (("Retry-After", "3"),))),
    raising(ZeroDivisionError("secret of the house")),
)


async def ask(request: bytes) -> tuple[str, str]:
    """Return the first answer's head and all that follows it."""
    async with serving(*ENDPOINTS) as server:
        head, _, body = (await server.ask(request)).partition(b"\r\n\r\n")
        return head.decode(), body.decode()


def get(path: str, *fields: str) -> bytes:
    return "\r\n".join([f"GET {path} HTTP/1.1", *fields, "", ""]).encode("latin-1")


def post(path: str, body: bytes, *fields: str) -> bytes:
    return "\r\n".join([f"POST {path} HTTP/1.1", *fields, f"Content-Length: {len(body)}", "", ""]).encode() + body


def status(head: str) -> int:
    return int(head.split(" ")[1])


@pytest.mark.parametrize(
    ("request_", "body"),
    [
        (get("/echo.cgi?a=1?b=2&"), "a=1 b=2\r\n"),
        (get("/ECHO.CGI?A=x"), "A=x\r\n"),
        (get("/other/echo.cgi?focusplus"), "focusplus=\r\n"),
        (b"get /echo.cgi?a=my camera HTTP/1.0\n\n", "a=my camera\r\n"),
        (post("/echo.cgi?a=1&b=2", b"b=3&c=%34\r\n"), "a=1 b=3 c=4\r\n"),
        (post("/echo.cgi", b"a=1", "Content-Type: application/x-www-form-urlencoded"), "a=1\r\n"),
        (
            post(
                "/echo.cgi?b=2",
                b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1+1\r\n--x--\r\n',
                "Content-Type: multipart/form-data; boundary=x",
            ),
            "b=2 a=1+1\r\n",
        ),
        (b"POST /echo.cgi HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\na=\r\n1\r\n1\r\n0\r\n\r\n", "a=1\r\n"),
        (b"POST /echo.cgi?a=1 HTTP/1.1\r\n\r\n", "a=1\r\n"),
        (b"GET /echo.cgi?a=1 HTTP/1.1\r\nContent-Length: 3\r\n\r\nb=2", "a=1\r\n"),
        (get("/later.cgi"), "later\r\n"),
        (get("/peer.cgi"), "127.0.0.1\r\n"),
        (post("/upload.cgi", bytes(300_000)), "300000\r\n"),
        (b"POST /upload.cgi HTTP/1.1\r\n\r\nuntil the end", "13\r\n"),
        (b"POST /upload.cgi HTTP/1.1\r\nContent-Length: 0\r\n\r\n", "0\r\n"),
        (b"POST /upload.cgi HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "3\r\n"),
    ],
)
async def test_requests_get_their_answers(request_: bytes, body: str) -> None:
    head, rest = await ask(request_)
    assert status(head) == 200
    assert rest == body
    assert f"Content-Length: {len(body)}" in head
    assert "Content-Type: text/plain" in head


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (get("/nix"), 404),
        (get("/echo.cgi/"), 404),
        (get("/echo.cgi%00.jpg"), 400),
        (get("/x/..%2fadmin.cgi"), 400),
        (b"GET /echo.cgi\r\n", 400),
        (b"DELETE /echo.cgi HTTP/1.1\r\n\r\n", 405),
        (b"OPTIONS /echo.cgi HTTP/1.1\r\n\r\n", 405),
        (post("/get.cgi", b"a=1"), 405),
        (get("/upload.cgi"), 405),
        (get("/echo.cgi", "Authorization: nobody"), 401),
        (get("/admin.cgi", "Authorization: users"), 403),
        (get("/users.cgi", "Authorization: guest"), 403),
        (get("/users.cgi", "Authorization: admin"), 200),
        (get("/echo.cgi?a=%00"), 400),
        (get("/echo.cgi?a=%ff"), 400),
        (post("/echo.cgi", b"a=%ff"), 400),
        (get("/echo.cgi?" + "x" * 9000), 414),
        (get("/echo.cgi", "X: " + "x" * 9000), 431),
        (post("/echo.cgi", bytes(65_537)), 413),
        (post("/nix", bytes(65_537)), 404),
        (b"POST /echo.cgi HTTP/1.1\r\nContent-Length: 1000000000000\r\n\r\n", 413),
        (
            b"POST /echo.cgi HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + b"4000\r\n" + b"a" * 16384 + b"\r\n"
            b"c001\r\n" + b"a" * 49153 + b"\r\n0\r\n\r\n",
            413,
        ),
        (post("/upload.cgi", b"x", "Authorization: guest"), 403),
        (get("/httperror"), 409),
        (get("/injected.cgi"), 500),
    ],
)
async def test_refusals(request_: bytes, code: int) -> None:
    head, body = await ask(request_)
    assert status(head) == code
    assert body.endswith("\r\n")
    assert "injected" not in head.lower()


async def test_texts_of_refusals() -> None:
    head, _ = await ask(b"DELETE /get.cgi HTTP/1.1\r\n\r\n")
    assert "Allow: GET, HEAD\r\n" in head + "\r\n"
    head, _ = await ask(get("/echo.cgi", "Authorization: nobody"))
    assert 'WWW-Authenticate: Basic realm="test"' in head
    head, _ = await ask(get("/httperror"))
    assert "Retry-After: 3" in head
    head, body = await ask(get("/delayed.cgi"))
    assert (status(head), body) == (401, "wrong\r\n")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/requestfailed", "Request failed: a=1 b: not allowed\r\n"),
        ("/storeerror", "Request failed: disk full\r\n"),
        ("/failing.cgi", "Request failed: later\r\n"),
    ],
)
async def test_application_errors_are_200(path: str, body: str) -> None:
    head, rest = await ask(get(path))
    assert (status(head), rest) == (200, body)


async def test_an_internal_error_is_logged_and_not_shown(caplog: pytest.LogCaptureFixture) -> None:
    head, body = await ask(get("/zerodivisionerror"))
    assert (status(head), body) == (500, "Internal Error\r\n")
    assert "secret" not in head
    assert "secret of the house" in caplog.text


async def test_secrets_stay_out_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await ask(get("/echo.cgi?action=add&user=paul&pwd=foobar"))
    assert "user=paul" in caplog.text
    assert "foobar" not in caplog.text


@pytest.mark.parametrize("path", ["/echo.cgi?a=1", "/nix", "/requestfailed"])
async def test_head_answers_the_fields_of_get_alone(path: str) -> None:
    head, body = await ask(f"HEAD {path} HTTP/1.1\r\n\r\n".encode())
    assert (head, "") == ((await ask(get(path)))[0], body)


async def test_204_has_no_body() -> None:
    head, body = await ask(get("/none.cgi"))
    assert (status(head), body) == (204, "")
    assert "Content-" not in head.replace("X-Content-", "")


@pytest.mark.parametrize(
    ("request_", "stays"),
    [
        (get("/echo.cgi"), True),
        (get("/echo.cgi", "Connection: close"), False),
        (b"GET /echo.cgi HTTP/1.0\r\n\r\n", False),
        (b"GET /echo.cgi HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", True),
        (get("/nix"), True),
        (get("/requestfailed"), True),
        (get("/zerodivisionerror"), True),
        (get("/later.cgi"), True),
        (get("/delayed.cgi"), True),
        (post("/nix", b"a=1"), True),
        (post("/echo.cgi", b"a=1") + b"\r\n", True),
        (post("/upload.cgi", b"x", "Authorization: guest"), True),
        (post("/upload.cgi", b"x" * 70_000, "Authorization: guest"), False),
        (post("/echo.cgi", b"", "Expect: 100-continue", "Authorization: nobody"), True),
        (b"POST /nix HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n", False),
        (b"GET / HTTP/3.0\r\n\r\n", False),
        (post("/half.cgi", bytes(100_000))[:-1], False),
    ],
)
async def test_when_the_connection_stays(request_: bytes, stays: bool) -> None:
    async with serving(*ENDPOINTS) as server, asyncio.timeout(30):
        reader, writer = await server.connect()
        writer.write(request_)
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        assert ("Connection: close" not in head) is stays
        if stays:
            length = int(head.partition("Content-Length: ")[2].partition("\r")[0])
            await reader.readexactly(length)
            writer.write(get("/echo.cgi?again"))
            assert b"200 OK" in await reader.readuntil(b"\r\n\r\n")
        else:
            await reader.read()
        writer.close()


async def test_pipelined_requests_are_answered_in_order() -> None:
    requests = b"".join(get(f"/{'later' if n % 3 == 0 else 'echo'}.cgi?n={n}") for n in range(100))
    async with serving(*ENDPOINTS) as server:
        answers = await server.ask(requests)
    bodies = [line for line in answers.decode().split("\r\n") if line.startswith("n=") or line == "later"]
    assert bodies == ["later" if n % 3 == 0 else f"n={n}" for n in range(100)]


async def test_a_client_that_does_not_read_is_not_read_from() -> None:
    async with serving(*ENDPOINTS) as server, asyncio.timeout(30):
        reader, writer = await server.connect()
        for _ in range(3):
            writer.write(get("/big.cgi"))
        await writer.drain()
        for _ in range(3):
            head = await reader.readuntil(b"\r\n\r\n")
            assert b"8000000" in head
            await reader.readexactly(8_000_000)
        writer.close()


async def test_100_continue() -> None:
    async with serving(*ENDPOINTS) as server, asyncio.timeout(30):
        reader, writer = await server.connect()
        writer.write(b"POST /echo.cgi HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(b"a=1")
        assert b"200 OK" in await reader.readuntil(b"\r\n\r\n")
        writer.close()


async def test_a_refusal_arrives_though_the_body_is_still_coming() -> None:
    async with serving(*ENDPOINTS) as server, asyncio.timeout(30):
        reader, writer = await server.connect()
        writer.write(b"POST /echo.cgi HTTP/1.1\r\nContent-Length: 3000000\r\n\r\n" + bytes(3_000_000))
        assert b" 413 " in await reader.readuntil(b"\r\n\r\n")
        writer.close()


async def test_a_body_that_breaks_off_fails_its_action() -> None:
    failure: list[Exception] = []

    async def upload(call: Call) -> Reply:
        try:
            async for _ in call.body:
                pass
        except HttpError as error:
            failure.append(error)
            raise
        return text("never")

    async with serving(Endpoint("/u", Rank.ADMIN, upload, body=Body.STREAM)) as server:
        answer = await server.ask(b"POST /u HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc")
    assert b" 400 " in answer
    assert [str(error) for error in failure] == ["the body is incomplete"]


async def test_an_action_goes_on_when_its_client_leaves() -> None:
    come, go, done = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slow(call: Call) -> Reply:
        come.set()
        await go.wait()
        done.set()
        return text("nobody hears")

    async with serving(Endpoint("/slow", Rank.ADMIN, slow)) as server, asyncio.timeout(30):
        _, writer = await server.connect()
        writer.write(get("/slow"))
        await come.wait()
        reset(writer)
        await until(lambda: len(server.registry) == 0)
        go.set()
        await done.wait()


def test_endpoints_must_not_share_a_path() -> None:
    with pytest.raises(ValueError, match=r"/Echo\.CGI"):
        Router((*ENDPOINTS, Endpoint("/x", Rank.GUEST, echo, aliases=("/Echo.CGI",))), Users())


@pytest.mark.parametrize("leave", [reset, asyncio.StreamWriter.close, asyncio.StreamWriter.write_eof])
@pytest.mark.parametrize("for_caller", [True, False])
async def test_actions_for_the_caller_end_with_its_connection(
    leave: Callable[[asyncio.StreamWriter], None], for_caller: bool
) -> None:
    begun, ends, go = asyncio.Event(), asyncio.Queue[str](), asyncio.Event()

    async def work(call: Call) -> Reply:
        begun.set()
        try:
            await go.wait()
        except asyncio.CancelledError:
            ends.put_nowait("broken off")
            raise
        ends.put_nowait("done")
        return text("done")

    async with serving(Endpoint("/work.cgi", Rank.GUEST, work, for_caller=for_caller)) as server, asyncio.timeout(30):
        _, writer = await server.connect()
        writer.write(b"GET /work.cgi HTTP/1.1\r\nHost: a\r\n\r\n")
        await begun.wait()
        leave(writer)
        if not for_caller:
            await asyncio.sleep(0.02)
            go.set()
        assert await ends.get() == ("broken off" if for_caller else "done")
        writer.close()
        await until(lambda: not len(server.registry))


async def test_the_next_request_is_answered_after_one_for_the_caller() -> None:
    async with serving(Endpoint("/later.cgi", Rank.GUEST, later, for_caller=True)) as server:
        reader, writer = await server.connect()
        for _ in range(2):
            writer.write(b"GET /later.cgi HTTP/1.1\r\nHost: a\r\n\r\n")
            assert (await reader.readuntil(b"later\r\n")).startswith(b"HTTP/1.1 200")
        writer.close()


async def test_pipelined_requests_are_left_in_the_kernel_until_their_turn() -> None:
    quick = Endpoint("/quick", Rank.GUEST, lambda call: text("OK"))
    async with serving(quick) as server, asyncio.timeout(20):
        reader, writer = await server.connect()
        count = 5000
        writer.write(b"GET /quick HTTP/1.1\r\n\r\n" * count)
        await until(lambda: len(server.registry) == 1)
        most = 0
        for _ in range(count):
            assert b" 200 " in await reader.readuntil(b"\r\n\r\nOK\r\n")
            (connection,) = server.registry
            most = max(most, len(connection._parser._data))  # type: ignore[attr-defined]
        assert most <= 2 * READ_BYTES
        writer.close()
