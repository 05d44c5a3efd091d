"""Port mapping: renewal, a router that restarts, goes away or changes its address."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from tests.discovery.firewall import running_firewall
from tests.discovery.router import running_router
from tests.e2e.camera import eventually
from tests.networks import Network, needs_networks, network

from ipcamd.device.interface_state import OwnAddress
from ipcamd.discovery.port_mapping import port_mapping
from ipcamd.discovery.port_mapping.gateway import MappingRequest
from ipcamd.discovery.port_mapping.port_mapping import PortMapping
from ipcamd.egress.policy import EgressPolicy
from ipcamd.store.database import Database
from ipcamd.store.keyvalue import KeyValueStore

__all__ = ["network"]
pytestmark = [pytest.mark.slow, needs_networks]

OWN = OwnAddress("cam1", "10.99.1.1", 24)
PORTS = (("http", 8080), ("rtsp", 8554))


class Mapping(PortMapping):
    """With its failures."""

    def __init__(self, database: Database) -> None:
        self.notes: list[str] = []
        super().__init__(KeyValueStore(database), EgressPolicy(), self.notes.append)


@pytest.fixture
async def mapping(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Mapping]:
    monkeypatch.setattr(port_mapping, "CHECK_S", 0.1)
    monkeypatch.setattr(port_mapping, "RETRY_S", 0.1)
    database = Database(tmp_path / "db")
    yield Mapping(database)
    await database.shut_down()


async def becomes(condition: Callable[[], object]) -> None:
    await asyncio.to_thread(eventually, condition)


@pytest.mark.parametrize("protocol", ["pcp", "natpmp", "upnp"])
async def test_a_router_that_restarts_gets_the_mappings_again(
    network: Network, mapping: Mapping, protocol: str
) -> None:
    host = network.add_neighbour()
    with running_router(host, protocol) as router:
        router.born -= 1000
        await mapping.apply(MappingRequest(OWN, host.address, "auto", PORTS))
        await becomes(lambda: mapping.external_address == "203.0.113.5")
        router.restart()
        await becomes(lambda: router.ports(OWN.address) == {8080: 8080, 8554: 8554})
        if protocol != "pcp":  # its router restarts instead
            router.external = "203.0.113.6"
            await becomes(lambda: mapping.external_address == "203.0.113.6")
        await mapping.apply(None)
        assert (router.entries, mapping.external_address, mapping.notes) == ({}, "", [])


@pytest.mark.parametrize("protocol", ["pcp", "upnp"])
async def test_a_firewall_that_restarts_gets_the_pinholes_again(
    network: Network, mapping: Mapping, protocol: str
) -> None:
    host = network.add_neighbour()
    own = OwnAddress(host.camera_interface, host.camera_address6, 64)
    link_local = OwnAddress(host.camera_interface, host.camera_link_local, 64)
    with running_firewall(host, protocol) as firewall:
        firewall.born -= 1000
        router = f"{host.link_local}%{host.camera_interface}"
        await mapping.apply(MappingRequest(own, router, "auto", PORTS, link_local))
        await becomes(lambda: firewall.ports(own.address) == {8080, 8554})
        await becomes(lambda: mapping.status.startswith(f"{protocol} {own.address}"))
        firewall.restart()
        await becomes(lambda: firewall.ports(own.address) == {8080, 8554})
        await mapping.apply(None)
        assert (firewall.pinholes, mapping.notes) == ({}, [])


async def test_an_absent_router_is_tried_again(network: Network, mapping: Mapping) -> None:
    host = network.add_neighbour()
    await mapping.apply(MappingRequest(OWN, host.address, "natpmp", PORTS))
    await becomes(lambda: mapping.status == "the router does not support natpmp")
    with running_router(host, "natpmp") as router:
        await becomes(lambda: mapping.status == "natpmp 203.0.113.5 http=8080 rtsp=8554")
    await becomes(lambda: mapping.external_address == "")
    await mapping.apply(None)
    assert len(router.entries) == 2  # it did not answer at the removal
    assert mapping.notes[0] == "the router does not support natpmp"


async def test_a_router_behind_another_one_has_no_public_address(network: Network, mapping: Mapping) -> None:
    host = network.add_neighbour()
    with running_router(host, "upnp") as router:
        router.external = "192.168.178.20"
        await mapping.apply(MappingRequest(OWN, host.address, "upnp", PORTS))
        await becomes(lambda: "not public" in mapping.status)
        assert mapping.external_address == ""
        await mapping.apply(None)
