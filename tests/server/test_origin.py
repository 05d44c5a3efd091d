"""Requests that other sites make a browser send."""

import pytest
from tests.server.serving import serving

from ipcamd.cgi.endpoint import Endpoint, never, text
from ipcamd.params.group import Rank
from ipcamd.server.origin import from_another_site
from ipcamd.wire.http import Head


def head(**fields: str) -> Head:
    named = {name.replace("_", "-"): value for name, value in fields.items()}
    return Head("GET", "/", "/", "", (1, 1), named, 0, True)


@pytest.mark.parametrize(
    ("fields", "foreign"),
    [
        ({}, False),
        ({"host": "192.168.1.9"}, False),
        ({"sec_fetch_site": "none"}, False),
        ({"sec_fetch_site": "same-origin"}, False),
        ({"sec_fetch_site": "same-site"}, True),
        ({"sec_fetch_site": "Cross-Site"}, True),
        ({"origin": "http://cam", "host": "cam"}, False),
        ({"origin": "http://cam:80", "host": "cam"}, False),
        ({"origin": "http://cam", "host": "CAM:80"}, False),
        ({"origin": "https://cam", "host": "cam"}, False),
        ({"origin": "https://cam", "host": "cam:443"}, False),
        ({"origin": "http://cam:8080", "host": "cam:8080"}, False),
        ({"origin": "http://[fe80::1]:8080", "host": "[fe80::1]:8080"}, False),
        ({"origin": "http://cam:8080", "host": "cam:8081"}, True),
        ({"origin": "http://cam", "host": "cam:8080"}, True),
        ({"origin": "http://evil.example", "host": "cam"}, True),
        ({"origin": "http://evil.example"}, True),
        ({"origin": "null", "host": "cam"}, True),
        ({"origin": "null"}, True),
        ({"origin": "", "host": ""}, True),
        ({"origin": "http://cam:99999", "host": "cam:99999"}, True),
        ({"origin": "http://[::1", "host": "[::1"}, True),
        ({"origin": "http://evil.example", "host": "evil.example", "sec_fetch_site": "cross-site"}, True),
    ],
)
def test_from_another_site(fields: dict[str, str], foreign: bool) -> None:
    assert from_another_site(head(**fields)) is foreign


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /change HTTP/1.1\r\n", 200),
        (b"GET /change HTTP/1.1\r\nSec-Fetch-Site: cross-site\r\n", 403),
        (b"POST /change HTTP/1.1\r\nHost: cam\r\nOrigin: http://evil\r\n", 403),
        (b"GET /read HTTP/1.1\r\nSec-Fetch-Site: cross-site\r\n", 200),
        (b"GET /some?action=list HTTP/1.1\r\nSec-Fetch-Site: cross-site\r\n", 200),
        (b"GET /some?action=update HTTP/1.1\r\nSec-Fetch-Site: cross-site\r\n", 403),
        (b"GET /change HTTP/1.1\r\nSec-Fetch-Site: cross-site\r\nAuthorization: nobody\r\n", 401),
    ],
)
async def test_only_what_would_change_something_is_refused(request_: bytes, status: int) -> None:
    endpoints = (
        Endpoint("/change", Rank.GUEST, lambda call: text("OK")),
        Endpoint("/read", Rank.GUEST, lambda call: text("OK"), changes=never),
        Endpoint("/some", Rank.GUEST, lambda call: text("OK"), changes=lambda query: query.get("action") != "list"),
    )
    async with serving(*endpoints) as server:
        assert (await server.ask(request_ + b"\r\n")).startswith(f"HTTP/1.1 {status} ".encode())
