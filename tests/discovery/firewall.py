"""Simulated IPv6 router on a neighbour: pinholes by PCP (RFC 6887) and UPnP WANIPv6FirewallControl:1."""

import contextlib
import ipaddress
import itertools
import socket
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer

from tests.discovery.ssdp_peer import LINK_GROUP, index_of, listener6
from tests.discovery.upnp_device import handler, serving
from tests.networks import Neighbour

KIND = "urn:schemas-upnp-org:service:WANIPv6FirewallControl:1"
DEVICE = "urn:schemas-upnp-org:device:InternetGatewayDevice:2"


@dataclass
class Pinhole:
    client: str
    port: int
    lifetime: int
    owner: bytes | str
    """PCP's nonce, or the protocol."""


@dataclass
class Firewall:
    kind, device, path = KIND, DEVICE, "/6fc"
    host: Neighbour
    speaks: set[str]
    location: str = ""
    """URL that answers to searches name."""
    pinholes: dict[int, Pinhole] = field(default_factory=dict)
    """By number."""
    born: float = field(default_factory=time.monotonic)
    asked: list[str] = field(default_factory=list)
    """The requests that came, by protocol and action."""
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def restart(self) -> None:
        self.pinholes.clear()
        self.born = time.monotonic()

    def ports(self, client: str) -> set[int]:
        return {pinhole.port for pinhole in list(self.pinholes.values()) if pinhole.client == client}

    def number_of(self, client: str, port: int) -> int:
        """Return the number of a pinhole that is there, or a new one."""
        present = (n for n, hole in self.pinholes.items() if (hole.client, hole.port) == (client, port))
        return next(present, -1) if self.ports(client) & {port} else next(self.numbers)

    def answer_datagram(self, data: bytes, client: str) -> bytes | None:
        return self._answer_pcp(data, client) if "pcp" in self.speaks and data[:1] == b"\2" else None

    def _answer_pcp(self, data: bytes, client: str) -> bytes:
        opcode, lifetime, own = data[1], *struct.unpack(">I16s", data[4:24])
        self.asked.append(f"pcp {opcode}")

        def head(result: int) -> bytes:
            epoch = int(time.monotonic() - self.born)
            return struct.pack(">BBBBII12x", 2, 0x80 | opcode, 0, result, lifetime, epoch)

        if len(data) % 4 or own != ipaddress.IPv6Address(client).packed:
            return head(12) + data[24:]
        if opcode == 0:
            return head(0)
        nonce, protocol, port, _, suggested = struct.unpack(">12sB3xHH16s", data[24:60])
        if (opcode, protocol) != (1, 6) or any(suggested):  # any address of IPv6
            return head(4)
        number = self.number_of(client, port)
        if number in self.pinholes and self.pinholes[number].owner != nonce:
            return head(2) + data[24:]
        self.pinholes.pop(number, None)
        if lifetime:
            self.pinholes[number] = Pinhole(client, port, lifetime, nonce)
        return head(0) + struct.pack(">12sB3xHH16s", nonce, protocol, port, port if lifetime else 0, own)

    def soap(self, action: str, given: dict[str, str], client: str) -> dict[str, str] | int:
        """Return the results of an action, or the code of its error."""
        self.asked.append(f"upnp {action}")
        if action == "AddPinhole":
            anybody = (given["RemoteHost"], given["RemotePort"]) == ("", "0")
            if not anybody or given["Protocol"] != "6" or not 1 <= int(given["LeaseTime"]) <= 86400:
                return 402
            if given["InternalClient"] != client:
                return 606
            number = self.number_of(client, port := int(given["InternalPort"]))
            self.pinholes[number] = Pinhole(client, port, int(given["LeaseTime"]), "upnp")
            return {"UniqueID": str(number)}
        number = int(given["UniqueID"])
        if number not in self.pinholes:
            return 704
        if self.pinholes[number].client != client:
            return 606
        if action == "UpdatePinhole":
            self.pinholes[number].lifetime = int(given["NewLeaseTime"])
        elif action == "DeletePinhole":
            del self.pinholes[number]
        elif action == "GetPinholePackets":
            return {"PinholePackets": "0"}
        else:
            return 401
        return {}

    def description(self) -> bytes:
        return f"""<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><device>
<deviceType>{DEVICE}</deviceType><serviceList><service><serviceType>{KIND}</serviceType>
<controlURL>/6fc</controlURL></service></serviceList></device></root>""".encode()


@contextlib.contextmanager
def running_firewall(host: Neighbour, *speaks: str) -> Iterator[Firewall]:
    """Run a router that supports these of ``pcp``, ``upnp``."""
    firewall = Firewall(host, set(speaks))
    with contextlib.ExitStack() as stack:
        datagrams = stack.enter_context(host.socket(family=socket.AF_INET6))
        datagrams.bind((host.link_local, 5351, 0, index_of(host)))
        searches = stack.enter_context(listener6(host, LINK_GROUP))
        with host.inside():
            http = _Server(("::", 0), handler(firewall))
        firewall.location = f"http://[{host.address6}]:{http.server_port}/root.xml"
        with serving(firewall, http, datagrams, searches):
            yield firewall


class _Server(ThreadingHTTPServer):
    address_family = socket.AF_INET6
