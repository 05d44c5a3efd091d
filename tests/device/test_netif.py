import ipaddress

import pytest

from ipcamd.device.netif import HostNetwork


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.3.2.1"])
def test_who_is_near_sees_a_near_address(peer: str) -> None:
    assert ipaddress.ip_address(HostNetwork().address_towards(peer)).is_loopback


def test_where_no_way_leads_there_is_no_address() -> None:
    assert HostNetwork().address_towards("255.255.255.255") == ""
