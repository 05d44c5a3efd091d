"""Rules of the IP filter (SDK 7): the addresses that they allow, and those that a change locks out."""

from typing import Self

from ipcamd.dataclass import dataclass
from ipcamd.params.group import Values
from ipcamd.params.ipfilter import LISTS
from ipcamd.params.kinds.address_range import AddressRange, IpAddress, plain_address


@dataclass(frozen=True, slots=True)
class FilterRules:
    """Rules: denied addresses cannot connect; if a family has an accept list, only its addresses can."""

    is_enabled: bool
    deny: tuple[AddressRange, ...]
    accept: tuple[AddressRange, ...]

    @classmethod
    def of(cls, values: Values) -> Self:
        """Return the rules of the group's values."""
        ranges = {name: values.value(name) for name in LISTS}
        return cls(
            values.value("Policy"),
            (*ranges["DenyIPRange"], *ranges["DenyIPv6"]),
            (*ranges["AcceptIPRange"], *ranges["AcceptIPv6"]),
        )

    def allows(self, address: str) -> bool:
        """Whether this IP address may use the camera."""
        if not self.is_enabled:
            return True
        try:
            ip = plain_address(address.partition("%")[0])
        except ValueError:
            return False
        return not self.denies(ip) and self._accepts(ip)

    def denies(self, ip: IpAddress) -> bool:
        """Whether a rule denies the address, even if the rules are disabled."""
        return any(ip in entry for entry in self.deny)

    def locks_out(self, address: str, before: Self) -> bool:
        """Whether these rules, which replace those `before`, deny an IP address, or would when enabled.

        While they are disabled, only a new deny entry counts, because an accept list may be incomplete.
        """
        if self.is_enabled:
            return not self.allows(address)
        ip = plain_address(address)
        return self.denies(ip) and not before.denies(ip)

    def _accepts(self, ip: IpAddress) -> bool:
        family = [entry for entry in self.accept if entry.version == ip.version]
        return not family or any(ip in entry for entry in family)
