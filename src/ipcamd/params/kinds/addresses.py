"""Addresses and names of the network."""

import ipaddress
import re

from ipcamd.dataclass import dataclass
from ipcamd.params.kinds.kind import TextKind
from ipcamd.params.kinds.text import NOTHING, AnyOf, Matching


@dataclass(frozen=True, slots=True)
class Address(TextKind):
    """An IP address, listed in its shortest form."""

    versions: tuple[int, ...] = (4, 6)
    """Allowed IP versions."""
    multicast: bool = False
    """Whether only multicast addresses are allowed (RFC 1112)."""

    @property
    def allowed(self) -> str:
        """See `ValueKind`."""
        return f"{'a multicast' if self.multicast else 'an'} {' or '.join(f'IPv{v}' for v in self.versions)} address"

    def normalize(self, text: str) -> str:
        """See `ValueKind`."""
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            raise ValueError(self.allowed) from None
        # an arbitrary interface name may follow a %
        if "%" in text or address.version not in self.versions or (self.multicast and not address.is_multicast):
            raise ValueError(self.allowed)
        return str(address)


@dataclass(frozen=True, slots=True)
class AddressList(TextKind):
    """IP addresses, separated by commas, or none."""

    most: int = 8
    """Maximum number of addresses."""

    @property
    def allowed(self) -> str:
        """See `ValueKind`."""
        return f"up to {self.most} IP addresses, separated by commas"

    def normalize(self, text: str) -> str:
        """See `ValueKind`."""
        parts = text.split(",", self.most) if text else []
        if len(parts) > self.most:
            raise ValueError(self.allowed)
        try:
            return ",".join(dict.fromkeys(Address().normalize(part) for part in parts))
        except ValueError:
            raise ValueError(self.allowed) from None


@dataclass(frozen=True, slots=True)
class Netmask(TextKind):
    """An IPv4 subnet mask: ones, then zeros."""

    allowed: str = "a subnet mask such as 255.255.255.0"
    """See `ValueKind`."""

    def normalize(self, text: str) -> str:
        """See `ValueKind`."""
        try:
            zeros = ~int(ipaddress.IPv4Address(text)) & 0xFFFFFFFF
        except ValueError:
            raise ValueError(self.allowed) from None
        if zeros & (zeros + 1):
            raise ValueError(self.allowed)
        return text


_HOST = r"[A-Za-z0-9_]([A-Za-z0-9_\-]{0,61}[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_\-]{0,61}[A-Za-z0-9_])?)*"
_NUMBER = r"(.*\.)?([0-9]+|0[xX][0-9A-Fa-f]*)"


@dataclass(frozen=True, slots=True)
class Host(TextKind):
    """A host name (RFC 1123, and the underscore of local networks) or an IP address."""

    allowed: str = "a host name or an IP address"
    """See `ValueKind`."""

    def normalize(self, text: str) -> str:
        """See `ValueKind`."""
        # some resolvers read names that end in a number as addresses, so they must be addresses
        if len(text) <= 253 and re.fullmatch(_HOST, text) and not re.fullmatch(_NUMBER, text):
            return text
        try:
            return Address().normalize(text)
        except ValueError:
            raise ValueError(self.allowed) from None


@dataclass(frozen=True, slots=True)
class HostPort:
    """A host name or an IP address, optionally with a port: ``pool.ntp.org``, ``10.0.0.1:1123``, ``[fd00::1]:1123``.

    Its Python value is the host, without brackets, and the port.
    """

    default_port: int
    """Default port."""

    allowed: str = "a host name or an IP address, which :port may follow (an IPv6 address is in brackets then)"
    """See `ValueKind`."""

    def normalize(self, text: str) -> str:
        """See `ValueKind`."""
        try:
            host, port = self._parts(text)
            host = Host().normalize(host)
        except ValueError:
            raise ValueError(self.allowed) from None
        if port is None:
            return host
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    def value(self, text: str) -> tuple[str, int]:
        """See `ValueKind`."""
        host, port = self._parts(text)
        return host, port or self.default_port

    @staticmethod
    def _parts(text: str) -> tuple[str, int | None]:
        if text.count(":") > 1 and not text.startswith("["):
            return text, None
        match = re.fullmatch(r"(\[(?P<ipv6>[0-9A-Fa-f:.]+)\]|(?P<host>[^:\[\]]+))(:(?P<port>[0-9]{1,5}))?", text)
        if not match or (match["port"] and not 1 <= int(match["port"]) <= 65535):
            raise ValueError
        return match["ipv6"] or match["host"], int(match["port"]) if match["port"] else None


MAC = Matching("[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}", "xx:xx:xx:xx:xx:xx in hexadecimal", 17)
"""Hardware address of a network interface (IEEE 802)."""
EMAIL = Matching(r"[A-Za-z0-9.!#$%&'*+\/=?^_`\{\|\}~\-]{1,64}@" + _HOST, "an e-mail address")
URL = Matching(rf"https?://{_HOST}(:[0-9]{{1,5}})?(/[!-~]*)?", "an address http://... or https://...")
"""HTTP address without a login in it."""
HOST_OR_NOTHING = AnyOf((Host(), NOTHING))
IPV4_OR_NOTHING = AnyOf((Address((4,)), NOTHING))
NETMASK_OR_NOTHING = AnyOf((Netmask(), NOTHING))
IP_OR_NOTHING = AnyOf((Address(), NOTHING))
EMAIL_OR_NOTHING = AnyOf((EMAIL, NOTHING))
"""The same kinds for optional parameters."""
