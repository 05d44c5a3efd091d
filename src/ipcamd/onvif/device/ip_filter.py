"""IP address filter (ONVIF Core, 8.2.20): the lists of ``ipfilter.cgi``; ONVIF shows either the accept or the deny
lists."""

from collections.abc import Iterator
from ipaddress import ip_network, summarize_address_range

from ipcamd.onvif.operation import OperationCall
from ipcamd.onvif.soap.element import Element
from ipcamd.onvif.soap.fault import invalid_argument
from ipcamd.onvif.soap.values import integer, one_of, string
from ipcamd.onvif.soap.writer import Content, node
from ipcamd.params.kinds.address_range import AddressRange

LISTS = {"Allow": {4: "AcceptIPRange", 6: "AcceptIPv6"}, "Deny": {4: "DenyIPRange", 6: "DenyIPv6"}}
"""Type and address version to the name of the list."""


def get_filter(call: OperationCall) -> Content:
    """Return the accept list if it has entries, else the deny list."""
    kind = _present_kind(call)
    return node("tds:IPAddressFilter", node("tt:Type", kind), [_nodes(entry) for entry in _entries(call, kind)])


async def set_filter(call: OperationCall) -> None:
    """Replace all lists by the one of the request, and enable the filter."""
    wanted: Element = call["IPAddressFilter"]
    await _replace(call, wanted.value(one_of(*LISTS), "Type"), list(_read(wanted)))


async def add_filter(call: OperationCall) -> None:
    """Add entries to the list of their type."""
    wanted: Element = call["IPAddressFilter"]
    kind = _same_kind(call, wanted)
    await _replace(call, kind, [*_entries(call, kind), *_read(wanted)])


async def remove_filter(call: OperationCall) -> None:
    """Remove entries from the list of their type."""
    wanted: Element = call["IPAddressFilter"]
    kind = _same_kind(call, wanted)
    present, removed = list(_entries(call, kind)), list(_read(wanted))
    if missing := [entry.text for entry in removed if entry not in present]:
        raise invalid_argument(f"{missing[0]}: it is not in the list", "NoIPv4Address")
    await _replace(call, kind, [entry for entry in present if entry not in removed])


def _present_kind(call: OperationCall) -> str:
    return "Allow" if any(_entries(call, "Allow")) else "Deny"


def _same_kind(call: OperationCall, wanted: Element) -> str:
    """Return the type; it must be the present one, unless the lists are empty. Raises ``Fault``."""
    kind = wanted.value(one_of(*LISTS), "Type")
    present = _present_kind(call)
    if kind != present and any(_entries(call, present)):
        raise invalid_argument(f"Type={kind}: the present list is of type {present}; SetIPAddressFilter replaces it")
    return kind


def _entries(call: OperationCall, kind: str) -> Iterator[AddressRange]:
    for name in LISTS[kind].values():
        yield from call.camera.ip_filter.entries(name)


def _read(wanted: Element) -> Iterator[AddressRange]:
    for version in (4, 6):
        for element in wanted.all(f"IPv{version}Address"):
            address, length = element.value(string, "Address"), element.value(integer, "PrefixLength")
            try:
                whole = ip_network(address).max_prefixlen
                entry = AddressRange.parse(address if length == whole else f"{address}/{length}")
            except ValueError:
                entry = None
            if entry is None or entry.version != version:
                raise invalid_argument(
                    f"{address[:64]}/{length}: not an IPv{version} address", f"InvalidIPv{version}Address"
                )
            yield entry


async def _replace(call: OperationCall, kind: str, entries: list[AddressRange]) -> None:
    texts = {name: "" for lists in LISTS.values() for name in lists.values()}
    for version, name in LISTS[kind].items():
        texts[name] = ",".join(entry.text for entry in dict.fromkeys(entries) if entry.version == version)
    keep = {call.http.address, call.http.peer or call.http.address}
    await call.camera.ip_filter.replace(texts, call.requester(), tuple(keep))


def _nodes(entry: AddressRange) -> Content:
    """Return an entry as prefixes, because ONVIF has no other address ranges."""
    return [
        node(
            f"tt:IPv{entry.version}Address",
            node("tt:Address", str(network.network_address)),
            node("tt:PrefixLength", network.prefixlen),
        )
        for network in summarize_address_range(entry.first, entry.last)
    ]
