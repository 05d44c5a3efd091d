"""Router: which login an endpoint takes."""

import pytest
from tests.server.serving import serving

from ipcamd.access.accounts import ANONYMOUS
from ipcamd.cgi.endpoint import Call, Endpoint, LoginPlace, Reply, text
from ipcamd.params.group import Rank


def caller(call: Call) -> Reply:
    return text("anonymous" if call.account is ANONYMOUS else call.account.name)


@pytest.mark.parametrize(
    ("place", "login", "status", "body"),
    [
        (LoginPlace.HEAD, b"admin", 200, b"admin"),
        (LoginPlace.HEAD, b"guest", 403, b""),
        (LoginPlace.HEAD, b"nobody", 401, b""),
        (LoginPlace.NONE, b"nobody", 200, b"anonymous"),
        (LoginPlace.NONE, b"admin", 200, b"anonymous"),
        (LoginPlace.BODY, b"nobody", 401, b""),
        (LoginPlace.BODY, b"admin", 200, b"admin"),
    ],
)
async def test_an_endpoint_declares_the_login_it_takes(
    place: LoginPlace, login: bytes, status: int, body: bytes
) -> None:
    endpoint = Endpoint("/x", Rank.ADMIN, caller, login=place)
    async with serving(endpoint) as server:
        answer = await server.ask(b"GET /x HTTP/1.1\r\nAuthorization: " + login + b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert (b"WWW-Authenticate" in answer) is (status == 401)
    assert not body or answer.endswith(b"\r\n\r\n" + body + b"\r\n")


async def test_a_login_in_the_body_is_left_to_the_action() -> None:
    async with serving(Endpoint("/x", Rank.GUEST, caller, login=LoginPlace.BODY)) as server:
        assert (await server.ask(b"GET /x HTTP/1.1\r\n\r\n")).endswith(b"\r\n\r\nanonymous\r\n")
