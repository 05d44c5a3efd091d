"""Ranges of IP addresses, and lists of them (SDK 7)."""

from dataclasses import field
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Self

from ipcamd.dataclass import dataclass

IpAddress = IPv4Address | IPv6Address
"""One address of either IP version."""

_MAX_ENTRY_LENGTH = 100
"""Maximum number of characters of an entry; two IPv6 addresses take 79."""


def plain_address(text: str) -> IpAddress:
    """Return an IP address, IPv4-mapped IPv6 as IPv4. Raises ``ValueError``, also for one with a zone."""
    address = ip_address(text)
    if isinstance(address, IPv4Address):
        return address
    if address.scope_id:
        raise ValueError
    return address.ipv4_mapped or address


@dataclass(frozen=True, slots=True)
class AddressRange:
    """One address, an inclusive range or a prefix. Two spellings of the same addresses are equal."""

    first: IpAddress
    last: IpAddress
    text: str = field(compare=False)
    """Canonical form, which keeps the notation."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the range of ``a``, ``a-b`` or ``a/n``; blanks around addresses are ignored. Raises ``ValueError``."""
        if len(text) > _MAX_ENTRY_LENGTH:
            raise ValueError
        start, dash, end = (piece.strip() for piece in text.partition("-"))
        if "/" in start and not dash:
            return cls._of_prefix(start)
        first, last = plain_address(start), plain_address(end if dash else start)
        if first.version != last.version or int(first) > int(last):
            raise ValueError
        return cls(first, last, f"{first}-{last}" if dash else str(first))

    @classmethod
    def _of_prefix(cls, text: str) -> Self:
        network = ip_network(text, strict=False)
        first, last = plain_address(str(network[0])), plain_address(str(network[-1]))
        if first.version == last.version == network.version:
            return cls(first, last, str(network))
        raise ValueError  # IPv4-mapped

    @property
    def version(self) -> int:
        """IP version: 4 or 6."""
        return self.first.version

    def __contains__(self, address: IpAddress) -> bool:
        return address.version == self.version and int(self.first) <= int(address) <= int(self.last)


@dataclass(frozen=True, slots=True)
class AddressRanges:
    """At most `most` different ranges of one family, separated by commas, in the order added."""

    version: int
    """IP version: 4 or 6."""
    most: int
    """Maximum number of ranges."""

    @property
    def allowed(self) -> str:
        """See `ValueKind`."""
        examples = ("fe80::1, fe80::1-fe80::9", "fe80::/64")
        if self.version == 4:
            examples = ("192.168.0.1, 192.168.0.1-192.168.0.100", "192.168.0.0/24")
        return f"IPv{self.version} addresses, ranges or prefixes, such as {' or '.join(examples)}; at most {self.most}"

    def normalize(self, text: str) -> str:
        """See `ValueKind`."""
        return ",".join(entry.text for entry in self.value(text))

    def value(self, text: str) -> tuple[AddressRange, ...]:
        """Return the ranges. Raises ``ValueError`` as `normalize`."""
        pieces = [piece for piece in text.split(",", self.most + 1) if piece.strip()]
        try:
            entries = tuple(AddressRange.parse(piece) for piece in pieces)
        except ValueError:
            raise ValueError(self.allowed) from None
        if len(set(entries)) > self.most or any(entry.version != self.version for entry in entries):
            raise ValueError(self.allowed)
        return tuple(dict.fromkeys(entries))
