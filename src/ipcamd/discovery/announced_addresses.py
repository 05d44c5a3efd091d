"""Announced addresses: addresses of this machine on which services listen."""

from collections.abc import Iterable
from ipaddress import ip_address

from ipcamd.device.interface_state import OwnAddress


def announced_addresses(own: Iterable[OwnAddress], hosts: Iterable[str]) -> tuple[OwnAddress, ...]:
    """Return those of `own` that services listen on, in a stable order. `hosts` are the addresses given to them.

    The loopback is announced only if nothing else can be: other machines cannot use it. Temporary addresses are not.
    """
    listened = {str(ip_address(host)) for host in hosts}
    found = sorted(
        {each for each in own if _is_listened(each, listened) and not each.is_temporary},
        key=lambda each: (each.interface, each.address),
    )
    return tuple(each for each in found if not each.is_loopback) or tuple(found)


def is_on_link(address: str, own: Iterable[OwnAddress]) -> bool:
    """Whether an IP address is in a network of one of the interfaces, or this machine's own."""
    ip = ip_address(address.partition("%")[0])
    return any(ip.version == each.network.version and ip in each.network for each in own)


def _is_listened(own: OwnAddress, hosts: set[str]) -> bool:
    return own.address in hosts or ("::" if own.is_ipv6 else "0.0.0.0") in hosts
