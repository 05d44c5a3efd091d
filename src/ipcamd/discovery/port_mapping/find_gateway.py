"""Search for the protocol of the router: PCP, else NAT-PMP, else UPnP."""

from ipcamd.discovery.port_mapping.gateway import Gateway, MappingRequest
from ipcamd.discovery.port_mapping.igd_gateway import find_igd
from ipcamd.discovery.port_mapping.natpmp_gateway import NatPmpGateway
from ipcamd.discovery.port_mapping.pcp_gateway import PcpGateway
from ipcamd.discovery.port_mapping.pinhole_gateway import find_firewall
from ipcamd.egress.policy import EgressPolicy
from ipcamd.wire.pcp import PortMapRefused


async def find_gateway(wanted: MappingRequest, nonce: bytes, egress: EgressPolicy) -> Gateway:
    """Return the router's client: of the wanted protocol, or of the first that answers.

    Raises ``OSError`` without an answer, and ``ValueError`` for an unusable answer.
    """
    protocol = wanted.protocol
    for client in _datagram_clients(wanted, nonce):
        if protocol in (client.name, "auto"):
            try:
                await client.probe()
            except (OSError, PortMapRefused) as error:
                if protocol == client.name:
                    raise OSError(f"the router does not support {client.name}") from error
            else:
                return client
    try:
        return await find_firewall(wanted) if wanted.own.is_ipv6 else await find_igd(wanted, egress)
    except TimeoutError as error:
        raise OSError(
            "the router does not answer" if protocol == "auto" else "the router does not support upnp"
        ) from error


def _datagram_clients(wanted: MappingRequest, nonce: bytes) -> tuple[PcpGateway | NatPmpGateway, ...]:
    pcp = PcpGateway(wanted.route, nonce)
    return (pcp,) if wanted.own.is_ipv6 else (pcp, NatPmpGateway(wanted.route))
