"""Plain HTTP while only HTTPS is served: requests are redirected, for any host name."""

from ipaddress import ip_network

import pytest
from tests.server.serving import serving

from ipcamd.cgi.endpoint import Endpoint, text
from ipcamd.params.group import Rank
from ipcamd.server.http.checks.forwarded import TrustedProxies

HELLO = Endpoint("/hello", Rank.GUEST, lambda call: text("hello"))


@pytest.mark.parametrize(
    ("host", "place"),
    [
        ("Host: cam.example\r\n", "cam.example:8443"),
        ("Host: cam.example:8080\r\n", "cam.example:8443"),
        ("Host: [2001:db8::1]:8080\r\n", "[2001:db8::1]:8443"),
        ("Host: cam.example/@other.example\r\n", "127.0.0.1:8443"),
        ("", "127.0.0.1:8443"),
    ],
)
async def test_the_same_url_over_https(host: str, place: str) -> None:
    async with serving(HELLO, https_port=8443) as server:
        answer = await server.ask(f"GET /hello?a=1&b=%20 HTTP/1.1\r\n{host}\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 307 Temporary Redirect\r\n")
    assert f"\r\nLocation: https://{place}/hello?a=1&b=%20\r\n".encode() in answer


async def test_the_usual_port_is_not_named() -> None:
    async with serving(HELLO, https_port=443) as server:
        answer = await server.ask(b"POST /hello HTTP/1.1\r\nHost: cam.example:80\r\nContent-Length: 3\r\n\r\na=1")
    assert b"\r\nLocation: https://cam.example/hello\r\n" in answer


async def test_a_tunnel_of_rtsp_is_not_opened() -> None:
    async with serving(HELLO, https_port=8443) as server:
        answer = await server.ask(b"GET /hello HTTP/1.1\r\nHost: a\r\nx-sessioncookie: 1\r\n\r\n")
    assert b" 307 " in answer


@pytest.mark.parametrize(("scheme", "status"), [("https", b"200"), ("http", b"307")])
async def test_a_client_that_comes_over_https_to_its_proxy_is_served(scheme: str, status: bytes) -> None:
    async with serving(HELLO, https_port=8443, proxies=TrustedProxies([ip_network("127.0.0.0/8")])) as server:
        request = f"GET /hello HTTP/1.1\r\nHost: cam.example\r\nX-Forwarded-Proto: {scheme}\r\n\r\n"
        assert (await server.ask(request.encode())).split()[1] == status
