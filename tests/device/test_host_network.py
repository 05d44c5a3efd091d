import ipaddress

import pytest

from ipcamd.device.host_network import HostNetwork


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.3.2.1"])
def test_a_peer_gets_an_address_of_its_own_network(peer: str) -> None:
    assert ipaddress.ip_address(HostNetwork().address_towards(peer)).is_loopback


def test_without_a_route_there_is_no_address() -> None:
    assert HostNetwork().address_towards("255.255.255.255") == ""
