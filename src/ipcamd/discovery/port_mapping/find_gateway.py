"""Search for the protocol of the router: PCP, else NAT-PMP, else UPnP."""

import asyncio
from contextlib import suppress

from ipcamd.discovery.port_mapping.gateway import Gateway, MappingRequest
from ipcamd.discovery.port_mapping.igd_gateway import find_igd
from ipcamd.discovery.port_mapping.natpmp_gateway import NatPmpGateway
from ipcamd.discovery.port_mapping.pcp_gateway import PcpGateway
from ipcamd.discovery.port_mapping.pinhole_gateway import find_firewall
from ipcamd.egress.policy import EgressPolicy
from ipcamd.wire.pcp import PortMapRefused
from ipcamd.workers.tasks import end_tasks

HEAD_START_S = 0.8
"""Seconds for which only PCP and NAT-PMP may answer; each sends three requests in this time."""


async def find_gateway(wanted: MappingRequest, nonce: bytes, egress: EgressPolicy) -> Gateway:
    """Return the router's client: of the wanted protocol, or of the first that answers.

    Raises ``OSError`` without an answer, and ``ValueError`` for an unusable answer.
    """
    clients = _datagram_clients(wanted, nonce)
    if wanted.protocol == "auto":
        return await _find_any(clients, wanted, egress)
    for client in clients:
        if client.name == wanted.protocol:
            try:
                return await _probe(client)
            except (OSError, PortMapRefused) as error:
                raise OSError(f"the router does not support {client.name}") from error
    try:
        return await _find_upnp(wanted, egress)
    except TimeoutError as error:
        raise OSError("the router does not support upnp") from error


async def _find_any(
    clients: tuple[PcpGateway | NatPmpGateway, ...], wanted: MappingRequest, egress: EgressPolicy
) -> Gateway:
    """Ask with all protocols at the same time, but UPnP begins later. Of those that answer by then, take the first."""
    searches = [asyncio.ensure_future(_probe(client)) for client in clients]
    clock = asyncio.get_running_loop().time
    due_s = clock() + HEAD_START_S
    try:
        for search in searches:
            await asyncio.wait([search], timeout=max(0.0, due_s - clock()))
            if search.done() and not search.exception():
                return search.result()
        searches.append(upnp := asyncio.ensure_future(_find_upnp(wanted, egress)))
        for answer in asyncio.as_completed(searches):
            with suppress(OSError, PortMapRefused):
                return await answer
        try:
            return await upnp
        except TimeoutError as error:
            raise OSError("the router does not answer") from error
    finally:
        await end_tasks(*searches)


async def _probe(client: PcpGateway | NatPmpGateway) -> Gateway:
    await client.probe()
    return client


async def _find_upnp(wanted: MappingRequest, egress: EgressPolicy) -> Gateway:
    return await find_firewall(wanted) if wanted.own.is_ipv6 else await find_igd(wanted, egress)


def _datagram_clients(wanted: MappingRequest, nonce: bytes) -> tuple[PcpGateway | NatPmpGateway, ...]:
    pcp = PcpGateway(wanted.route, nonce)
    return (pcp,) if wanted.own.is_ipv6 else (pcp, NatPmpGateway(wanted.route))
