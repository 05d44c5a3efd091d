"""Search for the protocol of the router: PCP, else NAT-PMP, else UPnP."""

from ipcamd.device.interface_state import OwnAddress
from ipcamd.discovery.port_mapping.gateway import Gateway, Route
from ipcamd.discovery.port_mapping.igd_gateway import find_igd
from ipcamd.discovery.port_mapping.natpmp_gateway import NatPmpGateway
from ipcamd.discovery.port_mapping.pcp_gateway import PcpGateway
from ipcamd.egress.policy import EgressPolicy
from ipcamd.wire.pcp import PortMapRefused


async def find_gateway(own: OwnAddress, router: str, protocol: str, nonce: bytes, egress: EgressPolicy) -> Gateway:
    """Return the router's client. `protocol` is ``pcp``, ``natpmp``, ``upnp``, or ``auto`` for the first that answers.

    Raises ``OSError`` without an answer, and ``ValueError`` for an unusable answer.
    """
    route = Route(own.address, router)
    for name, client in (("pcp", PcpGateway(route, nonce)), ("natpmp", NatPmpGateway(route))):
        if protocol in (name, "auto"):
            try:
                await client.probe()
            except (OSError, PortMapRefused) as error:
                if protocol == name:
                    raise OSError(f"the router does not support {name}") from error
            else:
                return client
    try:
        return await find_igd(route, own, egress)
    except TimeoutError as error:
        raise OSError(
            "the router does not answer" if protocol == "auto" else "the router does not support upnp"
        ) from error
