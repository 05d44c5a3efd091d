"""Requests that other sites make a browser send."""

import pytest
from tests.server.serving import serving

from ipcamd.cgi.endpoint import Endpoint, never, text
from ipcamd.params.group import Rank
from ipcamd.server.http.checks.csrf import RequestOrigin, origin_of
from ipcamd.server.http.checks.forwarded import Forwarded
from ipcamd.wire.http.message import Head

OWN, FOREIGN, UNKNOWN = RequestOrigin.OWN, RequestOrigin.FOREIGN, RequestOrigin.UNKNOWN
PAGE = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
BROWSER = {"user_agent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/130", "accept_language": "en"}
"""Fields that a page cannot suppress."""


def head(method: str = "GET", **fields: str) -> Head:
    named = {name.replace("_", "-"): value for name, value in fields.items()}
    return Head(method, "/", "/", "", (1, 1), named, 0, True)


def judge(method: str = "GET", *, scheme: str = "", named: tuple[str, ...] = (), **fields: str) -> RequestOrigin:
    authorities = named or (fields.get("host", ""),)
    return origin_of(head(method, **fields), Forwarded("192.0.2.1", authorities, scheme))


@pytest.mark.parametrize(
    ("fields", "origin"),
    [
        ({}, OWN),
        ({"host": "192.168.1.9"}, OWN),
        ({"sec_fetch_site": "none"}, OWN),
        ({"sec_fetch_site": "same-origin"}, OWN),
        ({"sec_fetch_site": "same-site"}, FOREIGN),
        ({"sec_fetch_site": "Cross-Site"}, FOREIGN),
        ({"origin": "http://cam", "host": "cam"}, OWN),
        ({"origin": "http://cam:80", "host": "cam"}, OWN),
        ({"origin": "http://cam", "host": "CAM:80"}, OWN),
        ({"origin": "https://cam", "host": "cam"}, OWN),
        ({"origin": "https://cam", "host": "cam:443"}, OWN),
        ({"origin": "http://cam:8080", "host": "cam:8080"}, OWN),
        ({"origin": "http://[fe80::1]:8080", "host": "[fe80::1]:8080"}, OWN),
        ({"origin": "http://cam:8080", "host": "cam:8081"}, FOREIGN),
        ({"origin": "http://cam", "host": "cam:8080"}, FOREIGN),
        ({"origin": "http://evil.example", "host": "cam"}, FOREIGN),
        ({"origin": "http://evil.example"}, FOREIGN),
        ({"origin": "null", "host": "cam"}, FOREIGN),
        ({"origin": "null"}, FOREIGN),
        ({"origin": "", "host": ""}, FOREIGN),
        ({"origin": "http://cam:99999", "host": "cam:99999"}, FOREIGN),
        ({"origin": "http://[::1", "host": "[::1"}, FOREIGN),
        ({"origin": "http://evil.example", "host": "evil.example", "sec_fetch_site": "cross-site"}, FOREIGN),
        ({"origin": "http://cam", "host": "127.0.0.1:8080", "x_camera_page": "1"}, OWN),
        ({"origin": "http://evil", "host": "cam", "x_camera_page": "1", "sec_fetch_site": "cross-site"}, FOREIGN),
    ],
)
def test_sec_fetch_site_and_origin_give_the_site_of_origin(fields: dict[str, str], origin: RequestOrigin) -> None:
    assert judge("GET", **fields) is origin
    assert judge("POST", **fields) is origin


