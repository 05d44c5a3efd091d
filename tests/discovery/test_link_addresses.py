"""Multicast DNS responder while addresses are added and removed."""

import logging

import pytest
from tests.networks import Network, ip, needs_networks, network
from zeroconf import DNSOutgoing
from zeroconf.asyncio import AsyncZeroconf

from ipcamd.device.interface_state import OwnAddress
from ipcamd.discovery.bonjour.link_addresses import LinkZeroconf

__all__ = ["network"]
pytestmark = [pytest.mark.slow, needs_networks]
QUERY = 0


async def test_an_address_that_vanishes_is_one_line_of_the_log(
    network: Network, caplog: pytest.LogCaptureFixture
) -> None:
    host = network.add_neighbour()
    caplog.set_level(logging.DEBUG, "zeroconf")
    responder = LinkZeroconf((OwnAddress(host.camera_interface, host.camera_address, 24),), lambda _: True)
    try:
        await responder.async_wait_for_start()
        ip("address", "delete", f"{host.camera_address}/24", "dev", host.camera_interface)
        responder.async_send(DNSOutgoing(QUERY))
    finally:
        await AsyncZeroconf(zc=responder).async_close()
    failures = [record for record in caplog.records if "Error with socket" in record.getMessage()]
    assert failures
    assert not any(record.exc_info for record in failures)
