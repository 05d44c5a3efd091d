"""Reverse proxies: reads ``X-Forwarded-*`` fields, from trusted proxies only."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address

from ipcamd.dataclass import dataclass
from ipcamd.params.kinds.address_range import plain_address
from ipcamd.wire.http.message import Head

_AUTHORITY = re.compile(r"[A-Za-z0-9._-]+(?::[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](?::[0-9]{1,5})?")
_HAS_PORT = re.compile(r":[0-9]+\Z")
_PORT = re.compile("[0-9]{1,5}")
_SCHEME = re.compile("https?", re.IGNORECASE)
_PREFIX = re.compile(r"(?:/[A-Za-z0-9._~!$&'()*+,;=:@%-]+)+/*")
_HOP = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::[0-9]+)?|([0-9.]+):[0-9]+")


@dataclass(frozen=True, slots=True)
class Forwarded:
    """The client's side of a request: that of the connection, unless a trusted proxy reports another."""

    address: str
    """The client's IP address, IPv4-mapped IPv6 as IPv4."""
    authorities: tuple[str, ...]
    """The camera's host as the client addressed it, with port if given; several if the port is uncertain."""
    scheme: str = ""
    """``http``, ``https``, or empty if unknown."""
    prefix: str = ""
    """Path prefix that the proxy removed, such as ``/camera``."""
    peer: str = ""
    """The IP address of the connection: the client's or the proxy's."""
    over_tls: bool = False
    """Whether the connection (of the client or of the proxy) is encrypted."""

    @property
    def is_secure(self) -> bool:
        """Whether the client's own connection is encrypted, as far as it is known."""
        return self.over_tls or self.scheme == "https"


class TrustedProxies:
    """Networks whose hosts are trusted proxies."""

    def __init__(self, networks: Sequence[IPv4Network | IPv6Network] = ()) -> None:
        self._networks = tuple(networks)

    def read(self, head: Head, peer: str, over_tls: bool = False) -> Forwarded:
        """Return the client's side of a request that came from the IP address `peer`, perhaps over TLS."""
        fields = head.fields
        host = fields.get("host", "")
        if not self._networks or not self._trusts(peer):
            return _direct(peer, host, over_tls)
        authority = _first(fields, "x-forwarded-host", _AUTHORITY) or host
        return Forwarded(
            self._client(fields, peer),
            _authorities(authority, _first(fields, "x-forwarded-port", _PORT)),
            _first(fields, "x-forwarded-proto", _SCHEME).lower(),
            _first(fields, "x-forwarded-prefix", _PREFIX).rstrip("/"),
            peer,
            over_tls,
        )

    def _trusts(self, address: str) -> bool:
        try:
            ip = ip_address(address)
        except ValueError:
            return False
        return any(ip in network for network in self._networks)

    def _client(self, fields: Mapping[str, str], peer: str) -> str:
        """Return the last address that is not a trusted proxy; clients can forge the addresses before it."""
        address = peer
        for hop in reversed(fields.get("x-forwarded-for", "").split(",")):
            found = _plain_address(hop.strip())
            if found is None:
                break
            address = found
            if not self._trusts(address):
                break
        return address


@lru_cache(maxsize=256)
def _direct(peer: str, host: str, over_tls: bool) -> Forwarded:
    """Return the client's side of a request without a proxy. Cached, since few clients send many requests."""
    return Forwarded(peer, (host,), peer=peer, over_tls=over_tls)


def _first(fields: Mapping[str, str], name: str, allowed: re.Pattern[str]) -> str:
    """Return the first value of a field; empty if it is missing or invalid."""
    text = fields.get(name, "").partition(",")[0].strip()
    return text if allowed.fullmatch(text) else ""


def _authorities(authority: str, port: str) -> tuple[str, ...]:
    known = not port or _HAS_PORT.search(authority)
    return (authority,) if known else (authority, f"{authority}:{port}")


def _plain_address(hop: str) -> str | None:
    with_port = _HOP.fullmatch(hop)
    text = (with_port[1] or with_port[2]) if with_port else hop
    try:
        return str(plain_address(text.partition("%")[0]))
    except ValueError:
        return None
