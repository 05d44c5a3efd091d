"""``IPFilter`` (SDK 7): the addresses that may use the camera; set by ``ipfilter.cgi`` only."""

from ipcamd.params.group import Group, Param
from ipcamd.params.kinds.address_range import AddressRanges
from ipcamd.params.kinds.choice import OneOf

MAX_ENTRIES = 20
"""Maximum number of entries of a list."""

LISTS = {
    "DenyIPRange": AddressRanges(4, MAX_ENTRIES),
    "AcceptIPRange": AddressRanges(4, MAX_ENTRIES),
    "DenyIPv6": AddressRanges(6, MAX_ENTRIES),
    "AcceptIPv6": AddressRanges(6, MAX_ENTRIES),
}
"""The lists, in the SDK's order."""

IP_FILTER = Group(
    "IPFilter",
    "7",
    (
        Param("Policy", OneOf(("Disable", "Both"), values=(False, True)), "Disable", "Use of the lists."),
        Param("DenyIPRange", LISTS["DenyIPRange"], "", "IPv4 addresses that are denied."),
        Param("AcceptIPRange", LISTS["AcceptIPRange"], "", "IPv4 addresses that are accepted; empty: all."),
        Param("DenyIPv6", LISTS["DenyIPv6"], "", "IPv6 addresses that are denied."),
        Param("AcceptIPv6", LISTS["AcceptIPv6"], "", "IPv6 addresses that are accepted; empty: all."),
    ),
)
