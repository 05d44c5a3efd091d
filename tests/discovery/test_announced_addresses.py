"""Announced addresses: where services listen, and the neighbours there."""

from dataclasses import replace

import pytest

from ipcamd.device.interface_state import OwnAddress
from ipcamd.discovery.announced_addresses import announced_addresses, is_on_link

LOOPBACK, LOOPBACK6 = OwnAddress("lo", "127.0.0.1", 8), OwnAddress("lo", "::1", 128)
WIRED, WIRED6 = OwnAddress("eth0", "10.0.0.5", 24), OwnAddress("eth0", "fe80::5", 64)
WIRELESS = OwnAddress("wlan0", "192.168.1.5", 16)
OWN = (WIRELESS, LOOPBACK, WIRED6, WIRED, LOOPBACK6)


@pytest.mark.parametrize(
    ("hosts", "announced"),
    [
        (("0.0.0.0", "::"), (WIRED, WIRED6, WIRELESS)),
        (("0.0.0.0",), (WIRED, WIRELESS)),
        (("::",), (WIRED6,)),
        (("192.168.1.5",), (WIRELESS,)),
        (("127.0.0.1",), (LOOPBACK,)),
        (("10.9.9.9",), ()),
    ],
)
def test_addresses_where_services_listen_are_announced(
    hosts: tuple[str, ...], announced: tuple[OwnAddress, ...]
) -> None:
    assert announced_addresses(OWN, hosts) == announced


def test_temporary_addresses_are_not_announced() -> None:
    own = WIRED6, replace(WIRED6, address="2001:db8::7", is_temporary=True)
    assert announced_addresses(own, ("::",)) == (WIRED6,)


def test_the_loopback_is_announced_where_there_is_nothing_else() -> None:
    assert announced_addresses((LOOPBACK, LOOPBACK6), ("0.0.0.0", "::")) == (LOOPBACK, LOOPBACK6)


@pytest.mark.parametrize(
    ("address", "is_neighbour"),
    [
        ("10.0.0.9", True),
        ("10.0.1.9", False),
        ("fe80::9%eth0", True),
        ("2001:db8::1", False),
        ("127.0.0.1", True),
        ("192.168.200.1", True),
    ],
)
def test_a_neighbour_is_in_a_network_of_an_interface(address: str, is_neighbour: bool) -> None:
    assert is_on_link(address, OWN) is is_neighbour
