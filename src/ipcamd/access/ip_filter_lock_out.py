"""Lock-out check: refuses rules of the IP filter that would deny the address from which they are sent."""

from collections.abc import Iterable

from ipcamd.access.ip_filter_rules import FilterRules
from ipcamd.errors import RequestFailed
from ipcamd.params.kinds.address_range import plain_address


def refuse_lock_out(before: FilterRules, after: FilterRules, addresses: Iterable[str]) -> None:
    """Raise ``RequestFailed`` if the rules `after` a change would lock out one of `addresses`."""
    for address in addresses:
        if _locks_out(address, before, after):
            raise RequestFailed(f"this would lock out {address}, which sent the request; force=yes applies it anyway")


def _locks_out(address: str, before: FilterRules, after: FilterRules) -> bool:
    """Whether the rules `after` a change deny an address, or would when enabled.

    While they are disabled, only a new deny entry counts, because an accept list may be incomplete.
    """
    if after.is_enabled:
        return not after.allows(address)
    ip = plain_address(address)
    return after.denies(ip) and not before.denies(ip)