@pytest.mark.parametrize(
    ("method", "fields", "origin"),
    [
        ("GET", {"host": "cam", "referer": "http://cam/settings"}, OWN),
        ("GET", {"host": "cam:8080", "referer": "http://cam:8080/"}, OWN),
        ("GET", {"host": "cam", "referer": "http://evil.example/"}, FOREIGN),
        ("GET", {"host": "cam", "referer": "http://cam:81/", **BROWSER}, FOREIGN),
        ("GET", {"host": "cam", "referer": "about:blank"}, FOREIGN),
        ("GET", {"host": "cam", "accept": PAGE, **BROWSER}, UNKNOWN),
        ("GET", {"host": "cam", "accept": "text/html"}, UNKNOWN),
        ("GET", {"host": "cam", "accept": PAGE, "sec_fetch_site": "none"}, OWN),
        ("GET", {"host": "cam", "accept": PAGE, "sec_fetch_site": "", **BROWSER}, UNKNOWN),
        ("POST", {"host": "cam", "accept": PAGE, **BROWSER}, FOREIGN),
        ("GET", {"host": "cam", "accept": "image/avif,image/webp,*/*;q=0.8", **BROWSER}, FOREIGN),
        ("GET", {"host": "cam", "accept": "*/*", **BROWSER}, FOREIGN),
        ("HEAD", {"host": "cam", "accept": "*/*", **BROWSER}, FOREIGN),
    ],
)
def test_a_browser_with_fewer_fields_is_recognized(method: str, fields: dict[str, str], origin: RequestOrigin) -> None:
    assert judge(method, **fields) is origin


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"accept": "*/*", "user_agent": "curl/8.1"},
        {"accept": "*/*", "user_agent": "Mozilla/4.0 (compatible; NVR)"},
        {"user_agent": "Dalvik/2.1.0", "accept_language": "de"},
        {"accept": "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", "user_agent": "Java/1.8.0_60"},
    ],
)
def test_other_clients_are_not_affected(fields: dict[str, str]) -> None:
    assert judge("GET", **fields) is judge("POST", **fields) is OWN


@pytest.mark.parametrize(
    ("fields", "host", "scheme", "origin"),
    [
        ({"origin": "https://cam.example"}, ("cam.example",), "https", OWN),
        ({"origin": "http://cam.example"}, ("cam.example",), "https", FOREIGN),
        ({"origin": "https://cam.example:8443"}, ("cam.example", "cam.example:8443"), "https", OWN),
        ({"origin": "https://cam.example"}, ("cam.example", "cam.example:8443"), "https", OWN),
        ({"origin": "https://127.0.0.1", "host": "127.0.0.1"}, ("cam.example",), "https", FOREIGN),
        ({"origin": "https://x", "host": "127.0.0.1", "sec_fetch_site": "same-origin"}, (), "", OWN),
    ],
)
def test_behind_a_proxy_the_name_that_the_client_used_counts(
    fields: dict[str, str], host: tuple[str, ...], scheme: str, origin: RequestOrigin
) -> None:
    assert judge("POST", named=host, scheme=scheme, **fields) is origin


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
        (b"GET /change HTTP/1.1\r\nReferer: http://evil/\r\n", 403),
        (b"GET /read HTTP/1.1\r\nReferer: http://evil/\r\n", 200),
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


async def test_a_navigation_of_unknown_origin_gets_a_confirmation_page() -> None:
    done: list[str] = []
    change = Endpoint("/change", Rank.GUEST, lambda call: done.append(call.query.get("name") or "") or text("OK"))
    line = b" /change?name=%3Cscript%3E&pwd=swordfish&x=<b>&key HTTP/1.1\r\nHost: cam\r\n"
    async with serving(change) as server:
        answer = (await server.ask(b"GET" + line + b"Accept: text/html\r\n\r\n")).decode()
        assert not done
        confirmed = await server.ask(b"POST" + line + b"Origin: http://cam\r\nContent-Length: 0\r\n\r\n")
    assert (done, confirmed.partition(b" ")[2][:3]) == (["<script>"], b"200")
    fields, _, page = answer.partition("\r\n\r\n")
    assert "text/html" in fields
    assert "X-Frame-Options: DENY" in fields
    assert "frame-ancestors 'none'" in fields
    assert "swordfish" not in page
    assert "/change?name=%3Cscript%3E&amp;pwd=***&amp;x=&lt;b&gt;&amp;key" in page
    assert page.count("<script") == 1
    assert "<b>" not in page
    assert '<form method="post"><button>' in page
