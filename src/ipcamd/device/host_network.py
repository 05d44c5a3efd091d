"""Network interfaces of the host: their addresses, routers and name servers."""

import ipaddress
import socket
from collections.abc import Iterator
from pathlib import Path

from ipcamd.device.interface_state import InterfaceState, OwnAddress

_ROUTES = Path("/proc/net/route")
_IPV6_ROUTES = Path("/proc/net/ipv6_route")
_RESOLVER = Path("/etc/resolv.conf")
_IPV6_ADDRESSES = Path("/proc/net/if_inet6")
_INTERFACES = Path("/sys/class/net")
_NO_MAC = "00:00:00:00:00:00"
_TEMPORARY, _DEPRECATED, _TENTATIVE = 0x01, 0x20, 0x40  # linux/if_addr.h
_ANY_IPV4 = "00000000"


class HostNetwork:
    """Network of the machine, which the system configures. All methods read from the kernel; none sends anything."""

    is_configurable = False

    def address_towards(self, peer: str) -> str:
        """See `NetworkInterface`."""
        family = socket.AF_INET6 if ipaddress.ip_address(peer).version == 6 else socket.AF_INET
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((peer, 9))  # a datagram socket only looks up the route
                return str(probe.getsockname()[0])
        except OSError:
            return ""

    def addresses(self) -> tuple[OwnAddress, ...]:
        """See `NetworkInterface`."""
        import ifaddr

        flags = _ipv6_flags()
        found = (
            (adapter.name, _text(ip.ip), ip.network_prefix) for adapter in ifaddr.get_adapters() for ip in adapter.ips
        )
        return tuple(
            OwnAddress(interface, address, prefix, bool(flag & _TEMPORARY), bool(flag & _DEPRECATED))
            for interface, address, prefix in found
            if not (flag := flags.get((interface, address), 0)) & _TENTATIVE  # not yet usable
        )

    def has_address(self, address: str) -> bool:
        """See `NetworkInterface`."""
        return ipaddress.ip_address(address).is_loopback or any(own.address == address for own in self.addresses())

    def ipv6_router(self) -> tuple[str, str]:
        """See `NetworkInterface`."""
        return min(_default_ipv6_routes(), default=(0, "", ""))[1:]

    def state(self, arrived_at: str = "") -> InterfaceState:
        """See `NetworkInterface`."""
        own = self.addresses()
        interface = _interface_of(arrived_at, own) if arrived_at else _primary(own)
        ours = [each for each in own if each.interface == interface]
        exact = next((each for each in ours if each.address == arrived_at), None)
        listed = next((each for each in (exact, *ours) if each and ":" not in each.address), exact)
        address, netmask = (listed.address, listed.netmask) if listed else ("", "")
        if arrived_at.startswith("127."):  # all of them are on lo
            address = arrived_at
        return InterfaceState(interface, address, netmask, _router(interface), _dns_servers(), _mac(interface))

    async def confirm(self) -> None:
        """See `NetworkInterface`."""

    async def roll_back(self) -> None:
        """See `NetworkInterface`."""


def _text(ip: str | tuple[str, int, int]) -> str:
    return ip if isinstance(ip, str) else ip[0]


def _interface_of(address: str, own: tuple[OwnAddress, ...]) -> str:
    if ipaddress.ip_address(address).is_loopback:
        address = "127.0.0.1"
    return next((each.interface for each in own if each.address == address), "")


def _primary(own: tuple[OwnAddress, ...]) -> str:
    """Return the interface with the default route, else the first other than the loopback, else the loopback."""
    outward = [each.interface for each in own if not each.is_loopback]
    for route in _default_routes():
        if route[0] in outward:
            return route[0]
    return next(iter((*outward, *(each.interface for each in own))), "")


def _default_routes() -> list[tuple[str, str]]:
    """Return interface and router of each default IPv4 route, in order of preference."""
    found = []
    for line in _lines(_ROUTES)[1:]:
        interface, destination, router, _, _, _, metric, mask, *_ = line.split()
        if destination == mask == _ANY_IPV4 and router != _ANY_IPV4:
            found.append((int(metric), interface, socket.inet_ntoa(bytes.fromhex(router)[::-1])))
    return [(interface, router) for _, interface, router in sorted(found)]


def _default_ipv6_routes() -> Iterator[tuple[int, str, str]]:
    """Yield metric, interface and router of each default IPv6 route."""
    for line in _lines(_IPV6_ROUTES):
        network, length, _, _, router, metric, _, _, _, interface = line.split()
        if int(network, 16) == int(length, 16) == 0 != int(router, 16):
            yield int(metric, 16), interface, str(ipaddress.IPv6Address(int(router, 16)))


def _router(interface: str) -> str:
    return next((router for name, router in _default_routes() if name == interface), "")


def _ipv6_flags() -> dict[tuple[str, str], int]:
    """Return the kernel's flags of each interface's IPv6 addresses."""
    found = {}
    for line in _lines(_IPV6_ADDRESSES):
        address, _, _, _, flags, interface = line.split()
        found[interface, str(ipaddress.IPv6Address(int(address, 16)))] = int(flags, 16)
    return found


def _dns_servers() -> tuple[str, ...]:
    words = [line.split() for line in _lines(_RESOLVER)]
    return tuple(word[1].partition("%")[0] for word in words if len(word) > 1 and word[0] == "nameserver")


def _mac(interface: str) -> str:
    mac = "".join(_lines(_INTERFACES / interface / "address")) if interface else ""
    return "" if mac == _NO_MAC else mac


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except OSError:
        return []
