"""Fields of reverse proxies about a request."""

from ipaddress import ip_network

import pytest
from tests.server.serving import serving

from ipcamd.cgi.endpoint import Endpoint, text
from ipcamd.params.group import Rank
from ipcamd.server.http.checks.forwarded import Forwarded, TrustedProxies
from ipcamd.wire.http.message import Head

PROXY = "10.0.0.1"
PROXIES = TrustedProxies([ip_network("10.0.0.0/8"), ip_network("fd00::/8")])


def read(peer: str = PROXY, **fields: str) -> Forwarded:
    named = {name.replace("_", "-"): value for name, value in fields.items()}
    return PROXIES.read(Head("GET", "/", "/", "", (1, 1), named, 0, True), peer)


def test_only_a_trusted_proxy_counts() -> None:
    said = {
        "x_forwarded_for": "198.51.100.7",
        "x_forwarded_host": "cam.example",
        "x_forwarded_proto": "https",
        "x_forwarded_prefix": "/yard",
        "host": "127.0.0.1:8080",
    }
    assert read(**said) == Forwarded("198.51.100.7", ("cam.example",), "https", "/yard", PROXY)
    assert read("fd00::5", **said).address == "198.51.100.7"
    for stranger in ("192.0.2.1", "2001:db8::1", ""):
        assert read(stranger, **said) == Forwarded(stranger, ("127.0.0.1:8080",), peer=stranger)


@pytest.mark.parametrize(
    ("hops", "address"),
    [
        ("", PROXY),
        ("198.51.100.7", "198.51.100.7"),
        ("203.0.113.9, 198.51.100.7", "198.51.100.7"),
        ("198.51.100.7, 10.9.9.9", "198.51.100.7"),
        ("203.0.113.9,198.51.100.7,10.9.9.9,fd00::2", "198.51.100.7"),
        ("10.1.1.1, 10.2.2.2", "10.1.1.1"),
        ("198.51.100.7:4711", "198.51.100.7"),
        ("[2001:db8::7]:4711", "2001:db8::7"),
        ("[2001:db8::7]", "2001:db8::7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("0:0:0:0:0:FFFF:198.51.100.7", "198.51.100.7"),
        ("198.51.100.7, ::FFFF:10.9.9.9", "198.51.100.7"),
        ("fe80::7%eth0", "fe80::7"),
        ("198.51.100.7, unknown", PROXY),
        ("unknown, 198.51.100.7", "198.51.100.7"),
        ("198.51.100.7, nonsense, 10.9.9.9", "10.9.9.9"),
    ],
)
def test_the_client_is_the_last_hop_that_is_no_trusted_proxy(hops: str, address: str) -> None:
    assert read(x_forwarded_for=hops).address == address


@pytest.mark.parametrize(
    ("fields", "authorities"),
    [
        ({"host": "cam"}, ("cam",)),
        ({"host": "cam", "x_forwarded_port": "8443"}, ("cam", "cam:8443")),
        ({"host": "cam:81", "x_forwarded_port": "8443"}, ("cam:81",)),
        ({"host": "a", "x_forwarded_host": "b:8443"}, ("b:8443",)),
        ({"host": "a", "x_forwarded_host": "b, c"}, ("b",)),
        (
            {"host": "a", "x_forwarded_host": "[2001:db8::1]", "x_forwarded_port": "81"},
            ("[2001:db8::1]", "[2001:db8::1]:81"),
        ),
        ({"host": "a", "x_forwarded_host": "b/@evil"}, ("a",)),
        ({"host": "a", "x_forwarded_port": "x"}, ("a",)),
    ],
)
def test_the_host_as_the_client_spells_it(fields: dict[str, str], authorities: tuple[str, ...]) -> None:
    assert read(**fields).authorities == authorities


@pytest.mark.parametrize(
    ("prefix", "read_as"),
    [
        ("/yard", "/yard"),
        ("/yard/", "/yard"),
        ("/a/b", "/a/b"),
        ("/", ""),
        ("yard", ""),
        ("/a b", ""),
        ("/a?b", ""),
        ("//evil.example", ""),
        ('/"><script>', ""),
    ],
)
def test_a_prefix_that_is_no_path_is_ignored(prefix: str, read_as: str) -> None:
    assert read(x_forwarded_prefix=prefix).prefix == read_as


async def test_an_address_that_is_not_admitted_is_refused_behind_a_proxy_too() -> None:
    endpoint = Endpoint("/x", Rank.GUEST, lambda call: text(call.address))
    proxies = TrustedProxies([ip_network("127.0.0.1")])
    async with serving(endpoint, proxies=proxies, allows=lambda address: address != "198.51.100.7") as server:
        answers = [
            await server.ask(b"GET /x HTTP/1.1\r\nX-Forwarded-For: 198.51.100.%d\r\n\r\n" % number) for number in (7, 8)
        ]
    assert answers[0].startswith(b"HTTP/1.1 403 ")
    assert answers[1].endswith(b"\r\n\r\n198.51.100.8\r\n")
