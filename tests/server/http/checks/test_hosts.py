"""The names by which a browser may use the camera."""

import socket

import pytest
from tests.server.serving import serving

from ipcamd.cgi.endpoint import Endpoint, never, text
from ipcamd.params.group import Rank
from ipcamd.server.http.checks.allowed_hosts import AllowedHosts

BROWSER = b"User-Agent: Mozilla/5.0\r\nAccept-Language: en\r\n"


@pytest.mark.parametrize(
    ("authority", "allowed"),
    [
        ("", True),
        ("192.168.1.9", True),
        ("192.168.1.9:8080", True),
        ("[fe80::1]:8080", True),
        ("[::1]", True),
        ("localhost:8080", True),
        ("camera", True),
        ("CAMERA:81", True),
        ("camera.local", True),
        ("front.camera.LAN.", True),
        ("x.home", True),
        ("x.internal", True),
        ("x.home.arpa", True),
        ("camera.test:8080", True),
        (socket.gethostname(), True),
        ("cam.example.com", True),
        ("Cam.Example.Com.:443", True),
        ("yard.dyndns.example", True),
        ("evil.example", False),
        ("local.evil.example:8080", False),
        ("evillocal.example", False),
        ("192.168.1.9.evil.example", False),
        ("x.cam.example.com", False),
        ("user@cam.example.com", False),
    ],
)
def test_allowed_names(authority: str, allowed: bool) -> None:
    hosts = AllowedHosts(["cam.example.com"], lambda: ["yard.dyndns.example"])
    assert hosts.allows(authority) is allowed


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        (b"", 200),
        (b"User-Agent: curl/8\r\nAccept: */*\r\n", 200),
        (b"Origin: http://evil.example\r\n", 403),
        (b"Referer: http://evil.example/\r\n", 403),
        (b"Sec-Fetch-Site: same-origin\r\n", 403),
        (b"Sec-Fetch-User: ?1\r\n", 403),
        (b"Accept: text/html\r\n", 403),
        (BROWSER, 403),
    ],
)
async def test_a_browser_with_another_host_name_gets_nothing(fields: bytes, status: int) -> None:
    async with serving(Endpoint("/x", Rank.GUEST, lambda call: text("OK"), changes=never)) as server:
        answer = await server.ask(b"GET /x HTTP/1.1\r\nHost: evil.example:8080\r\n" + fields + b"\r\n")
        assert answer.startswith(b"HTTP/1.1 %d " % status)
        assert (b"--allowed-host" in answer) is (status == 403)
        for host in (b"Host: camera.local:8080\r\n", b"Host: 192.168.1.9\r\n", b"Host: [fe80::1]:80\r\n", b""):
            own = await server.ask(b"GET /x HTTP/1.1\r\n" + host + fields + b"\r\n")
            assert own.startswith(b"HTTP/1.1 200 ")
