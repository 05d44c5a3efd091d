"""Simulated router on a neighbour: PCP (RFC 6887), NAT-PMP (RFC 6886) and UPnP IGD, as strict as real routers."""

import contextlib
import ipaddress
import socket
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer

from tests.discovery.ssdp_peer import listener
from tests.discovery.upnp_device import handler, serving
from tests.networks import Neighbour

EXTERNAL = "203.0.113.5"
KIND = "urn:schemas-upnp-org:service:WANIPConnection:1"
DEVICE = "urn:schemas-upnp-org:device:InternetGatewayDevice:1"


@dataclass
class Entry:
    client: str
    internal: int
    lifetime: int
    owner: bytes | str
    """PCP's nonce, or the protocol."""


@dataclass
class Router:
    kind, device, path = KIND, DEVICE, "/control"
    host: Neighbour
    speaks: set[str]
    external: str = EXTERNAL
    entries: dict[int, Entry] = field(default_factory=dict)
    """External port to mapping."""
    born: float = field(default_factory=time.monotonic)
    permanent: bool = False
    """Leases have no end."""
    control: str = "/control"
    """URL in the description."""
    asked: list[str] = field(default_factory=list)
    """The requests that came, by protocol and action."""
    port: int = 0

    @property
    def location(self) -> str:
        return f"http://{self.host.address}:{self.port}/root.xml"

    def restart(self) -> None:
        self.entries.clear()
        self.born = time.monotonic()

    def ports(self, client: str) -> dict[int, int]:
        """Return internal to external port of one client."""
        return {entry.internal: port for port, entry in list(self.entries.items()) if entry.client == client}

    @property
    def epoch(self) -> int:
        return int(time.monotonic() - self.born)

    def add(self, wanted: int, entry: Entry) -> int:
        """Map a port as PCP and NAT-PMP do: the present port of this owner, else the requested one, else another."""
        for port, present in self.entries.items():
            if (present.client, present.internal) == (entry.client, entry.internal):
                if present.owner != entry.owner:
                    raise PermissionError
                wanted = port
        while wanted in self.entries and self.entries[wanted].client != entry.client:
            wanted += 1
        self.entries[wanted] = entry
        return wanted

    def remove(self, client: str, internal: int, owner: bytes | str) -> None:
        for port, present in list(self.entries.items()):
            if (present.client, present.internal) == (client, internal):
                if present.owner != owner:
                    raise PermissionError
                del self.entries[port]

    def answer_datagram(self, data: bytes, client: str) -> bytes | None:
        if data[:1] == b"\2" and "pcp" in self.speaks:
            return self._pcp(data, client)
        if data[:1] == b"\0" and "natpmp" in self.speaks:
            return self._natpmp(data, client)
        if "natpmp" in self.speaks:
            return struct.pack(">BBHI", 0, 128, 1, self.epoch)
        return None

    def _pcp(self, data: bytes, client: str) -> bytes:
        opcode, lifetime, own = data[1], *struct.unpack(">I16s", data[4:24])
        self.asked.append(f"pcp {opcode}")

        def head(result: int) -> bytes:
            return struct.pack(">BBBBII12x", 2, 0x80 | opcode, 0, result, lifetime, self.epoch)

        if len(data) % 4 or ipaddress.IPv6Address(own).ipv4_mapped != ipaddress.IPv4Address(client):
            return head(12) + data[24:]
        if opcode == 0:
            return head(0)
        nonce, protocol, internal, suggested, _ = struct.unpack(">12sB3xHH16s", data[24:60])
        if opcode != 1 or protocol != 6:
            return head(4)
        try:
            if lifetime:
                external = self.add(suggested, Entry(client, internal, lifetime, nonce))
            else:
                self.remove(client, internal, nonce)
                external = 0
        except PermissionError:
            return head(2) + data[24:]
        mapped = bytes(10) + b"\xff\xff" + socket.inet_aton(self.external)
        return head(0) + struct.pack(">12sB3xHH16s", nonce, protocol, internal, external, mapped)

    def _natpmp(self, data: bytes, client: str) -> bytes:
        opcode = data[1]
        self.asked.append(f"natpmp {opcode}")
        if opcode == 0:
            return struct.pack(">BBHI4s", 0, 128, 0, self.epoch, socket.inet_aton(self.external))
        if opcode != 2 or len(data) != 12:
            return struct.pack(">BBHI", 0, 128 + opcode, 5, self.epoch)
        internal, suggested, lifetime = struct.unpack(">HHI", data[4:])
        external = 0
        if lifetime:
            external = self.add(suggested, Entry(client, internal, lifetime, "natpmp"))
        else:
            self.remove(client, internal, "natpmp")
        return struct.pack(">BBHIHHI", 0, 130, 0, self.epoch, internal, external, lifetime)

    def soap(self, action: str, given: dict[str, str], client: str) -> dict[str, str] | int:
        """Return the results of an action, or the code of its error."""
        self.asked.append(f"upnp {action}")
        if action == "GetExternalIPAddress":
            return {"NewExternalIPAddress": self.external}
        if given["NewProtocol"] != "TCP" or given["NewRemoteHost"]:
            return 402
        port = int(given["NewExternalPort"])
        present = self.entries.get(port)
        if action == "AddPortMapping":
            if given["NewInternalClient"] != client or given["NewEnabled"] != "1":
                return 402
            if present and present.client != client:
                return 718
            if self.permanent and given["NewLeaseDuration"] != "0":
                return 725
            lifetime = int(given["NewLeaseDuration"])
            self.entries[port] = Entry(client, int(given["NewInternalPort"]), lifetime, "upnp")
            return {}
        if not present:
            return 714
        if action == "DeletePortMapping":
            del self.entries[port]
            return {}
        return {"NewInternalPort": str(present.internal), "NewInternalClient": present.client, "NewEnabled": "1"}

    def description(self) -> bytes:
        return f"""<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><device>
<deviceType>{DEVICE}</deviceType><deviceList><device><deviceList><device><serviceList><service>
<serviceType>urn:schemas-upnp-org:service:Layer3Forwarding:1</serviceType><controlURL>/wrong</controlURL></service>
<service><serviceType>{KIND}</serviceType><controlURL>{self.control}</controlURL></service>
</serviceList></device></deviceList></device></deviceList></device></root>""".encode()


@contextlib.contextmanager
def running_router(host: Neighbour, *speaks: str) -> Iterator[Router]:
    """Run a router that supports these of ``pcp``, ``natpmp``, ``upnp``."""
    router = Router(host, set(speaks))
    with contextlib.ExitStack() as stack:
        datagrams = stack.enter_context(host.socket())
        datagrams.bind((host.address, 5351))
        searches = stack.enter_context(listener(host))
        with host.inside():
            http = ThreadingHTTPServer((host.address, 0), handler(router))
        router.port = http.server_port
        with serving(router, http, datagrams, searches):
            yield router
