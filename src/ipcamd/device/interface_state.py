"""State of a network interface: its present addresses."""

import ipaddress

from ipcamd.dataclass import dataclass

_UNIQUE_LOCAL = ipaddress.IPv6Network("fc00::/7")


@dataclass(frozen=True, slots=True)
class OwnAddress:
    """One IP address of this machine."""

    interface: str
    """Name of its network interface, such as ``eth0``."""
    address: str
    """Address without a zone."""
    prefix_length: int
    """Bits of the network prefix."""
    is_temporary: bool = False
    """Only for outgoing connections, changed daily (RFC 8981)."""

    is_deprecated: bool = False
    """Not for new connections: its time is nearly over (RFC 4862, 5.5.4)."""

    @property
    def is_ipv6(self) -> bool:
        """Whether it is an IPv6 address."""
        return ":" in self.address

    @property
    def is_link_local(self) -> bool:
        """Whether it is valid only on its link."""
        return ipaddress.ip_address(self.address).is_link_local

    @property
    def is_public(self) -> bool:
        """Whether it is an IPv6 address that the internet may reach."""
        ip = ipaddress.ip_address(self.address)
        return self.is_ipv6 and not (ip.is_loopback or ip.is_link_local or ip in _UNIQUE_LOCAL)

    @property
    def in_url(self) -> str:
        """The address as the host of a URL, without a zone (UPnP Device Architecture 2.0, A.4)."""
        return f"[{self.address}]" if self.is_ipv6 else self.address

    @property
    def netmask(self) -> str:
        """The subnet mask; "" for IPv6."""
        if self.is_ipv6:
            return ""
        return str(ipaddress.IPv4Network((0, self.prefix_length)).netmask)

    @property
    def network(self) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
        """Network of the address."""
        return ipaddress.ip_network((self.address, self.prefix_length), strict=False)

    @property
    def is_loopback(self) -> bool:
        """Whether it is a loopback address."""
        return ipaddress.ip_address(self.address).is_loopback


@dataclass(frozen=True, slots=True)
class InterfaceState:
    """State of one network interface as it is listed (SDK 10.22); "" for missing values."""

    interface: str = ""
    address: str = ""
    netmask: str = ""
    router: str = ""
    dns_servers: tuple[str, ...] = ()
    mac: str = ""
